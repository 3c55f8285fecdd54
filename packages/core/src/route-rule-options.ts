import type { OpaqueSpelling } from './request-target.ts'
import * as z from './schema.ts'
import { isScopeToken, type ScopeExpression } from './scope.ts'
import { filled, fitting, oneOf, string, table, text, texts } from './value-options.ts'

/** The methods an API is usually made of, or any other word of `A-Z` that its server accepts. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | (string & {})

interface RequirementDetails {
  /**
   * Spellings this rule accepts inside its parameters and under its `/*`: an encoded slash, percent sign or backslash, and
   * `;` raw or encoded. Each stays within its segment. Default: none, such a target is answered 400. Not for handlers that
   * decode the path before they look something up by it, such as static files: to them an encoded slash is one.
   * @example `opaque: ['%2f']` for ids like `org%2Frepo`
   */
  readonly opaque?: readonly OpaqueSpelling[]
}

/** What a rule may ask of how the token's user signed in (RFC 9470); failing it gets the request 401. */
interface RequiresAuthentication extends RequirementDetails {
  /** The authentication context classes that will do; the claim `acr` must be one of them. Default: any. */
  readonly acr?: string | readonly string[]
  /** The authentication methods the claim `amr` must list, written like `scopes`. Default: any. */
  readonly amr?: ScopeExpression
  /** The most seconds since the sign-in, by the claim `auth_time`. Default: no limit. */
  readonly maxAge?: number
}

interface RequiresScopes<Scope extends string> extends RequiresAuthentication {
  /**
   * The scopes a token must hold. A string means all of its space-separated scopes; `{ all }`, `{ any }` and
   * `{ anyOf: [['a', 'b'], ['c']] }` (OR of ANDs) say it outright. Compared exactly. A token without them is answered 403.
   * Where the server is typed by a union of its scopes, several are written as `{ all }`.
   */
  readonly scopes: ScopeExpression<Scope>
  /** The kinds of token accepted, as token profiles name them. Default: every kind. Another kind is answered 403. */
  readonly tokens?: string | readonly string[]
  /** `optional`: a request without a token is let through; one with a token must hold the scopes. Default: required. */
  readonly access?: 'optional'
}

interface RequiresKind<Scope extends string> extends RequiresAuthentication {
  /** The kinds of token accepted, as token profiles name them. Another kind is answered 403. */
  readonly tokens: string | readonly string[]
  /** The scopes a token must hold besides. Default: none. */
  readonly scopes?: ScopeExpression<Scope>
  /** `optional`: a request without a token is let through; one with a token must be of that kind. Default: required. */
  readonly access?: 'optional'
}

interface RequiresAccess extends RequiresAuthentication {
  /**
   * `public`: nothing is asked and the token is not even read. `optional`: no token is fine, a token must be valid.
   * `authenticated`: any valid token.
   */
  readonly access: 'public' | 'optional' | 'authenticated'
  readonly scopes?: never
  readonly tokens?: never
}

/** What one route asks, as `requireScopes` and {@link ResourceServer.requiring} take it. It must say at least one thing. */
export type RouteRequirement<Scope extends string = string> =
  | RequiresAccess
  | RequiresKind<Scope>
  | RequiresScopes<Scope>

interface RouteMatch {
  /**
   * One method, several, or `'*'` for every method. `HEAD` is judged by the `GET` rules and is no rule method; `TRACE` and
   * `CONNECT` are always refused.
   */
  readonly method: HttpMethod | readonly HttpMethod[]
  /**
   * The full path this process receives: plain characters, `:name` or `{name}` for one segment, a final `/*` for zero or
   * more. Letter case and one trailing slash are ignored, as routers ignore them.
   */
  readonly path: string
  /**
   * Binds path parameters to claims: `{ roomId: 'room_id' }` asks that the segment captured by `:roomId` equals the string
   * claim `room_id`, byte for byte. Anything else is answered 403. Default: not bound.
   */
  readonly match?: Readonly<Record<string, string>>
  /**
   * The pattern (or patterns) of other rules that this rule replaces, for a target that spells this rule's literals byte
   * for byte; for any other spelling both must allow. What a rule that is left out would replace stays left out too. The
   * handler of this route must end the request: one that calls `next()` hands it to the handler of the rule left out.
   * Default: none, every matching rule must allow.
   */
  readonly overrides?: string | readonly string[]
}

/** One line of the route table: which requests it speaks of and what it asks of them. */
export type RouteRule<Scope extends string = string> = RouteMatch & RouteRequirement<Scope>

/** {@link RouteRule} and {@link RouteRequirement} with their unions folded into one shape, as the compiler reads them. */
export interface RequirementOptions extends RequiresAuthentication {
  readonly scopes?: ScopeExpression
  readonly tokens?: string | readonly string[]
  readonly access?: 'public' | 'optional' | 'authenticated'
}

const scopeToken = string(fitting(isScopeToken, 'must be printable ASCII without space, quote or backslash'))
const scopeString = string(
  fitting(
    (text: string) => text.split(' ').every(isScopeToken),
    'is no space-separated list of scopes; name at least one',
  ),
)
const scopeList = z.array(scopeToken, filled('names no scope'))
const scopes = z.union(
  [
    scopeString,
    z.strictObject({ all: scopeList }),
    z.strictObject({ any: scopeList }),
    z.strictObject({ anyOf: z.array(scopeList, filled('names no alternative')) }),
  ],
  "must be 'a b' (all of them), { all: [...] }, { any: [...] } or { anyOf: [[...], ...] }, not a bare array",
)

const requirementShape = {
  scopes: z.optional(scopes),
  tokens: z.optional(texts),
  access: z.optional(oneOf(['public', 'optional', 'authenticated'])),
  acr: z.optional(
    z.union([scopeToken, z.array(scopeToken, filled('is empty'))], 'must be one class or a non-empty list'),
  ),
  amr: z.optional(scopes),
  maxAge: z.optional(
    fitting((value) => Number.isSafeInteger(value) && Number(value) >= 0, 'must be whole seconds'),
  ),
  opaque: z.optional(z.array(oneOf(['%2f', '%25', ';', '%5c']), filled('is empty; leave it out'))),
}

/**
 * Requirement without a route: `match` and `overrides` are unknown to it, as there is no pattern to read them by.
 * @internal
 */
export const requirementSchema: z.Schema = z.strictObject(requirementShape)

/** One rule of the table; what needs the whole table to be judged is judged by `compileRouteRules`. @internal */
export const routeRuleSchema: z.Schema = z.strictObject({
  ...requirementShape,
  method: texts,
  path: string(),
  match: z.optional(table(text)),
  overrides: z.optional(texts),
})
