import * as z from 'zod/mini'

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

/** The JSON type a required claim must have; `any` asks only that it is there. */
export type ClaimType = 'any' | 'string' | 'number' | 'boolean' | 'array' | 'object'

const CLAIM_TYPES = ['any', 'string', 'number', 'boolean', 'array', 'object']
const text = z.string().check(z.minLength(1, 'is empty'))
const texts = z.union(
  [text, z.array(text).check(z.minLength(1, 'is empty'))],
  'must be a string or a non-empty array of non-empty strings',
)

/** A check for tables: one without members would do nothing, silently. */
export const isNotEmpty: z.core.$ZodCheck<object> = z.refine<object>(
  (members) => Object.keys(members).length > 0,
  'is empty; leave it out',
)

export const fixedClaimsSchema: z.ZodMiniType = z
  .record(text, z.union([z.string(), z.number(), z.boolean()], 'must be a string, number or boolean'))
  .check(isNotEmpty)

export const requiredClaimsSchema: z.ZodMiniType = z.union(
  [
    z.array(text).check(z.minLength(1, 'is empty; leave it out')),
    z.record(text, z.enum(CLAIM_TYPES, `must be one of ${CLAIM_TYPES.join(', ')}`)).check(isNotEmpty),
  ],
  `must be a non-empty list of claims, or claims with their types (${CLAIM_TYPES.join(', ')})`,
)

export const claimNamesSchema: z.ZodMiniType = z.strictObject({
  scopes: z.optional(texts),
  clientId: z.optional(texts),
  subject: z.optional(texts),
  account: z.optional(texts),
})
