import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { createTestIssuer, type TestIssuer } from '@scopegate/core/testing'
import { sendRaw } from '@scopegate/example-harness'
import { type HeldDocument, startHeldDocument } from './held-document.ts'
import type { RunningWorker } from './worker.ts'

/** Starts a Worker of a script with these bindings. */
export type StartWorker = (bindings: Readonly<Record<string, unknown>>) => Promise<RunningWorker>

/** The Workers that are held to something. */
export interface Workers {
  readonly example: StartWorker
  /** Has keys to begin with. */
  readonly refreshing: StartWorker
  /** Fetches tokens instead of asking for them. */
  readonly client: StartWorker
}

/** Something that a Worker is held to beside the table of cases. */
export interface WorkerCheck {
  readonly name: string
  readonly run: (workers: Workers) => Promise<void>
}

interface Scene {
  readonly issuer: TestIssuer
  readonly keySet: HeldDocument
  readonly worker: RunningWorker
}

const bindingsOf = ({ issuer, audience }: TestIssuer): Record<string, unknown> => ({
  ISSUER: issuer,
  AUDIENCE: audience,
})

/** An issuer, its key set behind a latch, and a Worker that fetches it. */
async function onScene(
  start: StartWorker,
  act: (scene: Scene) => Promise<void>,
  more: (issuer: TestIssuer) => object = () => ({}),
): Promise<void> {
  const issuer = await createTestIssuer()
  const keySet = await startHeldDocument(() => issuer.jwks)
  const worker = await start({ ...bindingsOf(issuer), JWKS_URL: keySet.url, ...more(issuer) })
  try {
    await act({ issuer, keySet, worker })
  } finally {
    await worker.close()
    await keySet.close()
  }
}

/** A Worker that calls an API, and the token endpoint that it asks. */
async function atTokenEndpoint(
  start: StartWorker,
  act: (endpoint: HeldDocument, worker: RunningWorker) => Promise<void>,
): Promise<void> {
  const reply = { access_token: 'a.b.c', token_type: 'Bearer', expires_in: 300 }
  const endpoint = await startHeldDocument(() => reply)
  const worker = await start({ TOKEN_ENDPOINT: endpoint.url })
  try {
    await act(endpoint, worker)
  } finally {
    await worker.close()
    await endpoint.close()
  }
}

/** Keys or a secret that are given, and nothing to fetch. */
async function withGivenKeys(
  start: StartWorker,
  issuer: TestIssuer,
  bindings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const worker = await start({ ...bindingsOf(issuer), ...bindings })
  const stranger = await createTestIssuer(issuer.secret === undefined ? {} : { algorithm: 'HS256' })
  try {
    assert.equal(await statusOf(worker, await issuer.mintToken({ scope: 'query' })), 200)
    assert.equal(await statusOf(worker, await issuer.mintToken({ scope: 'write' })), 403)
    assert.equal(await statusOf(worker, await stranger.mintToken({ scope: 'query' })), 401)
  } finally {
    await worker.close()
  }
}

async function statusOf({ port }: RunningWorker, token: string): Promise<number> {
  const headers = [['Authorization', `Bearer ${token}`]] as const
  return (await sendRaw(port, { method: 'GET', target: '/v1/vps/map/x', headers })).status
}

/** Everything sent before has reached the Worker once it has answered this. */
async function passThrough({ port }: RunningWorker): Promise<void> {
  const { status } = await sendRaw(port, { method: 'GET', target: '/health', headers: [] })
  assert.equal(status, 200)
}

