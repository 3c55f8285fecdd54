import * as z from 'zod/mini'
import { oneOf } from './value-options.ts'

/** Where a client may put its id and secret. */
export type CredentialPlace =
  | {
      readonly in: 'basic'
      /** `form`: id and secret are form-decoded one by one (RFC 6749 section 2.3.1). `raw`: taken as they are. */
      readonly encoding: 'form' | 'raw'
    }
  | {
      readonly in: 'body' | 'headers'
      /** The name of the parameter or header with the id. */
      readonly id: string
      readonly secret: string
    }

/** What a field of a reply can hold. */
export type ReplyField =
  | 'accessToken'
  | 'tokenType'
  /** Seconds, as a number. */
  | 'expiresIn'
  /** `2024-10-22T18:40:54.000Z` */
  | 'expiresAtIso'
  /** `Tue, 22 Oct 2024 18:40:54 GMT` */
  | 'expiresAtHttp'
  /** Seconds since 1970, as a number. */
  | 'expiresAtSeconds'
  /** Space-delimited; left out where nothing is granted. */
  | 'scope'
  /** Left out where the issuer has no `refreshTokens`. */
  | 'refreshToken'

/** What a field of an error reply can hold; in brackets it is put into an array. */
export type ErrorField = ErrorPart | readonly [ErrorPart]
type ErrorPart = 'code' | 'description' | 'status'

/** Why no token was issued: the closed list behind every error reply. */
export type TokenErrorReason = (typeof TOKEN_ERROR_REASONS)[number]

const TOKEN_ERROR_REASONS = [
  'method_not_allowed',
  'malformed_request',
  'unsupported_content_type',
  'query_not_accepted',
  'repeated_parameter',
  'missing_parameter',
  'several_credentials',
  'body_too_large',
  'unsupported_grant_type',
  'exchange_disabled',
  'invalid_client',
  'too_many_attempts',
  'account_inactive',
  'origin_not_allowed',
  'invalid_scope',
  'invalid_audience',
  'invalid_grant',
  'temporarily_unavailable',
  'server_error',
] as const

/** How one reason is answered, where it differs from the table of RFC 6749 section 5.2 and its kin. */
export interface ErrorAnswer {
  /** 400 to 599. */
  readonly status?: number
  readonly code?: string
  readonly description?: string
}

/**
 * How one family of clients speaks to the token endpoint: data, no code. The presets are such objects; spread one to change
 * it.
 */
export interface TokenDialect {
  /** Where the credentials are read. Empty only where `grant` is `refresh_token`: the refresh token is then enough. */
  readonly credentials: readonly CredentialPlace[]
  /**
   * With several places: `exactly-one` refuses a request that uses two with 400 (RFC 6749 section 2.3); `first` takes the
   * first that is used and ignores the rest. Default `exactly-one`.
   */
  readonly choice?: 'exactly-one' | 'first'
  /** The media types of bodies that are read. Empty: body and query are ignored, whatever they are. */
  readonly body: readonly ('form' | 'json')[]
  /** The grant type, or the parameter that names it (then `client_credentials`, and `refresh_token` if there are any). */
  readonly grant: 'client_credentials' | 'refresh_token' | { readonly parameter: string }
  /** The names of the other parameters; what has no name cannot be asked for. */
  readonly parameters?: {
    readonly scope?: string
    /** With several names, a request may use one of them. */
    readonly audience?: string | readonly string[]
    readonly refreshToken?: string
  }
  /** Parameters that must be there. Default: none. */
  readonly required?: readonly string[]
  /** The fields of the reply. One must hold `accessToken`. */
  readonly reply: Readonly<Record<string, ReplyField>>
  readonly errors: {
    /** The fields of an error reply. */
    readonly body: Readonly<Record<string, ErrorField>>
    /** Reasons that are answered in another way than usual. Default: none. */
    readonly answers?: Partial<Readonly<Record<TokenErrorReason, ErrorAnswer>>>
  }
  /** The lifetime of access tokens in seconds, at most a year. Default: the issuer's `lifetime`. */
  readonly lifetime?: number
}

const name = z
  .string()
  .check(z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be 1 to 64 characters of a token (RFC 9110)'))
const place = z.union(
  [
    z.strictObject({ in: z.literal('basic'), encoding: z.enum(['form', 'raw']) }),
    z.strictObject({ in: z.enum(['body', 'headers']), id: name, secret: name }),
  ],
  "must be { in: 'basic', encoding } or { in: 'body' | 'headers', id, secret }",
)
const replyField = oneOf([
  'accessToken',
  'tokenType',
  'expiresIn',
  'expiresAtIso',
  'expiresAtHttp',
  'expiresAtSeconds',
  'scope',
  'refreshToken',
])
const errorPart = oneOf(['code', 'description', 'status'])
const errorField = z.union(
  [errorPart, z.tuple([errorPart])],
  "must be 'code', 'description' or 'status', or one of them in an array",
)
const errorAnswer = z.strictObject({
  status: z.optional(
    z
      .number()
      .check(
        z.refine((value) => Number.isInteger(value) && value >= 400 && value <= 599, 'must be 400 to 599'),
      ),
  ),
  code: z.optional(z.string()),
  description: z.optional(z.string()),
})

/** The lifetime of an access token, in seconds. */
export const lifetimeSchema: z.ZodMiniType = z
  .number()
  .check(
    z.refine(
      (value) => Number.isSafeInteger(value) && value >= 1 && value <= 31_536_000,
      'must be whole seconds from 1 to 31536000 (a year)',
    ),
  )

const dialectShape = z.strictObject({
  credentials: z.array(place),
  choice: z.optional(oneOf(['exactly-one', 'first'])),
  body: z.array(oneOf(['form', 'json'])),
  grant: z.union(
    [z.enum(['client_credentials', 'refresh_token']), z.strictObject({ parameter: name })],
    "must be 'client_credentials', 'refresh_token' or { parameter }",
  ),
  parameters: z.optional(
    z.strictObject({
      scope: z.optional(name),
      audience: z.optional(
        z.union(
          [name, z.array(name).check(z.minLength(1, 'is empty'))],
          'must be the name of a parameter or a non-empty array of names',
        ),
      ),
      refreshToken: z.optional(name),
    }),
  ),
  required: z.optional(z.array(name)),
  reply: z
    .record(z.string(), replyField)
    .check(z.refine((reply) => Object.values(reply).includes('accessToken'), 'gives no accessToken')),
  errors: z.strictObject({
    body: z.record(z.string(), errorField),
    answers: z.optional(z.partialRecord(z.enum(TOKEN_ERROR_REASONS), errorAnswer)),
  }),
  lifetime: z.optional(lifetimeSchema),
})

export const dialectSchema: z.ZodMiniType = dialectShape.check(
  z.refine(
    ({ grant, credentials }) => grant === 'refresh_token' || credentials.length > 0,
    'names no place for the credentials',
  ),
  z.refine(
    ({ grant, parameters }) => grant !== 'refresh_token' || parameters?.refreshToken !== undefined,
    'takes refresh tokens but names no parameter for them',
  ),
  z.refine(
    (dialect) => dialect.body.length > 0 || !readsBody(dialect as TokenDialect),
    'reads parameters but no body',
  ),
)

function readsBody({ grant, credentials, parameters, required }: TokenDialect): boolean {
  const names = [...Object.values(parameters ?? {}), ...(required ?? [])]
  return names.length > 0 || typeof grant === 'object' || credentials.some((place) => place.in === 'body')
}
