import type { VerifiedToken } from './access-token.ts'
import { textIn } from './credential.ts'
import { hashOf, placeAfter, placeOf } from './hash.ts'

/** Verified tokens, to be found by the header that brings them. It knows no limits. */
export interface TokenTable {
  /** The very token that is in a header of this value, if it came in that header when it was verified. */
  find(header: string, value: string): VerifiedToken | undefined
  add(token: VerifiedToken): void
  /** Does nothing where it is not held. */
  remove(token: VerifiedToken): void
}

/** 72 bits of the signature. A header value ends as the token in it does. */
const TAIL = 12
/** Where a token was, until the table is made anew. */
const REMOVED = -1

/**
 * Creates an empty table. In main memory a token is two trips away instead of a map's four: its place, and from there at the
 * same time the token and the text that it is compared with. It is looked for by a number made of the end of its signature,
 * which costs V8 much less than to hash the text; begun with chance, as who knows a shared secret can choose signatures.
 */
export function createTokenTable(chance: () => number = Math.random): TokenTable {
  let seed = 0
  let keys = new Int32Array(0)
  /** For each place the header value and the token. */
  let rows: (string | VerifiedToken | undefined)[] = []
  let taken = 0

  /** Above 0. */
  const numberOf = (value: string): number => hashOf(value, seed, value.length - TAIL) >>> 1 || 1
  const put = (token: VerifiedToken): void => {
    const key = numberOf(token.value)
    let at = placeOf(key, keys.length)
    while (keys[at] !== 0) at = placeAfter(at, keys.length)
    keys[at] = key
    rows[2 * at] = token.value
    rows[2 * at + 1] = token
    taken++
  }
  /** With room for at least half as many again as there are. */
  const renew = (): void => {
    const held = rows.filter((item) => typeof item === 'object')
    const places = new Int32Array(2 ** (33 - Math.clz32(held.length)))
    rows = new Array<undefined>(2 * places.length).fill(undefined)
    keys = places
    seed = Math.trunc(chance() * 2 ** 32)
    taken = 0
    for (const token of held) put(token)
  }
  return {
    find: (header: string, value: string) => {
      const key = numberOf(value)
      for (let at = placeOf(key, keys.length); keys[at]; at = placeAfter(at, keys.length)) {
        if (keys[at] !== key) continue
        const token = rows[2 * at + 1] as VerifiedToken
        if (token.profile.header !== header) continue
        if (rows[2 * at] === value || token.accessToken.token === textIn(header, value)) return token
      }
      return undefined
    },
    add: (token: VerifiedToken) => {
      if (4 * (taken + 1) > 3 * keys.length) renew()
      put(token)
    },
    remove: (token: VerifiedToken) => {
      for (let at = placeOf(numberOf(token.value), keys.length); keys[at]; at = placeAfter(at, keys.length)) {
        if (rows[2 * at + 1] !== token) continue
        keys[at] = REMOVED
        rows[2 * at] = rows[2 * at + 1] = undefined
        return
      }
    },
  }
}
