import type { AccessToken } from './access-token.ts'
import * as z from './schema.ts'
import { type SourceLimits, sourceLimitsShape } from './source-options.ts'
import { callable, filled, fitting, flag, isFieldName, oneOf, string, wholeSeconds } from './value-options.ts'

/**
 * Allowlists that live elsewhere, one per account. Both are called with text from whoever sent the request; rejecting,
 * answering anything but a boolean, or taking too long counts as an outage: a preflight is then answered 503, an
 * otherwise allowed request of a browser too, and any other answer goes without CORS headers.
 */
export interface OriginSource extends SourceLimits {
  /** Whether any account allows this origin: asked where no verified token says which account it is. */
  readonly known: (origin: string) => boolean | Promise<boolean>
  /** Whether this token's account allows this origin. */
  readonly allows: (origin: string, token: AccessToken) => boolean | Promise<boolean>
}

/**
 * The origins whose pages may use the API, as browsers send them: `https://app.example`. `'*'` lets every page read the
 * answers, never with credentials. An empty list lets none; `'null'` is what any sandboxed page or local file sends.
 */
export type OriginsOption = '*' | readonly string[] | OriginSource

/** What goes with `origins`; without `origins` there is nothing to set here. */
export interface CorsOptions {
  /** Whether pages may send cookies (`Access-Control-Allow-Credentials`). Default false; refused beside `'*'`. */
  readonly credentials?: boolean
  /** How long a browser may remember a preflight's answer, in seconds. Default 600. */
  readonly maxAge?: number
  /**
   * Request headers a page may send; one that tokens come in must be among them. Default `Content-Type` and every header
   * that a token profile reads.
   */
  readonly allowedHeaders?: readonly string[]
  /** Response headers a page may read besides `WWW-Authenticate` and `Retry-After`. Default: none. */
  readonly exposedHeaders?: readonly string[]
}

const fieldName = string(
  fitting(
    (name: string) => isFieldName(name) && !name.includes('*'),
    'is no header name ("*" would not cover Authorization)',
  ),
)
const origin = string(
  fitting(
    isCanonicalOrigin,
    "must be as browsers send it, e.g. 'https://app.example': without path, default port or upper case",
  ),
  'must be an origin, as a string; no regular expressions',
)

/** @internal */
export const originsSchema: z.Schema = z.union(
  [
    oneOf(['*']),
    z.custom(Array.isArray),
    z.strictObject({
      known: callable('(origin) => boolean'),
      allows: callable('(origin, token) => boolean'),
      ...sourceLimitsShape,
    }),
  ],
  "must be '*', an array of origins, or { known, allows, maxAge?, timeout? }",
)
/** @internal */
export const originListSchema: z.Schema = z.array(origin)

/** @internal */
export const corsSchema: z.Schema = z.strictObject({
  credentials: z.optional(flag),
  maxAge: z.optional(wholeSeconds(86_400)),
  allowedHeaders: z.optional(z.array(fieldName, filled('is empty; leave it out for the default'))),
  exposedHeaders: z.optional(z.array(fieldName, filled('is empty; leave it out'))),
})

/** A host has 253 characters at most; what is longer by far is not worth parsing. */
const MAX_ORIGIN_LENGTH = 512

/** Whether the text is an origin exactly as a browser serialises it. */
export function isCanonicalOrigin(text: string): boolean {
  if (text === 'null') return true
  // The URL standard takes these for part of a name, and keeps the case of one whose scheme it does not know.
  const isWild = text.includes('*') || text.includes(',') || text !== text.toLowerCase()
  if (text.length > MAX_ORIGIN_LENGTH || isWild) return false
  try {
    const { protocol, host } = new URL(text)
    // The pages of files have the origin `null`.
    return protocol !== 'file:' && host !== '' && `${protocol}//${host}` === text
  } catch {
    return false
  }
}
