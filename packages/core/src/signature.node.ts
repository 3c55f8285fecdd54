import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  createSecretKey,
  createVerify,
  type KeyObject,
  timingSafeEqual,
  type VerifyKeyObjectInput,
  verify,
} from 'node:crypto'
import type { CompactJws } from './compact-jws.ts'
import type { JsonWebKey } from './key-set-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'
import type { KeyMaterial, VerificationKey } from './verification-key.ts'

/**
 * Imports a public key for one algorithm; rejects for a key that the cryptography refuses, such as a bad curve point. By way
 * of DER: with a key that comes from a JWK itself, each signature takes OpenSSL a quarter of a microsecond more.
 */
export async function importKey(jwk: JsonWebKey, algorithm: SignatureAlgorithm): Promise<KeyMaterial> {
  const der = { type: 'spki', format: 'der', passphrase: undefined } as const
  const key = createPublicKey({ key: publicPart(jwk), format: 'jwk' }).export(der)
  return keyFor(SCHEMES[algorithm], createPublicKey({ ...der, key }))
}

/** Imports a shared secret, of which it holds a copy. */
export async function importSecret(secret: Uint8Array, _algorithm: SignatureAlgorithm): Promise<KeyMaterial> {
  return createSecretKey(secret)
}

function publicPart({ kty, n, e, crv, x, y }: JsonWebKey): Record<string, unknown> {
  return kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }
}

/**
 * Milliseconds of one turn of the event loop after which what else comes in it is left to other threads. In a crowd they are
 * fewer, so that many do not hold up everything else.
 */
const TURN = 2
const TURN_IN_A_CROWD = 0.2
let turnBeganAt: number | undefined
let inThreadPool = 0
const waiting: { readonly enter: () => void; readonly mostInPool: number }[] = []
/** Whether the last signature that was left to other threads found another one there. */
let isCrowded = false

/**
 * Whether a signature is best verified at once, in the calling thread. While few come, a trip to the thread pool costs more
 * than it gives; when many do, the pool verifies on all processors and leaves the event loop to others.
 */
export function verifiesAtOnce(): boolean {
  if (inThreadPool > 0) return false
  return turnBeganAt === undefined || performance.now() - turnBeganAt < (isCrowded ? TURN_IN_A_CROWD : TURN)
}

function beginTurn(): void {
  if (turnBeganAt !== undefined) return
  turnBeganAt = performance.now()
  setImmediate(endTurn)
}

function endTurn(): void {
  turnBeganAt = undefined
}

/** {@link verifySignature}, in the calling thread. */
export function verifySignatureAtOnce(jws: CompactJws, key: VerificationKey): boolean {
  const scheme = SCHEMES[key.algorithm]
  if (isByHmac(key)) return isHmac(jws, scheme, key.material)
  if (!fits(jws, scheme)) return false
  beginTurn()
  return verifyNow(jws, scheme, key.material as VerifyKeyObjectInput)
}

/**
 * In two steps, which Node gets ready for in less time, but for EdDSA, which has only one. In two steps an ECDSA signature
 * of another length would throw instead of being none: that it fits is asked before.
 */
function verifyNow(jws: CompactJws, { hash }: Scheme, key: VerifyKeyObjectInput): boolean {
  if (hash === null) return verify(hash, signingInput(jws), key, jws.signature)
  return createVerify(hash).update(signingText(jws), 'latin1').verify(key, jws.signature)
}

/** Whether the signature is this key's. A failure of the cryptography itself rejects: that is no verdict on the token. */
export async function verifySignature(jws: CompactJws, key: VerificationKey): Promise<boolean> {
  const scheme = SCHEMES[key.algorithm]
  if (isByHmac(key)) return isHmac(jws, scheme, key.material)
  return fits(jws, scheme) && (await verifyInThreadPool(jws, scheme, key.material))
}

async function verifyInThreadPool(jws: CompactJws, scheme: Scheme, key: KeyMaterial): Promise<boolean> {
  await enterThreadPool(scheme)
  try {
    return await new Promise<boolean>((resolve, reject) => {
      verify(
        scheme.hash,
        signingInput(jws),
        key as VerifyKeyObjectInput,
        jws.signature,
        (error, isGenuine) => {
          if (error === null) resolve(isGenuine)
          else reject(error)
        },
      )
    })
  } finally {
    leaveThreadPool()
  }
}

