import * as z from 'zod/mini'

/**
 * The origins whose pages may use the API, as browsers send them: `https://app.example`. `'*'` lets every page read the
 * answers, never with credentials.
 */
export type OriginsOption = '*' | readonly string[]

/** What goes with `origins`; without `origins` there is nothing to set here. */
export interface CorsOptions {
  /** Whether pages may send cookies (`Access-Control-Allow-Credentials`). Default false; refused beside `'*'`. */
  readonly credentials?: boolean
  /** How long a browser may remember a preflight's answer, in seconds. Default 600. */
  readonly maxAge?: number
  /** Request headers a page may send. Default `['Authorization', 'Content-Type']`; `Authorization` must be named. */
  readonly allowedHeaders?: readonly string[]
  /** Response headers a page may read besides `WWW-Authenticate` and `Retry-After`. Default: none. */
  readonly exposedHeaders?: readonly string[]
}

const fieldName = z
  .string()
  .check(
    z.refine(
      (name) => /^[A-Za-z0-9!#$%&'+.^_`|~-]+$/.test(name),
      'is no header name ("*" would not cover Authorization)',
    ),
  )
const origin = z
  .string('must be an origin, as a string; no regular expressions')
  .check(
    z.refine(
      isCanonicalOrigin,
      "is no canonical origin: write it as browsers send it, e.g. 'https://app.example', without path, default port or upper case",
    ),
  )

export const originsSchema: z.ZodMiniType = z.union(
  [z.literal('*'), z.array(z.string())],
  "must be '*' or an array of origins",
)
export const originListSchema: z.ZodMiniType = z.array(origin)

export const corsSchema: z.ZodMiniType = z.strictObject({
  credentials: z.optional(z.boolean()),
  maxAge: z.optional(
    z
      .number('must be seconds from 0 to 86400')
      .check(
        z.refine(
          (value) => Number.isInteger(value) && value >= 0 && value <= 86_400,
          'must be whole seconds from 0 to 86400',
        ),
      ),
  ),
  allowedHeaders: z.optional(
    z.array(fieldName).check(z.minLength(1, 'is empty; leave it out for the default')),
  ),
  exposedHeaders: z.optional(z.array(fieldName).check(z.minLength(1, 'is empty; leave it out'))),
})

/** Whether the text is an origin exactly as a browser serialises it. */
export function isCanonicalOrigin(text: string): boolean {
  if (text === 'null') return true
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#@\\\s,*]+)$/.exec(text)
  if (!parts || !URL.canParse(text)) return false
  if (parts[1] !== 'http' && parts[1] !== 'https') return true
  return new URL(text).origin === text
}
