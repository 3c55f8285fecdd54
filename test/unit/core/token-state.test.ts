import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import type { VerifiedToken } from '../../../packages/core/src/access-token.ts'
import { peekState, resolveState } from '../../../packages/core/src/token-state.ts'
import { bearerRequest, describeDecision } from '../../key-set-scenario.ts'

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const token = await issuer.mintToken()

function createServer(source: object): ResourceServer {
  const options: object = {
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: issuer.jwks,
    routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
    now: clock.now,
    ...source,
  }
  return createResourceServer(options as ResourceServerOptions)
}

/** The verdicts of one gate on the same token, one after the other. */
async function verdicts(source: object, count: number): Promise<readonly string[]> {
  const server = createServer(source)
  const seen: string[] = []
  for (let asked = 0; asked < count; asked++) {
    expect(server.authorizeNow(bearerRequest(token))).toBeUndefined()
    seen.push(describeDecision(await server.authorize(bearerRequest(token))))
  }
  return seen
}

describe('a source whose answers may not be remembered', () => {
  it('is asked for the status at every request', async () => {
    const answers = [true, false, true]
    const status = { isActive: () => answers.shift(), maxAge: 0 }
    expect(await verdicts({ status, grants: { resolve: () => 'query', maxAge: 0 } }, 3)).toEqual([
      'allowed',
      '401 token_revoked',
      'allowed',
    ])
  })

  it('is asked for the grants at every request', async () => {
    const answers = ['query', '', 'query']
    expect(await verdicts({ grants: { resolve: () => answers.shift(), maxAge: 0 } }, 3)).toEqual([
      'allowed',
      '403 insufficient_scope',
      'allowed',
    ])
  })

  it('is asked for each of two requests at the same time: a token for one use has one', async () => {
    const used = new Set<unknown>()
    const isActive = async ({ token: text }: { token: string }): Promise<boolean> => {
      const isFirst = !used.has(text)
      used.add(text)
      return isFirst
    }
    const server = createServer({ status: { isActive, maxAge: 0 } })
    const request = bearerRequest(await issuer.mintToken({ scope: 'query' }))
    const both = [server.authorize(request), server.authorize(request)]
    const seen = (await Promise.all(both)).map(describeDecision)
    expect(seen.sort()).toEqual(['401 token_revoked', 'allowed'])
  })
})

describe('a token that expires while something is waited for', () => {
  const lastMoment = async (): Promise<string> => {
    const last = await issuer.mintToken({ scope: 'query', expiresIn: 60 })
    clock.advance(64)
    return last
  }
  /** Answers two seconds later, and the token has one. */
  const late =
    (answer: unknown): (() => unknown) =>
    async () => {
      await Promise.resolve()
      clock.advance(2)
      return answer
    }

  it.each<[source: string, source: object]>([
    ['its status', { status: { isActive: late(true), maxAge: 0 } }],
    ['its grants', { grants: { resolve: late('query'), maxAge: 0 } }],
  ])('is refused: %s', async (_, source) => {
    const server = createServer(source)
    expect(describeDecision(await server.authorize(bearerRequest(await lastMoment())))).toBe(
      '401 token_expired',
    )
  })

  it('is refused though it was known before', async () => {
    const known = await issuer.mintToken({ scope: 'query', expiresIn: 60 })
    let wait = 0
    const isActive = async (): Promise<boolean> => {
      await Promise.resolve()
      clock.advance(wait)
      return true
    }
    const server = createServer({ status: { isActive, maxAge: 0 } })
    expect(describeDecision(await server.authorize(bearerRequest(known)))).toBe('allowed')
    clock.advance(64)
    wait = 2
    expect(describeDecision(await server.authorize(bearerRequest(known)))).toBe('401 token_expired')
  })
})

describe('the state of a token', () => {
  /** A token whose sources answer like this; `undefined` where they are not known yet, an error where they fail. */
  const tokenWith = (sources: { status?: unknown; grants?: unknown }): VerifiedToken => {
    const profile = Object.fromEntries(
      Object.entries(sources).map(([name, answer]) => [
        name,
        { peek: () => answer, get: async () => unless(answer) },
      ]),
    )
    return { profile } as unknown as VerifiedToken
  }
  const unless = (answer: unknown): unknown => {
    if (answer instanceof Error) throw answer
    return answer
  }
  const granted = { scopes: 'of now' }
  const down = new Error('down')

  it.each<[sources: { status?: unknown; grants?: unknown }, answer: unknown]>([
    [{}, 'the token'],
    [{ status: true }, 'the token'],
    [{ status: false }, 'token_revoked'],
    [{ status: undefined }, undefined],
    [{ status: true, grants: granted }, granted],
    [{ status: false, grants: granted }, 'token_revoked'],
    [{ status: undefined, grants: granted }, undefined],
    [{ status: true, grants: undefined }, undefined],
    [{ grants: granted }, granted],
  ])('is known from what is known of its sources: %j', (sources, answer) => {
    const token = tokenWith(sources)
    const expected = answer === 'the token' ? token : answer
    const refusal = { refused: answer, profile: token.profile }
    expect(peekState(token)).toEqual(answer === 'token_revoked' ? refusal : expected)
  })

  it.each<[sources: { status?: unknown; grants?: unknown }, answer: unknown]>([
    [{}, 'the token'],
    [{ status: true }, 'the token'],
    [{ status: true, grants: granted }, granted],
    [{ grants: granted }, granted],
    [{ status: false, grants: down }, 'token_revoked'],
    [{ status: down, grants: granted }, 'status_unavailable'],
    [{ status: true, grants: down }, 'grants_unavailable'],
    [{ grants: down }, 'grants_unavailable'],
  ])('is asked of its sources in turn, and refused where one fails: %o', async (sources, answer) => {
    const token = tokenWith(sources)
    const expected = answer === 'the token' ? token : answer
    const refusal = { refused: answer, profile: token.profile }
    expect(await resolveState(token)).toEqual(typeof expected === 'string' ? refusal : expected)
  })
})
