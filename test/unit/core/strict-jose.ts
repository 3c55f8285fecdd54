import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyOptions, jwtVerify } from 'jose'

/** What jose verifies with: a JWK Set, or the bytes of a secret. */
export type JoseKeys = JSONWebKeySet | Uint8Array

/** Verifies as jose's documentation advises, all checks on; where several keys match it tries each of them. */
export function createStrictJose(
  keys: JoseKeys,
  options: JWTVerifyOptions,
): (token: string, now: number) => Promise<boolean> {
  const key = keys instanceof Uint8Array ? keys : createLocalJWKSet(keys)
  return async (token, now) => {
    const strict = { ...options, requiredClaims: ['exp'], clockTolerance: 5, currentDate: new Date(now) }
    try {
      // The two overloads differ in the key alone.
      await (typeof key === 'function' ? jwtVerify(token, key, strict) : jwtVerify(token, key, strict))
      return true
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return await tryEach(error, token, strict)
      return false
    }
  }
}

async function tryEach(
  candidates: errors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<boolean> {
  for await (const key of candidates) {
    try {
      await jwtVerify(token, key, options)
      return true
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return false
    }
  }
  return false
}
