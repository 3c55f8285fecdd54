import {
  createHmac,
  createPublicKey,
  createSecretKey,
  timingSafeEqual,
  verify as verifySignature,
} from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type AuthorizationDecision,
  createResourceServer,
  type ResourceRequest,
  type ResourceServerOptions,
} from '@scopegate/core'
import { JwtVerifier } from 'aws-jwt-verify'
import { createVerifier } from 'fast-jwt'
import { importJWK, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { createRandom } from '../random.ts'
import { type Contestant, timed } from '../sampler.ts'
import { readTextPool } from '../text-pool.ts'
import { AUDIENCE, ISSUER, type TokenSet } from '../token-set.ts'

/** What every contestant of this module is told. */
export interface VerifyInput {
  readonly tokens: TokenSet
  /** How many verifications run at the same time. */
  readonly inFlight: number
  readonly sampleMs: number
}

/** How a contestant verifies, called as an application would: no function of ours between. */
interface Verifier<Item> {
  /** Makes what the call takes, outside the timed part. */
  readonly prepare: (token: string) => Item
  readonly verify: (item: Item) => unknown
  /** Whether the result is a yes, where a bad token does not make the call throw or reject. */
  readonly accepts?: (result: unknown) => boolean
}

const BATCH = 256

/** Measures microseconds per token; each batch is drawn anew from more tokens than any cache holds. */
function measured<Item>(
  create: (tokens: TokenSet) => Verifier<Item> | Promise<Verifier<Item>>,
): Contestant<VerifyInput> {
  return async ({ tokens, inFlight, sampleMs }) => {
    const pool = readTextPool(tokens.file)
    const random = createRandom(tokens.count)
    const verifier = await create(tokens)
    await expectJudgement(verifier, pool.fresh(0))
    const draw = (): Item => verifier.prepare(pool.fresh(random(pool.count)))
    return timed({
      milliseconds: sampleMs,
      prepare: () => Array.from({ length: BATCH }, draw),
      run: async (items) => await verifyAll(items, verifier, inFlight),
    })
  }
}

/** What comes one after another comes in many turns of the event loop, as requests do, and not all in one. */
const PER_TURN = 8

/** So many lanes that each take the next item; a verifier that answers at once never makes a lane wait. */
async function verifyAll<Item>(
  items: readonly Item[],
  { verify, accepts = () => true }: Verifier<Item>,
  lanes: number,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      if (lanes === 1 && next % PER_TURN === 0) await nextTurn()
      const pending = verify(items[next++] as Item)
      const result: unknown = pending instanceof Promise ? await pending : pending
      if (!accepts(result)) throw new Error('a good token was refused')
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** A contestant that takes a forged token would be fast for a bad reason. */
async function expectJudgement<Item>(verifier: Verifier<Item>, token: string): Promise<void> {
  await verifyAll([verifier.prepare(token)], verifier, 1)
  const at = token.lastIndexOf('.') + 10
  const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  const taken = await verifyAll([verifier.prepare(forged)], verifier, 1).then(
    () => true,
    () => false,
  )
  if (taken) throw new Error('a forged token was accepted')
}

function optionsFor(tokens: TokenSet): ResourceServerOptions {
  const keys = tokens.jwk ? { keys: { keys: [tokens.jwk] } } : { secret: tokens.key }
  return {
    ...keys,
    issuer: ISSUER,
    audience: AUDIENCE,
    routes: [{ method: 'GET', path: '/maps/:mapCode', scopes: 'query' }],
    tokenCache: { maxEntries: 1 },
  }
}

function scopegate(tokens: TokenSet): Verifier<ResourceRequest> {
  const { authorize } = createResourceServer(optionsFor(tokens)).protecting()
  return {
    prepare: (token) => ({
      method: 'GET',
      target: '/maps/m1',
      rawHeaders: ['Host', 'api.example', 'Authorization', `Bearer ${token}`],
    }),
    verify: authorize,
    accepts: (decision) => (decision as AuthorizationDecision).allowed === true,
  }
}

interface Presented {
  readonly text: string
  readonly header: string
  readonly value: string
  readonly accessToken: undefined
}

/** What the gate asks of a token, and nothing of the request: the work that its peers do. From inside, as nobody calls it alone. */
async function scopegateToken(tokens: TokenSet): Promise<Verifier<Presented>> {
  const core = import.meta.resolve('@scopegate/core')
  const { compileGate } = await import(new URL('gate.js', core).href)
  const { createAccessTokenVerifier } = await import(new URL('access-token-verifier.js', core).href)
  const { profiles } = compileGate(optionsFor(tokens))
  const { read, verifyAtOnce, verify } = createAccessTokenVerifier(profiles, Date.now)
  for (const { keys } of profiles) await keys.ready()
  return {
    prepare: (text) => ({ text, header: 'authorization', value: `Bearer ${text}`, accessToken: undefined }),
    verify: (credential) => {
      const claimed = read(credential)
      return verifyAtOnce(claimed) ?? verify(claimed)
    },
    accepts: (result) => Object.hasOwn(result as object, 'accessToken'),
  }
}

async function jose(tokens: TokenSet): Promise<Verifier<string>> {
  const { algorithm, jwk, key } = tokens
  const material = jwk ? await importJWK(jwk, algorithm) : new TextEncoder().encode(key)
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm], typ: 'at+jwt' }
  return { prepare: asIs, verify: (token) => jwtVerify(token, material, options) }
}