/** Nobody goes before one who waits: those of whom more may be there would never leave room for the others. */
async function enterThreadPool({ mostInPool }: Scheme): Promise<void> {
  isCrowded = inThreadPool > 0
  if (waiting.length === 0 && inThreadPool < mostInPool) inThreadPool++
  else await new Promise<void>((enter) => waiting.push({ enter, mostInPool }))
}

function leaveThreadPool(): void {
  inThreadPool--
  for (let first = waiting[0]; first && inThreadPool < first.mostInPool; first = waiting[0]) {
    waiting.shift()
    inThreadPool++
    first.enter()
  }
}

/** What one algorithm of RFC 7518 section 3 or RFC 8037 is called by Node. Nothing is left out, so that nothing is inherited. */
interface Scheme {
  readonly hash: string | null
  /** Of the signature, where the algorithm alone says it. */
  readonly length: number | undefined
  readonly padding: number | undefined
  readonly saltLength: number | undefined
  /** Where an HMAC is written to, to be compared. */
  readonly hmac: Buffer
  /**
   * How many are in the thread pool at once. Where processors are few, its threads leave this one waiting for as long as
   * they have more.
   */
  readonly mostInPool: number
}

const MOST_IN_POOL = 24
/** With as few of EdDSA the threads are without work now and then. */
const MOST_EDDSA_IN_POOL = 40
/** An RSA signature is verified in a third of the time. */
const MOST_RSA_IN_POOL = 48

const SCHEMES: Readonly<Record<SignatureAlgorithm, Scheme>> = Object.freeze({
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: plain('sha256', 64),
  ES384: plain('sha384', 96),
  ES512: plain('sha512', 132),
  EdDSA: eddsa(),
  Ed25519: eddsa(),
  HS256: plain('sha256'),
  HS384: plain('sha384'),
  HS512: plain('sha512'),
})

function plain(hash: string | null, length?: number): Scheme {
  const hmac = Buffer.alloc(hash === null ? 0 : createHash(hash).digest().length)
  return { hash, length, padding: undefined, saltLength: undefined, hmac, mostInPool: MOST_IN_POOL }
}

function eddsa(): Scheme {
  return { ...plain(null, 64), mostInPool: MOST_EDDSA_IN_POOL }
}

function rsa(hash: string): Scheme {
  return { ...plain(hash), mostInPool: MOST_RSA_IN_POOL }
}

/** RFC 7518 section 3.5: the salt is as long as the hash. */
function pss(hash: string): Scheme {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
  return { ...rsa(hash), padding, saltLength }
}

function fits({ signature }: CompactJws, { length }: Scheme): boolean {
  return length === undefined || signature.length === length
}

function signingInput(jws: CompactJws): Buffer {
  return Buffer.from(signingText(jws), 'latin1')
}

function signingText({ text, signingInputEnd }: CompactJws): string {
  return text.slice(0, signingInputEnd)
}

/** RFC 7518 section 3.4: of ECDSA, R and S as they are; other algorithms do not look at it. */
function keyFor({ padding, saltLength }: Scheme, key: KeyObject): VerifyKeyObjectInput {
  return Object.freeze({ key, dsaEncoding: 'ieee-p1363', padding, saltLength }) as VerifyKeyObjectInput
}

/** Told by the algorithm alone, never by what the key looks like or what an object may have inherited. */
function isByHmac({ algorithm }: VerificationKey): boolean {
  return algorithm.startsWith('HS')
}

/** By way of text and into bytes that are there already, since Node makes new ones in more time. */
function isHmac(jws: CompactJws, { hash, hmac }: Scheme, secret: KeyMaterial): boolean {
  hmac.write(
    createHmac(hash as string, secret as KeyObject)
      .update(signingText(jws), 'latin1')
      .digest('binary'),
    'latin1',
  )
  return hmac.length === jws.signature.length && timingSafeEqual(hmac, jws.signature)
}
