import * as z from 'zod/mini'
import { originSchema } from './origin-options.ts'
import type { AccountRecord, Instant, Metadata, Subject } from './store.ts'
import { oneOf } from './value-options.ts'

/** A new account. */
export interface NewAccount {
  /** `A-Z a-z 0-9 - _`, at most 128 of them. Default: generated. */
  readonly id?: string
  /** Default false: nothing is issued before `update(id, { verified: true })`. */
  readonly verified?: boolean
  /** Default true. */
  readonly active?: boolean
  /** The origins whose pages may use its credentials and tokens, as browsers send them. Default: none. */
  readonly origins?: readonly string[]
  /** `account` gives it HS256 secrets of its own instead of the issuer's public keys. Default `issuer`. */
  readonly tokenSigning?: AccountRecord['tokenSigning']
}

interface Owned {
  /** The id of the account that it belongs to. */
  readonly account: string
  /** What people call it: 1 to 200 characters. */
  readonly name: string
  /** What its tokens may do; empty means nothing, not everything. */
  readonly scopes: readonly string[]
  /** Whom it acts for. Default `{ kind: 'account' }`. */
  readonly subject?: Subject
  /** A label such as `staging`, for lists and mapped claims; nothing is decided by it. Default `production`. */
  readonly environment?: string
  /** When it ends, in milliseconds since 1970; must lie ahead. Default `null`: never. */
  readonly expiresAt?: Instant | null
  /** JSON for mapped claims and lists, at most 4096 characters. Default `{}`. */
  readonly metadata?: Metadata
}

/** A new credential. Its id and secret are generated. */
export interface NewCredential extends Owned {}

/** A new directly minted access token. */
export interface NewAccessToken extends Owned {
  /** One of the issuer's audiences. Default: the first of them. */
  readonly audience?: string
}

/** How a secret is replaced. */
export interface Rotation {
  /** How long the old secret goes on working, in seconds; 0 ends it at once. Default 86400. */
  readonly overlap?: number
}

/** A slice of a list. */
export interface ListOptions {
  /** The id of the last one of the slice before. Default: from the oldest. */
  readonly after?: string
  /** 1 to 1000. Default 100. */
  readonly limit?: number
}

/** A slice of what accounts own. Deleted ones are not listed. */
export interface OwnedListOptions extends ListOptions {
  /** Of this account alone. Default: of all. */
  readonly account?: string
  /** Of this environment alone. Default: of all. */
  readonly environment?: string
}

const MAX_METADATA = 4096

const id = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 - _'))
const label = z
  .string()
  .check(z.refine(isLabel, 'must be 1 to 200 characters, none of them a control character'))
const scopes = z
  .array(z.string().check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'is no scope (RFC 6749 section 3.3)')))
  .check(
    z.maxLength(100, 'has more than 100 scopes'),
    z.refine((list) => new Set(list).size === list.length, 'names a scope twice'),
  )
const instant = z
  .number('must be milliseconds since 1970, or null')
  .check(z.refine((value) => Number.isSafeInteger(value), 'must be whole milliseconds since 1970, or null'))
const metadata = z
  .record(z.string(), z.unknown())
  .check(z.refine(isSmallJson, `must be JSON of at most ${MAX_METADATA} characters`))
const subject = z.discriminatedUnion(
  'kind',
  [z.strictObject({ kind: z.literal('account') }), z.strictObject({ kind: z.literal('user'), id: label })],
  { error: ({ code }) => (code === 'invalid_union' ? "must be 'account' or 'user'" : undefined) },
)
const origins = z.array(originSchema).check(
  z.maxLength(1000, 'has more than 1000 origins'),
  z.refine((list) => new Set(list).size === list.length, 'names an origin twice'),
)
const tokenSigning = oneOf(['issuer', 'account'])
const expiresAt = z.nullable(instant)

const owned = {
  account: z.string(),
  name: label,
  scopes,
  subject: z.optional(subject),
  environment: z.optional(label),
  expiresAt: z.optional(expiresAt),
  metadata: z.optional(metadata),
}

export const newAccountSchema: z.ZodMiniType = z.strictObject({
  id: z.optional(id),
  verified: z.optional(z.boolean()),
  active: z.optional(z.boolean()),
  origins: z.optional(origins),
  tokenSigning: z.optional(tokenSigning),
})

export const accountChangesSchema: z.ZodMiniType = z.strictObject({
  verified: z.optional(z.boolean()),
  active: z.optional(z.boolean()),
  origins: z.optional(origins),
  tokenSigning: z.optional(tokenSigning),
})

export const newCredentialSchema: z.ZodMiniType = z.strictObject(owned)
export const newAccessTokenSchema: z.ZodMiniType = z.strictObject({
  ...owned,
  audience: z.optional(z.string()),
})

export const credentialChangesSchema: z.ZodMiniType = z.strictObject({
  name: z.optional(label),
  scopes: z.optional(scopes),
  environment: z.optional(label),
  expiresAt: z.optional(expiresAt),
  metadata: z.optional(metadata),
})

export const rotationSchema: z.ZodMiniType = z.strictObject({
  overlap: z.optional(
    z
      .number()
      .check(
        z.refine(
          (value) => Number.isSafeInteger(value) && value >= 0 && value <= 31_536_000,
          'must be whole seconds from 0 to 31536000 (a year)',
        ),
      ),
  ),
})

const page = {
  after: z.optional(id),
  limit: z.optional(
    z
      .number()
      .check(
        z.refine(
          (value) => Number.isInteger(value) && value >= 1 && value <= 1000,
          'must be a whole number from 1 to 1000',
        ),
      ),
  ),
}
export const listOptionsSchema: z.ZodMiniType = z.strictObject(page)
export const ownedListOptionsSchema: z.ZodMiniType = z.strictObject({
  ...page,
  account: z.optional(id),
  environment: z.optional(label),
})

function isLabel(text: string): boolean {
  return text !== '' && text.length <= 200 && !/\p{C}/u.test(text)
}

function isSmallJson(value: unknown): boolean {
  try {
    return JSON.stringify(value).length <= MAX_METADATA
  } catch {
    return false
  }
}

/** Whether the text has the shape of an id: nothing else is ever looked up. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text)
}
