import { createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { type Fetch, fetchJson } from '../../../packages/core/src/remote-json.ts'
import { startKeySetScenario, warmUp } from '../../key-set-scenario.ts'

describe('an injected fetch', () => {
  const faults: Record<string, (url: string, init: RequestInit) => Promise<Response>> = {
    rejects: async () => await Promise.reject(new TypeError('fetch failed')),
    'rejects with nothing': async () => await Promise.reject(undefined),
    throws: () => {
      throw new Error('at once')
    },
    'gives nothing': async () => undefined as unknown as Response,
    'gives something else': async () => ({ status: 200 }) as Response,
    'gives an opaque redirect': async () => Response.error(),
    'gives a body that fails': async () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) })),
    'never settles': async () => await new Promise<never>(() => undefined),
    'ignores its signal in the body': async () =>
      new Response(new ReadableStream({ pull: async () => await new Promise(() => undefined) })),
  }

  it.each(Object.entries(faults))('that %s is an outage', async (_, faulty) => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    let current = faulty
    const server = createServer({
      fetch: async (...args) => await current(...args),
      keySet: { timeout: 0.1 },
    })
    const token = await issuer.mintToken()
    expect(await server.verdict(token)).toBe('503 key_set_unavailable')
    await expect(server.ready()).rejects.toMatchObject({ code: 'ERR_KEY_SET_UNAVAILABLE' })
    current = fetch
    clock.advance(1)
    await warmUp(server, clock)
    expect(await server.verdict(token)).toBe('allowed')
  })

  it('that takes too long is told to stop', async () => {
    const { issuer, createServer } = await startKeySetScenario()
    const signals: AbortSignal[] = []
    const hanging = async (_: string, { signal }: RequestInit): Promise<Response> => {
      signals.push(signal as AbortSignal)
      return await new Promise<never>(() => undefined)
    }
    const server = createServer({ fetch: hanging, keySet: { timeout: 0.05 } })
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('that answers too late changes nothing', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const kid = String(issuer.keys[0]?.kid)
    const old = JSON.stringify(issuer.jwks)
    let answerLate: ((response: Response) => void) | undefined
    const late = new Promise<Response>((resolve) => {
      answerLate = resolve
    })
    let current = async (_url: string, _init: RequestInit): Promise<Response> => await late
    const server = createServer({
      jwksUri: keySet.jwksUri,
      fetch: async (url, init) => await current(url, init),
      keySet: { timeout: 0.1 },
    })
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
    await issuer.rotateKey()
    issuer.withdrawKey(kid)
    current = fetch
    clock.advance(1)
    await warmUp(server, clock)
    answerLate?.(new Response(old))
    await new Promise(setImmediate)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    expect(await server.verdict(await issuer.mintToken({ key: kid }))).toBe('401 token_key_unknown')
  })

  it('is asked for JSON, without credentials in the URL and without following redirects', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const calls: [string, RequestInit][] = []
    const server = createServer({
      fetch: async (url, init) => {
        calls.push([url, init])
        return await fetch(url, init)
      },
    })
    await server.ready()
    expect(calls.map(([url]) => url)).toEqual([
      `${issuer.issuer}/.well-known/openid-configuration`,
      keySet.jwksUri,
    ])
    for (const [, init] of calls)
      expect(init).toMatchObject({
        method: 'GET',
        redirect: 'manual',
        headers: { accept: 'application/json' },
      })
  })

  it('is never called with what a token says', async () => {
    const { issuer, createServer } = await startKeySetScenario()
    const asked: string[] = []
    const server = createServer({
      fetch: async (url, init) => {
        asked.push(url)
        return await fetch(url, init)
      },
    })
    const evil = await createTestIssuer({ issuer: 'https://evil.example', audience: issuer.audience })
    expect(await server.verdict(await evil.mintToken())).toBe('401 token_unrecognised')
    expect(asked).toEqual([])
    const jwk = evil.keys[0]?.publicJwk
    const header = {
      jwk,
      jku: 'https://evil.example/jwks',
      x5u: 'https://evil.example/cert',
      x5c: ['AAAA'],
      x5t: 'AA',
    }
    const forged = await evil.mintToken({ claims: { iss: issuer.issuer }, header })
    expect(await server.verdict(forged)).toBe('401 token_key_unknown')
    expect(asked.filter((url) => !url.startsWith(issuer.issuer))).toEqual([])
  })
})

describe('a document', () => {
  const url = 'https://issuer.example/jwks'
  const fetched = async (response: Response, maxBytes = 1000): Promise<unknown> =>
    await fetchJson(async () => response, url, { timeout: 60_000, maxBytes })
  /** A body of these pieces, and whether its reader gave it up before the end. */
  const bodyOf = (...pieces: readonly Uint8Array[]): { body: ReadableStream; cancelled: () => boolean } => {
    const left = [...pieces]
    let cancelled = false
    const body = new ReadableStream({
      pull: (controller) => {
        const piece = left.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(piece)
      },
      cancel: () => {
        cancelled = true
      },
    })
    return { body, cancelled: () => cancelled }
  }
  const bytes = Buffer.from('{"a":"\u{1f511}"}')

  it('may come in pieces, also of a character', async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { body } = bodyOf(bytes.subarray(0, cut), bytes.subarray(cut))
      expect(await fetched(new Response(body))).toEqual({ a: '\u{1f511}' })
    }
  })

  it('may be as large as allowed, and no byte more', async () => {
    expect(await fetched(new Response(bodyOf(bytes).body), bytes.length)).toEqual({ a: '\u{1f511}' })
    const { body, cancelled } = bodyOf(bytes.subarray(0, 5), bytes.subarray(5), bytes)
    await expect(fetched(new Response(body), bytes.length - 1)).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'the key source sent a document over the size limit',
    })
    expect(cancelled()).toBe(true)
  })

  it.each([
    ['no body', null, SyntaxError],
    ['no JSON', '{"a"', SyntaxError],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), TypeError],
    ['half a character at its end', bytes.subarray(0, 8), TypeError],
  ])('with %s could not be read', async (_, body, cause) => {
    await expect(fetched(new Response(body))).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'the key source could not be read',
      cause: expect.any(cause),
    })
  })

  it('is not read where the status is not 200', async () => {
    for (const status of [201, 302, 404, 503]) {
      const { body, cancelled } = bodyOf(bytes)
      const outage = { message: `the key source answered with status ${status}`, status }
      await expect(fetched(new Response(body, { status }))).rejects.toMatchObject(outage)
      expect(cancelled()).toBe(true)
      await expect(fetched(new Response(null, { status }))).rejects.toMatchObject(outage)
    }
  })

  it('is waited for only so long', async () => {
    const hanging: Fetch = async () => await new Promise<never>(() => undefined)
    await expect(fetchJson(hanging, url, { timeout: 1, maxBytes: 1 })).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'the key source took too long',
    })
  })
})