/** A request whose caller can leave before it is answered. */
function open({ port }: RunningWorker, token: string): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`GET /v1/vps/map/x HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  return socket
}

/** The checks, each on Workers of its own. */
export const WORKER_CHECKS: readonly WorkerCheck[] = [
  {
    name: 'a JWK Set in a binding',
    run: async ({ example }) => {
      const issuer = await createTestIssuer()
      await withGivenKeys(example, issuer, { JWKS: issuer.jwks })
    },
  },
  {
    name: 'a secret in a binding',
    run: async ({ example }) => {
      const issuer = await createTestIssuer({ algorithm: 'HS256' })
      await withGivenKeys(example, issuer, { TOKEN_SECRET: issuer.secret })
    },
  },
  {
    name: 'a JWK Set by URL is fetched once for concurrent requests, and all of them are answered',
    run: async ({ example }) =>
      await onScene(example, async ({ issuer, keySet, worker }) => {
        const tokens = await Promise.all(
          [1, 2, 3].map(async () => await issuer.mintToken({ scope: 'query' })),
        )
        const answers = tokens.map(async (token) => await statusOf(worker, token))
        await keySet.wasAsked(1)
        await passThrough(worker)
        keySet.answer(0)
        assert.deepEqual(await Promise.all(answers), [200, 200, 200])
        assert.equal(keySet.asked(), 1)
      }),
  },
  {
    name: 'a request that is cancelled while it fetches has fetched for the others all the same',
    run: async ({ example }) =>
      await onScene(example, async ({ issuer, keySet, worker }) => {
        const token = await issuer.mintToken({ scope: 'query' })
        const leaving = open(worker, token)
        await keySet.wasAsked(1)
        const answers = [token, await issuer.mintToken({ scope: 'query' })].map(
          async (text) => await statusOf(worker, text),
        )
        await passThrough(worker)
        leaving.destroy()
        await passThrough(worker)
        keySet.answer(0)
        assert.deepEqual(await Promise.all(answers), [200, 200])
      }),
  },
  {
    name: 'a request that is cancelled while its fetch hangs does not break the others',
    run: async ({ example }) =>
      await onScene(example, async ({ issuer, keySet, worker }) => {
        const token = await issuer.mintToken({ scope: 'query' })
        const leaving = open(worker, token)
        await keySet.wasAsked(1)
        const answer = statusOf(worker, token)
        await passThrough(worker)
        leaving.destroy()
        await keySet.wasAsked(2)
        keySet.answer(1)
        assert.equal(await answer, 200)
      }),
  },
  {
    name: 'a flood of unknown key ids during one slow fetch costs one fetch',
    run: async ({ example }) =>
      await onScene(example, async ({ issuer, keySet, worker }) => {
        const good = await issuer.mintToken({ scope: 'query' })
        const bogus = await Promise.all(
          Array.from(
            { length: 100 },
            async (_, i) => await issuer.mintToken({ header: { kid: `bogus ${i}` } }),
          ),
        )
        const answers = [good, ...bogus].map(async (token) => await statusOf(worker, token))
        await keySet.wasAsked(1)
        keySet.answer(0)
        assert.deepEqual(await Promise.all(answers), [200, ...bogus.map(() => 401)])
        assert.equal(keySet.asked(), 1)
      }),
  },
  {
    name: 'keys are refreshed behind a request that has been answered, by its `waitUntil`',
    run: async ({ refreshing }) =>
      await onScene(
        refreshing,
        async ({ issuer, keySet, worker }) => {
          assert.equal(await statusOf(worker, await issuer.mintToken({ scope: 'query' })), 200)
          await keySet.wasAsked(1)
          await issuer.rotateKey()
          keySet.answer(0)
          const rotated = await issuer.mintToken({ scope: 'query' })
          // A key id that is unknown waits for the fetch under way, and causes none of its own.
          assert.equal(await statusOf(worker, rotated), 200)
          assert.equal(keySet.asked(), 1)
        },
        ({ jwks }) => ({ INITIAL_KEYS: jwks }),
      ),
  },
  {
    name: 'a token is fetched once for concurrent requests of the client',
    run: async ({ client }) =>
      await atTokenEndpoint(client, async (endpoint, worker) => {
        const answers = [1, 2, 3].map(async () => await statusOf(worker, ''))
        await endpoint.wasAsked(1)
        await passThrough(worker)
        endpoint.answer(0)
        assert.deepEqual(await Promise.all(answers), [200, 200, 200])
        assert.equal(endpoint.asked(), 1)
      }),
  },
  {
    name: 'a request that is cancelled while the client fetches a token does not break the others',
    run: async ({ client }) =>
      await atTokenEndpoint(client, async (endpoint, worker) => {
        const leaving = open(worker, '')
        await endpoint.wasAsked(1)
        const answers = [1, 2].map(async () => await statusOf(worker, ''))
        await passThrough(worker)
        leaving.destroy()
        await endpoint.wasAsked(2)
        endpoint.answer(1)
        assert.deepEqual(await Promise.all(answers), [200, 200])
      }),
  },
]
