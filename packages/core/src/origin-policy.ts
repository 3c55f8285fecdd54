import type { VerifiedToken } from './access-token.ts'
import { type CachedLookup, createCachedLookup } from './cached-lookup.ts'
import type { HeaderLine, ResponseHeaders } from './decision.ts'
import { ConfigurationError } from './errors.ts'
import {
  type CorsOptions,
  isCanonicalOrigin,
  type OriginSource,
  type OriginsOption,
  originListSchema,
} from './origin-options.ts'
import { parseOptions } from './parse-options.ts'
import { rememberLatest } from './remember-latest.ts'
import { toMilliseconds } from './source-options.ts'
import { createTokenLookup } from './token-lookup.ts'

/** Which origins may use the API, and the headers that tell a browser so. */
export interface OriginPolicy {
  /** Whether the gate owns CORS; if not, no origin is judged and no header touched. */
  readonly owned: boolean
  /** Whether pages of this origin may read an answer that was given without a verified token. */
  readonly known: CachedLookup<boolean>
  /** Whether pages of this origin may use this token. */
  readonly allows: OriginAllowance
  /** The headers of an answer that no page may read. */
  readonly withheld: ResponseHeaders
  /** The headers of an ordinary answer; `origin` is the one that may read it, if any. */
  headers(origin: string | undefined): ResponseHeaders
  /** The headers of a granted preflight. */
  preflightHeaders(origin: string, methods: string): ResponseHeaders
}

/** A {@link TokenLookup} whose detail is the origin. */
interface OriginAllowance {
  peek(token: VerifiedToken, origin: string): boolean | undefined
  get(token: VerifiedToken, origin: string): Promise<boolean>
}

/** Every header of the CORS protocol: the owner writes all of them or none. */
const CORS_HEADERS = Object.freeze([
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Private-Network',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
])
const NOTHING = Object.freeze([])
const UNTOUCHED: ResponseHeaders = Object.freeze({ remove: NOTHING, set: NOTHING, append: NOTHING })
const ALWAYS_EXPOSED = ['WWW-Authenticate', 'Retry-After']

/** The policy where CORS is left to the application. */
const NOT_OWNED: OriginPolicy = Object.freeze({
  owned: false,
  ...always(() => true),
  withheld: UNTOUCHED,
  headers: () => UNTOUCHED,
  preflightHeaders: () => UNTOUCHED,
})

/** Compiles the allowlist; an origin is compared byte for byte with what was written, never parsed. */
export function createOriginPolicy(
  origins: OriginsOption | undefined,
  cors: CorsOptions,
  now: () => number,
): OriginPolicy {
  if (origins === undefined) return NOT_OWNED
  refuseOpenToAll(origins, cors)
  if (origins === '*')
    return ownedPolicy(
      always(() => true),
      [],
      '*',
      cors,
    )
  if (!isList(origins)) return ownedPolicy(fromSource(origins, now), [], undefined, cors)
  const listed = new Set(parseOptions<readonly string[]>(originListSchema, origins, 'origins'))
  return ownedPolicy(
    always(rememberLatest((origin: string) => listed.has(origin))),
    [...listed],
    undefined,
    cors,
  )
}

type Judges = Pick<OriginPolicy, 'known' | 'allows'>

function isList(origins: Exclude<OriginsOption, '*'>): origins is readonly string[] {
  return Array.isArray(origins)
}

/** A list that is at hand: every answer can be had at once. */
function always(listed: (origin: string) => boolean): Judges {
  return {
    known: { peek: listed, get: async (origin) => listed(origin) },
    allows: { peek: (_, origin) => listed(origin), get: async (_, origin) => listed(origin) },
  }
}

const MAX_ORIGINS = 10_000

/** Lists elsewhere, asked through caches, and only about text that could be an origin at all. */
function fromSource({ known, allows, ...limits }: OriginSource, now: () => number): Judges {
  const common = { ...toMilliseconds(limits), now }
  return {
    known: createCachedLookup({
      load: async (origin) => isCanonicalOrigin(origin) && asBoolean(await known(origin)),
      maxEntries: MAX_ORIGINS,
      ...common,
    }),
    allows: createTokenLookup({
      load: async (token, _, origin) => isCanonicalOrigin(origin) && asBoolean(await allows(origin, token)),
      ...common,
    }),
  }
}

function asBoolean(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  throw new TypeError('an origin source must answer true or false')
}

/** `everyone` is what is answered in place of the origin where all may read. */
function ownedPolicy(
  judges: Judges,
  listed: readonly string[],
  everyone: '*' | undefined,
  cors: CorsOptions,
): OriginPolicy {
  const withheld = responseHeaders([], everyone ? [] : vary('Origin'))
  const closed = everyone ? responseHeaders(readable('*', cors), []) : withheld
  const headersOf = (origin: string): ResponseHeaders =>
    responseHeaders(readable(origin, cors), vary('Origin'))
  const grantsTo = rememberLatest((origin: string) =>
    rememberLatest((methods: string) => granted(origin, methods, cors)),
  )
  const prepared = new Map(listed.map((origin) => [origin, headersOf(origin)]))
  const headersFor = rememberLatest((origin: string) => prepared.get(origin) ?? headersOf(origin))
  return Object.freeze({
    owned: true,
    ...judges,
    withheld,
    headers: (origin: string | undefined) => (origin === undefined || everyone ? closed : headersFor(origin)),
    preflightHeaders: (origin: string, methods: string) => grantsTo(everyone ?? origin)(methods),
  })
}

const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

function refuseOpenToAll(origins: OriginsOption, { credentials }: CorsOptions): void {
  if (!credentials) return
  if (origins === '*')
    throw new ConfigurationError('origins', "'*' cannot stand beside `cors.credentials`; list the origins")
  if (Array.isArray(origins) && origins.includes('null')) {
    throw new ConfigurationError(
      'origins',
      "'null' is any sandboxed page; it cannot stand beside `cors.credentials`",
    )
  }
}

function readable(origin: string, cors: CorsOptions): HeaderLine[] {
  const exposed = [...ALWAYS_EXPOSED, ...(cors.exposedHeaders ?? [])].join(', ')
  return [...allowOrigin(origin, cors), ['Access-Control-Expose-Headers', exposed]]
}

function granted(origin: string, methods: string, cors: CorsOptions): ResponseHeaders {
  const { allowedHeaders = [], maxAge = 600 } = cors
  const lines: HeaderLine[] = [
    ...allowOrigin(origin, cors),
    ['Access-Control-Allow-Methods', methods],
    ['Access-Control-Allow-Headers', allowedHeaders.join(', ')],
    ['Access-Control-Max-Age', String(maxAge)],
  ]
  return responseHeaders(lines, vary(PREFLIGHT_VARY))
}

function allowOrigin(origin: string, { credentials }: CorsOptions): HeaderLine[] {
  const lines: HeaderLine[] = [['Access-Control-Allow-Origin', origin]]
  if (credentials) lines.push(['Access-Control-Allow-Credentials', 'true'])
  return lines
}

function vary(names: string): HeaderLine[] {
  return [['Vary', names]]
}

function responseHeaders(set: readonly HeaderLine[], append: readonly HeaderLine[]): ResponseHeaders {
  const frozen = (lines: readonly HeaderLine[]): readonly HeaderLine[] =>
    Object.freeze(lines.map((line) => Object.freeze(line)))
  const remove = Object.freeze(CORS_HEADERS.filter((name) => !set.some(([written]) => written === name)))
  return Object.freeze({ remove, set: frozen(set), append: frozen(append) })
}
