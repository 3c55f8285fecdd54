import type { ReplyTime, TokenEndpointDialect } from './dialect.ts'
import { TokenError } from './errors.ts'
import { isSeconds } from './is-seconds.ts'

/** What a token endpoint granted. */
export interface Grant {
  readonly token: string
  /** When it was asked for, by the local clock, and for how long from then on it is good; milliseconds. */
  readonly sentAt: number
  lifetime: number
  /** Taken from here by who uses it. */
  refreshToken: unknown
}

/**
 * Reads a reply by its dialect.
 * @throws TokenError naming the fields that are there, never their values
 */
export function readGrant(
  fields: Readonly<Record<string, unknown>>,
  { reply, names }: TokenEndpointDialect,
  time: ReplyTime,
): Grant {
  const unusable = (field: string): TokenError => {
    const name = names?.[field] ?? field
    const among = JSON.stringify(Object.keys(fields)).slice(0, 400)
    return new TokenError('ERR_TOKEN_REPLY', `the token endpoint sent no usable "${name}" among ${among}`)
  }
  const {
    access_token: token,
    token_type,
    expires_in,
    refresh_token: refreshToken,
  } = reply?.(fields, time) ?? fields
  // With other characters `Headers` would throw later, and put the token into its message.
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token)) throw unusable('access_token')
  // RFC 6749 section 7.1: a token of a type that is not understood must not be used.
  if (!/^bearer$/i.test((token_type ?? 'bearer') as string)) throw unusable('token_type')
  const lifetime = isSeconds(expires_in) && Number(expires_in) * 1000
  if (!lifetime) throw unusable('expires_in')
  return { token, sentAt: time.sentAt, lifetime, refreshToken }
}
