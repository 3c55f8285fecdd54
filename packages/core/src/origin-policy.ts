import type { AccessToken } from './access-token.ts'
import type { HeaderLine, ResponseHeaders } from './decision.ts'
import { ConfigurationError } from './errors.ts'
import { type CorsOptions, type OriginsOption, originListSchema } from './origin-options.ts'
import { parseOptions } from './parse-options.ts'

/** Which origins may use the API, and the headers that tell a browser so. */
export interface OriginPolicy {
  /** Whether the gate owns CORS; if not, no origin is judged and no header touched. */
  readonly owned: boolean
  /** Whether pages of this origin may read an answer that was given without a verified token. */
  known(origin: string): boolean
  /** Whether pages of this origin may use this token. */
  allows(origin: string, token: AccessToken): boolean
  /** The headers of an ordinary answer; `origin` is the one that may read it, if any. */
  headers(origin: string | undefined): ResponseHeaders
  /** The headers of a granted preflight. */
  preflightHeaders(origin: string, methods: readonly string[]): ResponseHeaders
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
const UNTOUCHED: ResponseHeaders = Object.freeze({ remove: [], set: [], append: [] })
const ALWAYS_EXPOSED = ['WWW-Authenticate', 'Retry-After']

/** The policy where CORS is left to the application. */
const NOT_OWNED: OriginPolicy = Object.freeze({
  owned: false,
  known: () => true,
  allows: () => true,
  headers: () => UNTOUCHED,
  preflightHeaders: () => UNTOUCHED,
})

/** Compiles the allowlist; an origin is compared byte for byte with what was written, never parsed. */
export function createOriginPolicy(origins: OriginsOption | undefined, cors: CorsOptions = {}): OriginPolicy {
  if (origins === undefined) return NOT_OWNED
  refuseOpenToAll(origins, cors)
  const open = origins === '*'
  const listed = new Set(open ? [] : parseOptions<readonly string[]>(originListSchema, origins, 'origins'))
  const closed = open ? responseHeaders(readable('*', cors), []) : responseHeaders([], vary('Origin'))
  const byOrigin = new Map(
    [...listed].map((origin) => [origin, responseHeaders(readable(origin, cors), vary('Origin'))]),
  )
  const allowed = (origin: string): boolean => open || listed.has(origin)
  return Object.freeze({
    owned: true,
    known: allowed,
    allows: allowed,
    headers: (origin: string | undefined) =>
      origin === undefined ? closed : (byOrigin.get(origin) ?? closed),
    preflightHeaders: (origin: string, methods: readonly string[]) =>
      responseHeaders(grant(open ? '*' : origin, methods, cors), vary(PREFLIGHT_VARY)),
  })
}

const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

function refuseOpenToAll(origins: OriginsOption, { credentials }: CorsOptions): void {
  if (!credentials) return
  if (origins === '*')
    throw new ConfigurationError('origins', "'*' cannot stand beside `cors.credentials`; list the origins")
  if (origins.includes('null')) {
    throw new ConfigurationError(
      'origins',
      "'null' is sent by any sandboxed page and cannot stand beside `cors.credentials`",
    )
  }
}

function readable(origin: string, cors: CorsOptions): HeaderLine[] {
  const exposed = [...ALWAYS_EXPOSED, ...(cors.exposedHeaders ?? [])].join(', ')
  return [...allowOrigin(origin, cors), ['Access-Control-Expose-Headers', exposed]]
}

function grant(origin: string, methods: readonly string[], cors: CorsOptions): HeaderLine[] {
  return [
    ...allowOrigin(origin, cors),
    ['Access-Control-Allow-Methods', methods.join(', ')],
    ['Access-Control-Allow-Headers', (cors.allowedHeaders ?? ['Authorization', 'Content-Type']).join(', ')],
    ['Access-Control-Max-Age', String(cors.maxAge ?? 600)],
  ]
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
  return Object.freeze({ remove: CORS_HEADERS, set: Object.freeze(set), append: Object.freeze(append) })
}
