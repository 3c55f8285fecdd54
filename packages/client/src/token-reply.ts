import type { TokenReplyShape } from './dialect.ts'
import { TokenError } from './errors.ts'

/** What a token endpoint granted. */
export interface Grant {
  readonly token: string
  /** When it was asked for, by the local clock, and for how long from then on it is good; milliseconds. */
  readonly sentAt: number
  readonly lifetime: number
  readonly refreshToken: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a reply by its dialect. `sentAt` is by the local clock, `date` by the server's (NaN: unknown); milliseconds.
 * @throws TokenError naming the fields that are there, never their values
 */
export function readGrant(fields: Fields, shape: TokenReplyShape, sentAt: number, date: number): Grant {
  const token = fields[shape.token]
  // With other characters `Headers` would throw later, and put the token into its message.
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token)) throw unusable(shape.token, fields)
  // RFC 6749 section 7.1: a token of a type that is not understood must not be used.
  if (!/^bearer$/i.test(`${fields.token_type ?? 'bearer'}`)) throw unusable('token_type', fields)
  const { expiresIn = '', expiresAt = '' } = shape
  const lifetime = lifetimeOf(fields[expiresIn], fields[expiresAt], [date, issuedAt(token), sentAt])
  if (!lifetime) throw unusable(expiresIn || expiresAt, fields)
  const refreshToken = fields[shape.refreshToken ?? '']
  return {
    token,
    sentAt,
    lifetime,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
  }
}

/**
 * In milliseconds, zero or nothing for none. The first clock by which the token is not expired already decides: the server's, or the token's own `iat` where a page
 * may not read the `Date` header, and only then the local one, which may be wrong by hours.
 */
function lifetimeOf(expiresIn: unknown, expiresAt: unknown, clocks: readonly number[]): number | undefined {
  if (/^\d+(\.\d+)?$/.test(`${expiresIn}`)) return Number(expiresIn) * 1000
  const instant = Date.parse(`${expiresAt}`)
  return clocks.map((clock) => instant - clock).find((lifetime) => lifetime > 0)
}

/** The `iat` claim of a JWT, in milliseconds; NaN for any other token. */
function issuedAt(token: string): number {
  try {
    const payload = `${token.split('.')[1]}`.replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(atob(payload)).iat * 1000
  } catch {
    return Number.NaN
  }
}

function unusable(field: string, fields: Fields): TokenError {
  const names = JSON.stringify(Object.keys(fields)).slice(0, 400)
  return new TokenError('ERR_TOKEN_REPLY', `the token endpoint sent no usable "${field}" among ${names}`)
}
