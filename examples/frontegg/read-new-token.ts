import type { NewCredential } from '@scopegate/issuer'

/** What a request to make a token is read by. */
export interface NewTokenReading {
  /** Whether the token is to be a user's, by the path. */
  readonly ofUsers: boolean
  readonly now: number
}

const MAX_MINUTES = 5_256_000

/** What is asked for, or what is wrong with it. Whose it is to be is said by headers, which the gate let a vendor send. */
export function readNewToken(
  headers: Readonly<Record<string, string>>,
  body: unknown,
  { ofUsers, now }: NewTokenReading,
): NewCredential | string {
  const { 'frontegg-tenant-id': account, 'frontegg-user-id': userId } = headers
  if (account === undefined) return 'frontegg-tenant-id is missing'
  if (ofUsers && userId === undefined) return 'frontegg-user-id is missing'
  if (!isObject(body)) return 'The body is no JSON object'
  const { description, roleIds, expiresInMinutes: minutes, metadata = {} } = body
  if (typeof description !== 'string') return 'description must be text'
  if (!ofUsers && !isListOfTexts(roleIds)) return 'roleIds must name at least one role'
  if (minutes !== undefined && !isMinutes(minutes)) return `expiresInMinutes must be 1 to ${MAX_MINUTES}`
  return {
    account,
    name: description,
    scopes: [],
    subject: ofUsers ? { kind: 'user', id: userId ?? '' } : { kind: 'account' },
    metadata: ofUsers ? { metadata } : { metadata, roleIds },
    expiresAt: minutes === undefined ? null : now + minutes * 60_000,
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An empty list would permit nothing, which nobody means. */
function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string')
}

function isMinutes(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= MAX_MINUTES
}
