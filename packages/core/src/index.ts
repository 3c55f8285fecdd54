export type { AccessToken } from './access-token.ts'
export type {
  AllowedDecision,
  AuthorizationDecision,
  DeniedDecision,
  HeaderLine,
  ResponseHeaders,
} from './decision.ts'
export type { DecisionEvent } from './decision-event.ts'
export type { DenialReason } from './denial-reason.ts'
export { ConfigurationError, KeySetUnavailableError, type ScopegateErrorCode } from './errors.ts'
export type { JsonWebKey, JsonWebKeySet, KeySetOptions } from './key-set-options.ts'
export type { CorsOptions, OriginsOption } from './origin-options.ts'
export type { Fetch } from './remote-json.ts'
export type { RequestWithTarget, RequestWithUrl, ResourceRequest } from './request.ts'
export type { OpaqueSpelling } from './request-target.ts'
export { type Authorizer, createResourceServer, type ResourceServer } from './resource-server.ts'
export type { ResourceServerOptions, TokenCacheOptions } from './resource-server-options.ts'
export type { HttpMethod, RouteRequirement, RouteRule } from './route-rule-options.ts'
export type { ScopeExpression } from './scope.ts'
export type {
  ClaimNames,
  ClaimValue,
  SignatureAlgorithm,
  TokenProfileOptions,
} from './token-profile-options.ts'
