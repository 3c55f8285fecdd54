import * as z from './schema.ts'
import { filled, isNumber, oneOf, table, text, texts } from './value-options.ts'

/** A claim's fixed value. */
export type ClaimValue = string | number | boolean

/** Which claims the fields of {@link AccessToken} are read from. A list is tried in order; the first claim present wins. */
export interface ClaimNames {
  /** A space-delimited string or an array of strings. Default `['scope', 'scp']`. */
  readonly scopes?: string | readonly string[]
  /** Default `['client_id', 'azp']`. */
  readonly clientId?: string | readonly string[]
  /** Default `sub`. */
  readonly subject?: string | readonly string[]
  /** The tenant that owns the credential. Default `account`. */
  readonly account?: string | readonly string[]
}

/** The JSON type a required claim must have, or `uuid` for text as RFC 9562 writes it; `any` asks only that it is there. */
export type ClaimType = 'any' | 'string' | 'number' | 'boolean' | 'array' | 'object' | 'uuid'

const CLAIM_TYPES = ['any', 'string', 'number', 'boolean', 'array', 'object', 'uuid']

/** @internal */
export const fixedClaimsSchema: z.Schema = table(
  z.custom(
    (value) => typeof value === 'string' || typeof value === 'boolean' || isNumber(value),
    'must be a string, number or boolean',
  ),
)

/** @internal */
export const requiredClaimsSchema: z.Schema = z.union(
  [z.array(text, filled('is empty; leave it out')), table(oneOf(CLAIM_TYPES))],
  `must be a non-empty list of claims, or claims with their types (${CLAIM_TYPES.join(', ')})`,
)

/** @internal */
export const claimNamesSchema: z.Schema = z.strictObject({
  scopes: z.optional(texts),
  clientId: z.optional(texts),
  subject: z.optional(texts),
  account: z.optional(texts),
})
