import type { JsonWebKey, SignatureAlgorithm } from '@scopegate/core'
import { type CompactJws, createCompactJwsParser } from '../../../packages/core/src/compact-jws.ts'
import * as node from '../../../packages/core/src/signature.node.ts'
import * as web from '../../../packages/core/src/signature.web.ts'
import {
  algorithmsOf,
  type KeyMaterial,
  type VerificationKey,
  weaknessOf,
  weaknessOfSecret,
} from '../../../packages/core/src/verification-key.ts'
import { ASYMMETRIC_ALGORITHMS, encode, HMAC_ALGORITHMS } from './raw-tokens.ts'

const parseCompactJws = createCompactJwsParser()

/** One vector of Wycheproof, with the keys of its group. */
export interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly jws: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly keys: readonly JsonWebKey[]
  /** Whether the keys came as a JWK Set, which secrets are never taken from. */
  readonly asSet: boolean
}

/** A file of Wycheproof's JWS and JWK vectors. */
export interface VectorFile {
  readonly testGroups: readonly {
    readonly public?: JsonWebKey & { readonly keys?: readonly JsonWebKey[] }
    readonly private?: JsonWebKey & { readonly keys?: readonly JsonWebKey[] }
    readonly tests: readonly Omit<Vector, 'keys' | 'asSet'>[]
  }[]
}

/** A verifier is given public parts; where there are none the group is about shared secrets. */
export function vectorsOf({ testGroups }: VectorFile): readonly Vector[] {
  return testGroups.flatMap((group) => {
    const given = group.public ?? group.private
    const keys = given === undefined ? [] : (given.keys ?? [given])
    return group.tests.map((test) => ({ ...test, keys, asSet: given?.keys !== undefined }))
  })
}

const atOnce: Pick<typeof node, 'importKey' | 'importSecret' | 'verifySignature'> = {
  ...node,
  verifySignature: async (jws, key) => node.verifySignatureAtOnce(jws, key),
}
export const IMPLEMENTATIONS = { node, atOnce, web }
export type Implementation = keyof typeof IMPLEMENTATIONS

/**
 * Whether the text is canonical, names a key fit for its algorithm, and bears that key's signature. The payloads of the
 * vectors are no claims, so the parser is given `{}` in their place, and the payload where a signature would be: each
 * segment is judged as that of a token is. The signature is verified over the text as it is.
 */
export async function accepts(name: Implementation, { jws: text, keys, asSet }: Vector): Promise<boolean> {
  const jws = parseWithoutClaims(text)
  if (jws === undefined) return false
  const candidates = await Promise.all(keys.map(async (jwk) => await toKey(name, jwk, jws, asSet)))
  for (const key of candidates) {
    if (key !== undefined && (await IMPLEMENTATIONS[name].verifySignature(jws, key))) return true
  }
  return false
}

function parseWithoutClaims(text: string): CompactJws | undefined {
  const [header = '', payload = '', signature = '', ...more] = text.split('.')
  const claims = encode('{}')
  const rest = more.map((segment) => `.${segment}`).join('')
  if (parseCompactJws(`${header}.${claims}.${payload}`) === undefined) return undefined
  const jws = parseCompactJws(`${header}.${claims}.${signature}${rest}`)
  return jws && { ...jws, text, signingInputEnd: header.length + 1 + payload.length }
}

async function toKey(
  name: Implementation,
  jwk: JsonWebKey,
  { algorithm, kid }: CompactJws,
  asSet: boolean,
): Promise<VerificationKey | undefined> {
  const material =
    jwk.kty === 'oct' && !asSet
      ? await importSecretFor(name, jwk, algorithm)
      : await importFor(name, jwk, algorithm, kid)
  return material && { kid, algorithm: algorithm as SignatureAlgorithm, fingerprint: '', material }
}

async function importFor(
  name: Implementation,
  jwk: JsonWebKey,
  algorithm: string,
  kid: string | undefined,
): Promise<KeyMaterial | undefined> {
  const fit = algorithmsOf(jwk, ASYMMETRIC_ALGORITHMS).find((own) => own === algorithm)
  if (fit === undefined || weaknessOf(jwk) !== undefined || (kid !== undefined && jwk.kid !== kid))
    return undefined
  try {
    return await IMPLEMENTATIONS[name].importKey(jwk, fit)
  } catch {
    return undefined
  }
}

/** As a profile with this secret and its one algorithm: too short a secret is refused at set-up. */
async function importSecretFor(
  name: Implementation,
  jwk: JsonWebKey,
  algorithm: string,
): Promise<KeyMaterial | undefined> {
  const own = HMAC_ALGORITHMS.find((name) => name === jwk.alg)
  if (own === undefined || own !== algorithm || typeof jwk.k !== 'string') return undefined
  const secret = Buffer.from(jwk.k, 'base64url')
  if (weaknessOfSecret(secret, [own]) !== undefined) return undefined
  return await IMPLEMENTATIONS[name].importSecret(secret, own)
}
