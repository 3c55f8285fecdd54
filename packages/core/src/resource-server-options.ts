import type { DecisionEvent } from './decision-event.ts'
import type { ErrorRenderer } from './error-renderer.ts'
import { type CorsOptions, corsSchema, type OriginsOption, originsSchema } from './origin-options.ts'
import type { Fetch } from './remote-json.ts'
import { type RouteRule, routeRuleSchema } from './route-rule-options.ts'
import * as z from './schema.ts'
import {
  type ProfileOptions,
  type TokenProfileOptions,
  tokenProfileSchema,
  tokenProfileShape,
} from './token-profile-options.ts'
import { callable, count, filled, fitting, oneOf, string } from './value-options.ts'

/** How many verified tokens are remembered, per server. Forgetting one costs a signature check, never a wrong verdict. */
export interface TokenCacheOptions {
  /** Default 10000, at most 1000000. */
  readonly maxEntries?: number
  /** An estimate of the memory taken, in bytes. Default 67108864 (64 MiB), at most 4 GiB. */
  readonly maxBytes?: number
}

interface ServerDetails<Scope extends string> {
  /**
   * The route table: every rule that matches a request must allow it, and a request that no rule matches is refused.
   * Default: no table; then only `requiring` can be used.
   */
  readonly routes?: readonly RouteRule<Scope>[]
  /**
   * The origins whose pages may use the API. Given, the gate owns CORS: it answers preflights, judges origins, and drops
   * CORS headers that others set. Default: CORS is left to the application and no origin is judged.
   */
  readonly origins?: OriginsOption
  /** What goes with `origins`; refused without them. Default: no credentials, and as each member says. */
  readonly cors?: CorsOptions
  /** The `realm` of challenges: printable ASCII without quotes. Default `api`. */
  readonly realm?: string
  /** The status where no rule matches: 403, or 404 as of a route that does not exist; the body is the same. Default 403. */
  readonly noRule?: 403 | 404
  /**
   * What to do with `X-HTTP-Method-Override` and its like: `refuse` answers 400; `ignore` judges the method as sent, for
   * applications that surely do not act on them. Default `refuse`.
   */
  readonly methodOverride?: 'refuse' | 'ignore'
  /**
   * The look of denials, where a token profile has none of its own for them. Default: that of the profiles, if they all share
   * one; else JSON with `error` and `error_description`.
   */
  readonly renderError?: ErrorRenderer
  /** What every rule's path begins with, for a route table made for a reusable router. Default: nothing. */
  readonly basePath?: string
  /**
   * `monitor` lets EVERY request through to its handler (but for granted preflights, which it answers, and faults of its
   * own) and only reports what would have been answered, to `onDecision`
   * (which must be given) and as {@link AllowedDecision.observed}; each response says so in `Scopegate-Mode`. For trying a
   * route table on live traffic, behind the protection that is still there. With `origins` the gate owns the CORS headers in
   * this mode too: leave `origins` out while another `cors()` answers pages. Default `enforce`.
   */
  readonly mode?: 'enforce' | 'monitor'
  /** The longest token looked at, in characters; a longer one is answered 401. Default 8192, at most 1048576. */
  readonly maxTokenLength?: number
  /** Bounds of the cache of verified tokens. Default 10,000 tokens, 64 MiB. */
  readonly tokenCache?: TokenCacheOptions
  /**
   * The clock, in milliseconds since 1970. Default `Date.now`. One that throws or gives no number gets tokens 500, or 503
   * where keys are to be fetched.
   */
  readonly now?: () => number
  /** What key sets and discovery documents are fetched with. Default the platform's `fetch`. */
  readonly fetch?: Fetch
  /** Called once for every decision, after it is made. What it throws, or rejects with, changes nothing. Default: nobody. */
  readonly onDecision?: (event: DecisionEvent) => void | Promise<void>
}

interface SeveralProfiles {
  /** The token profiles, where there is more than one issuer or kind of token. */
  readonly tokens: readonly TokenProfileOptions[]
}

/**
 * Everything a resource server is made of. The short form writes the one token profile at the top level
 * (`issuer`, `audience`, ...); the long form lists profiles in `tokens`.
 */
export type ResourceServerOptions<Scope extends string = string> = ServerDetails<Scope> &
  (SeveralProfiles | TokenProfileOptions)

/** {@link ResourceServerOptions} with the short form written out and defaults filled in, as the server is built from. */
export interface ServerOptions extends Omit<ServerDetails<string>, 'tokenCache'> {
  readonly profiles: readonly ProfileOptions[]
  readonly tokenCache: Required<TokenCacheOptions>
  readonly maxTokenLength: number
  readonly realm: string
  readonly now: () => number
  readonly fetch: Fetch
}

/** What the schemas let through: every key of both forms. */
type ParsedOptions = ServerDetails<string> &
  Partial<ProfileOptions> &
  Partial<Pick<SeveralProfiles, 'tokens'>>

const serverShape = {
  routes: z.optional(z.array(routeRuleSchema, filled('is empty; leave it out if only `requiring` is used'))),
  origins: z.optional(originsSchema),
  cors: z.optional(corsSchema),
  realm: z.optional(string(fitting(isRealm, 'must be printable ASCII without quotes and backslashes'))),
  noRule: z.optional(oneOf([403, 404])),
  methodOverride: z.optional(oneOf(['refuse', 'ignore'])),
  renderError: z.optional(callable('(answer) => ({ status, body })')),
  basePath: z.optional(string()),
  mode: z.optional(oneOf(['enforce', 'monitor'])),
  maxTokenLength: z.optional(count(64, 1_048_576)),
  tokenCache: z.optional(
    z.strictObject({
      maxEntries: z.optional(count(1, 1_000_000)),
      maxBytes: z.optional(count(16_384, 4_294_967_296)),
    }),
  ),
  now: z.optional(callable('() => milliseconds since 1970')),
  fetch: z.optional(callable('(url, init) => Promise<Response>')),
  onDecision: z.optional(callable('(event) => void')),
} as const

function isRealm(text: string): boolean {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
}

/** The schema of the form that was chosen; `tokens` decides. @internal */
export function schemaOf(options: unknown): z.Schema {
  const { tokens: profiles } = Object.assign(Object.create(null) as { tokens?: unknown }, options)
  if (profiles === undefined) return z.strictObject({ ...serverShape, ...tokenProfileShape })
  const tokens = z.array(tokenProfileSchema, filled('names no token profile'))
  return z.strictObject({ ...serverShape, tokens })
}

const DEFAULT_CACHE = { maxEntries: 10_000, maxBytes: 67_108_864 }

/** Fills the defaults in, on checked options. */
export function withDefaults(options: ParsedOptions): ServerOptions {
  const { tokens, ...rest } = options
  return Object.assign(Object.create(null) as ServerOptions, rest, {
    profiles: tokens ?? [options],
    tokenCache: { ...DEFAULT_CACHE, ...options.tokenCache },
    maxTokenLength: options.maxTokenLength ?? 8192,
    realm: options.realm ?? 'api',
    now: options.now ?? Date.now,
    fetch: options.fetch ?? ((url: string, init: RequestInit) => fetch(url, init)),
  })
}
