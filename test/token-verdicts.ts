import {
  type AllowedDecision,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from '@scopegate/core'
import { type FakeClock, signToken, type TestIssuer, type TestKey } from '@scopegate/core/testing'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect } from 'vitest'
import { bearerRequest, describeDecision } from './key-set-scenario.ts'

/** Judges tokens at `GET /maps`, which asks for nothing but a valid one. */
export interface TokenJudge {
  readonly server: ResourceServer
  /** `allowed`, or status and reason of the denial; cold and warm, waited for and at once: all must agree. */
  readonly verdict: (token: string) => Promise<string>
  /** The decision that let it through. */
  readonly allow: (token: string) => Promise<AllowedDecision>
}

/** The judge of a server with these options. */
export function createJudge(options: object, clock: FakeClock): TokenJudge {
  const routes = [{ method: 'GET', path: '/maps', access: 'authenticated' }]
  const all: object = { now: clock.now, routes, ...options }
  const server = createResourceServer(all as ResourceServerOptions)
  const verdict = async (token: string): Promise<string> => {
    const cold = describeDecision(await server.authorize(bearerRequest(token)))
    expect(describeDecision(await server.authorize(bearerRequest(token)))).toBe(cold)
    const now = server.authorizeNow(bearerRequest(token))
    if (now || cold === 'allowed') expect(now && describeDecision(now)).toBe(cold)
    return cold
  }
  const allow = async (token: string): Promise<AllowedDecision> => {
    const decision = await server.authorize(bearerRequest(token))
    if (!decision.allowed) throw new Error(describeDecision(decision))
    return decision
  }
  return { server, verdict, allow }
}

/** The judge of an issuer with given keys, held against a third party: what it allows, that must allow too. */
export function createStrictJudge(issuer: TestIssuer, clock: FakeClock, options: object = {}): TokenJudge {
  const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
  const judge = createJudge({ ...profile, ...options }, clock)
  const keys = createLocalJWKSet({ keys: issuer.jwks.keys.map((jwk) => ({ ...jwk })) })
  const verdict = async (token: string): Promise<string> => {
    const ours = await judge.verdict(token)
    const currentDate = new Date(clock.now())
    const strict = {
      ...profile,
      requiredClaims: ['exp'],
      clockTolerance: 5,
      currentDate,
      algorithms: ['RS256', 'ES256'],
    }
    if (ours === 'allowed') await jwtVerify(token, keys, strict)
    return ours
  }
  return { ...judge, verdict }
}

/** A token whose claim is written exactly like this, in JSON or what passes for it; left out where it is `undefined`. */
export async function mintWithRawClaim(
  issuer: TestIssuer,
  clock: FakeClock,
  name: string,
  value: string | undefined,
): Promise<string> {
  const iat = clock.now() / 1000
  const claims: Record<string, unknown> = {
    iss: issuer.issuer,
    aud: issuer.audience,
    iat,
    exp: iat + 300,
    sub: 'me',
  }
  delete claims[name]
  const members = JSON.stringify(claims).slice(0, -1)
  const payload = value === undefined ? `${members}}` : `${members},${JSON.stringify(name)}:${value}}`
  return await signAsIssuer(issuer, payload)
}

/** Signs this payload with the issuer's newest key and a header without fault. */
export async function signAsIssuer(issuer: TestIssuer, payload: string | Uint8Array): Promise<string> {
  const key = issuer.keys[0] as TestKey
  return await signToken(key, { alg: key.algorithm, kid: key.kid, typ: 'at+jwt' }, payload)
}