function fastJwt({ algorithm, key }: TokenSet): Verifier<string> {
  const options = { algorithms: [algorithm], allowedIss: ISSUER, allowedAud: AUDIENCE, checkTyp: 'at+jwt' }
  return { prepare: asIs, verify: createVerifier({ key, ...options }) }
}

function awsJwtVerify({ jwk }: TokenSet): Verifier<string> {
  const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/jwks` })
  verifier.cacheJwks({ keys: [jwk as never] })
  return { prepare: asIs, verify: (token) => verifier.verifySync(token) }
}

function oauth4webapi({ jwk }: TokenSet): Verifier<Request> {
  const server = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }
  const cache = { jwks: { keys: [jwk as never] }, uat: Math.floor(Date.now() / 1000) }
  return {
    prepare: (token) => new Request(AUDIENCE, { headers: { authorization: `Bearer ${token}` } }),
    verify: (request) =>
      oauth.validateJwtAccessToken(server, request, AUDIENCE, { [oauth.jwksCache]: cache }),
  }
}

interface Signed {
  readonly data: Buffer
  readonly signature: Buffer
}

function split(token: string): Signed {
  const dot = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(dot + 1), 'base64url')
  return { data: Buffer.from(token.slice(0, dot), 'latin1'), signature }
}

/** The cryptography and nothing else, on bytes that are at hand, in the calling thread. */
function rawSync({ algorithm, key }: TokenSet): Verifier<Signed> {
  const judge = algorithm === 'HS256' ? hmac(key) : asymmetric(algorithm, key)
  return {
    prepare: split,
    verify: judge,
    accepts: (result) => result === true,
  }
}

function hmac(key: string): (signed: Signed) => boolean {
  const secret = createSecretKey(Buffer.from(key))
  return ({ data, signature }) =>
    timingSafeEqual(createHmac('sha256', secret).update(data).digest(), signature)
}

function asymmetric(algorithm: TokenSet['algorithm'], pem: string): (signed: Signed) => boolean {
  const key = { key: createPublicKey(pem), dsaEncoding: 'ieee-p1363' } as const
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  return ({ data, signature }) => verifySignature(hash, data, key, signature)
}

/** The same in libuv's pool of threads. */
function rawPool({ algorithm, key: pem }: TokenSet): Verifier<Signed> {
  const key = { key: createPublicKey(pem), dsaEncoding: 'ieee-p1363' } as const
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  return {
    prepare: split,
    verify: ({ data, signature }) =>
      new Promise((resolve, reject) => {
        verifySignature(hash, data, key, signature, (error, good) => (error ? reject(error) : resolve(good)))
      }),
    accepts: (result) => result === true,
  }
}

function asIs(token: string): string {
  return token
}

export const contestants: Readonly<Record<string, Contestant<VerifyInput>>> = {
  scopegate: measured(scopegateToken),
  'scopegate, the whole decision': measured(scopegate),
  jose: measured(jose),
  'fast-jwt': measured(fastJwt),
  'aws-jwt-verify': measured(awsJwtVerify),
  oauth4webapi: measured(oauth4webapi),
  'node:crypto': measured(rawSync),
  'node:crypto in the pool': measured(rawPool),
}
