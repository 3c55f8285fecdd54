export type { AccessToken } from './access-token.ts'
export type { ClaimNames, ClaimType, ClaimValue } from './claim-options.ts'
export type {
  AllowedDecision,
  AuthorizationDecision,
  DeniedDecision,
  HeaderLine,
  ResponseHeaders,
} from './decision.ts'
export type { DecisionEvent } from './decision-event.ts'
export type { DenialReason } from './denial-reason.ts'
export type { ErrorAnswer, ErrorCode, ErrorRenderer, RenderedError } from './error-renderer.ts'
export { ConfigurationError, KeySetUnavailableError, type ScopegateErrorCode } from './errors.ts'
export type { JsonWebKey, JsonWebKeySet, KeySetOptions } from './key-set-options.ts'
export type { CorsOptions, OriginSource, OriginsOption } from './origin-options.ts'
export type { Fetch } from './remote-json.ts'
export type { RequestWithTarget, RequestWithUrl, ResourceRequest } from './request.ts'
export type { OpaqueSpelling } from './request-target.ts'
export { type Authorizer, createResourceServer, type ResourceServer } from './resource-server.ts'
export type { ResourceServerOptions, TokenCacheOptions } from './resource-server-options.ts'
export type { HttpMethod, RouteRequirement, RouteRule } from './route-rule-options.ts'
export type { ScopeExpression } from './scope.ts'
export type { SourceLimits, TokenSourceLimits } from './source-options.ts'
export type { SignatureAlgorithm, TokenProfileOptions } from './token-profile-options.ts'
export type { GrantSource, SecretLookup, Secrets, StatusSource } from './token-source-options.ts'
