import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonWebKey } from '@scopegate/core'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'
export const ORIGIN = 'https://app.example'
export const KEY_ID = 'k1'

/** The algorithms that are compared. */
export type Algorithm = 'RS256' | 'ES256' | 'EdDSA' | 'HS256'

/** What tokens are wanted. */
export interface TokenOrder {
  readonly algorithm: Algorithm
  readonly count: number
}

/** Tokens in a file, and what verifies them: everything a contestant in another process needs. */
export interface TokenSet {
  readonly algorithm: Algorithm
  readonly count: number
  /** One token per line. */
  readonly file: string
  /** The public key, with `kid`, `alg` and `use`; undefined for HMAC. */
  readonly jwk: JsonWebKey | undefined
  /** The public key as PEM, or the shared secret as text. */
  readonly key: string
}

interface Signer {
  readonly publicKey: KeyObject | undefined
  readonly secret: string
  readonly sign: (input: string) => string
}

const SIGNERS: Readonly<Record<Algorithm, () => Signer>> = {
  RS256: () => pairSigner(generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256'),
  ES256: () => pairSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256'),
  EdDSA: () => pairSigner(generateKeyPairSync('ed25519'), null),
  HS256: hmacSigner,
}

/**
 * Mints so many distinct tokens, each scope `query`, good for a day. Each has a client and an id of its own, long enough that
 * the header of an HMAC's token has 350 characters.
 */
export function mintTokenSet(order: TokenOrder, directory: string): TokenSet {
  const { algorithm, count } = order
  const signer = SIGNERS[algorithm]()
  const file = join(directory, `${algorithm}-${count}-${randomBytes(4).toString('hex')}.txt`)
  const header = encode({ alg: algorithm, typ: 'at+jwt', kid: KEY_ID })
  const output = openSync(file, 'w')
  for (let at = 0; at < count; at++) {
    const input = `${header}.${encode(claims(at))}`
    writeSync(output, `${input}.${signer.sign(input)}\n`)
  }
  closeSync(output)
  return { algorithm, count, file, ...published(signer, algorithm) }
}

function claims(at: number): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  const id = at.toString(36).padStart(11, '0')
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: `c${id}`,
    client_id: `c${id}`,
    iat: now,
    exp: now + 86_400,
    jti: randomBytes(12).toString('base64url'),
    scope: 'query',
  }
}

function published({ publicKey, secret }: Signer, algorithm: Algorithm): Pick<TokenSet, 'jwk' | 'key'> {
  if (publicKey === undefined) return { jwk: undefined, key: secret }
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: algorithm, use: 'sig' }
  const pem = publicKey.export({ format: 'pem', type: 'spki' })
  return { jwk: jwk as NonNullable<TokenSet['jwk']>, key: String(pem) }
}

function pairSigner(pair: { publicKey: KeyObject; privateKey: KeyObject }, hash: string | null): Signer {
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const
  return {
    publicKey: pair.publicKey,
    secret: '',
    sign: (input) => sign(hash, Buffer.from(input), key).toString('base64url'),
  }
}

function hmacSigner(): Signer {
  const secret = randomBytes(48).toString('base64url')
  return {
    publicKey: undefined,
    secret,
    sign: (input) => createHmac('sha256', secret).update(input).digest('base64url'),
  }
}

function encode(part: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
