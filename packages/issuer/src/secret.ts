import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as 43 characters of `A-Z a-z 0-9 - _`. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** 128 random bits as 22 characters of `A-Z a-z 0-9 - _`. */
export function generateId(): string {
  return randomBytes(16).toString('base64url')
}

/**
 * base64url of the SHA-256 of a secret: all that is kept of it. A slow hash would add nothing: what it protects, guessable
 * passwords, does not occur where every secret is 256 random bits.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** What a presented secret is compared with where there is nothing to compare with, so that the work is the same. */
const NOBODY = hashSecret(generateSecret())

/**
 * Whether the secret is one of those that were hashed. Always compares two digests in constant time: an unknown client, one
 * secret or two make no difference to how long it takes.
 */
export function matchesSecret(secret: string, hashes: readonly string[]): boolean {
  const presented = digestOf(hashSecret(secret))
  const first = timingSafeEqual(presented, digestOf(hashes[0] ?? NOBODY))
  const second = timingSafeEqual(presented, digestOf(hashes[1] ?? NOBODY))
  return (first && hashes.length > 0) || (second && hashes.length > 1)
}

function digestOf(hash: string): Uint8Array {
  return Buffer.from(hash, 'base64url')
}
