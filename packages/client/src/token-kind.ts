/** One kind of token that a holder of the key signs for itself, as data. */
export interface TokenKind {
  /** Claims that are always the same. A call cannot change them. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Claims that a call must give, and not empty. */
  readonly required: readonly string[]
  /** The longest lifetime, in seconds. */
  readonly maxTtl: number
  /** Whether it opens server APIs, so that a page must not mint it. Default false. */
  readonly serverOnly?: boolean
}

const DAY = 86_400

/** A participant's token for one room: joins, and opens no server API. At most 90 days. */
export const appToken: TokenKind = {
  claims: { type: 'app', version: 2 },
  required: ['access_key', 'room_id', 'role'],
  maxTtl: 90 * DAY,
}

/** A token for server APIs. At most 14 days. */
export const managementToken: TokenKind = {
  claims: { type: 'management', version: 2 },
  required: ['access_key'],
  maxTtl: 14 * DAY,
  serverOnly: true,
}
