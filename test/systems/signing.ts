import { createHmac } from 'node:crypto'
import type { TestKey } from '@scopegate/core/testing'

/** Signs with a shared secret: HS256. */
export function sharedKey(secret: string | Uint8Array): TestKey {
  const sign = async (input: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(createHmac('sha256', secret).update(input).digest())
  return { kid: 'shared', algorithm: 'HS256', publicJwk: undefined, secret: undefined, sign }
}

/** Header and payload of a token, unverified. */
export function decode(token: string): {
  readonly header: Record<string, unknown>
  readonly payload: Record<string, unknown>
} {
  const [header, payload] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
  return { header: header ?? {}, payload: payload ?? {} }
}
