import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
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
