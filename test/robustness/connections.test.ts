import type { ResourceServerOptions } from '@scopegate/core'
import { createFakeClock } from '@scopegate/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HOSTS, type Host, type StartHost } from '../conformance/hosts.ts'
import { createIssuer, createServer, RULES } from '../conformance/policy.ts'
import { openConnection, type RawConnection, statusesIn } from './raw-connection.ts'
import { expectNoStrayRejections } from './stray-rejections.ts'

expectNoStrayRejections()

const clock = createFakeClock()
const issuer = await createIssuer(clock)
const good = await issuer.mintToken({ scope: 'query write', claims: { type: 'plain' } })
const BEARER = `Authorization: Bearer ${good}`
const MEGABYTE = 1_048_576

function message(line: string, ...headers: readonly string[]): string {
  return [line, ...headers, '', ''].join('\r\n')
}

const get = (target: string, ...headers: readonly string[]): string =>
  message(`GET ${target} HTTP/1.1`, 'Host: api.example', ...headers)

async function receives(connection: RawConnection, statuses: readonly number[]): Promise<void> {
  await expect.poll(() => statusesIn(connection.received()), { timeout: 10_000 }).toEqual(statuses)
}

describe.each(Object.entries(HOSTS))('%s', (_, start) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(start)
  })
  afterAll(async () => await host.close())

  it('answers pipelined requests each by its own verdict, in order', async () => {
    const [before, rounds] = [host.ran.length, 20]
    const batch = [
      get('/v1/vps/map', BEARER),
      get('/v1/vps/map'),
      get('/health'),
      get('/v1/vps/map', `${BEARER}x`),
      get('/admin', BEARER),
    ].join('')
    const connection = await openConnection(host.port, batch.repeat(rounds))
    await receives(connection, Array.from({ length: rounds }, () => [200, 401, 200, 401, 403]).flat())
    expect(host.ran.length - before).toBe(2 * rounds)
    connection.socket.destroy()
  })

  it('does not wait for a body it refuses, and the connection ends or goes on in step', async () => {
    const ran = host.ran.length
    const headers = ['Host: api.example', `Content-Length: ${64 * MEGABYTE}`]
    const connection = await openConnection(host.port, message('POST /v1/vps/map HTTP/1.1', ...headers))
    await receives(connection, [401])
    const sent = await upload(connection, 64 * MEGABYTE)
    if (sent === 64 * MEGABYTE) connection.socket.write(get('/health', 'Connection: close'))
    await connection.closed
    expect(statusesIn(connection.received())).toEqual(sent === 64 * MEGABYTE ? [401, 200] : [401])
    expect(host.ran.slice(ran)).toEqual(sent === 64 * MEGABYTE ? ['GET /health'] : [])
  })

  it('takes no request out of a body it refused', async () => {
    const smuggled = get('/v1/vps/map', BEARER)
    const length = `Content-Length: ${smuggled.length}`
    const ran = host.ran.length
    const connection = await openConnection(
      host.port,
      message('POST /v1/vps/map HTTP/1.1', 'Host: api.example', length) + smuggled,
    )
    connection.socket.write(get('/v1/vps/map', 'Connection: close'))
    await connection.closed
    expect(statusesIn(connection.received()).every((status) => status === 401)).toBe(true)
    expect(host.ran.length).toBe(ran)
  })

  it('refuses a request that expects 100-continue by its verdict', async () => {
    const headers = ['Host: api.example', 'Expect: 100-continue', 'Content-Length: 5']
    const connection = await openConnection(host.port, message('POST /v1/vps/map HTTP/1.1', ...headers))
    await expect.poll(() => statusesIn(connection.received()), { timeout: 10_000 }).toContain(401)
    expect(host.ran).not.toContain('POST /v1/vps/map')
    connection.socket.destroy()
  })

  it('judges HTTP/1.0 without a Host like any other request', async () => {
    for (const [line, headers, status] of [
      ['GET /v1/vps/map HTTP/1.0', [BEARER], 200],
      ['GET /v1/vps/map HTTP/1.0', [], 401],
      ['GET /admin HTTP/1.0', [BEARER], 403],
    ] as const) {
      const connection = await openConnection(host.port, message(line, ...headers))
      await connection.closed
      expect(statusesIn(connection.received())).toEqual([status])
    }
  })
})

async function startHost(start: StartHost): Promise<Host> {
  return await start(createServer(issuer, clock), RULES)
}

/** Sends so much, or as much as the other side lets it. */
async function upload({ socket, closed }: RawConnection, bytes: number): Promise<number> {
  const chunk = Buffer.alloc(MEGABYTE, 'a')
  let sent = 0
  for (; sent < bytes && !socket.destroyed && socket.writable; sent += chunk.length) {
    await Promise.race([new Promise((resolve) => socket.write(chunk, resolve)), closed])
  }
  return socket.destroyed ? 0 : sent
}

describe.each(Object.entries(HOSTS))('%s, while a status source takes its time', (_, start) => {
  it('lets clients go in the middle of it: nothing is left over, nothing breaks', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}) // Koa prints every connection that was reset
    const source = createSlowSource()
    const host = await start(createServer(issuer, clock, profilesWith(source.isActive)), RULES)
    const token = async (): Promise<string> =>
      await issuer.mintToken({ scope: 'query', claims: { type: 'app' } })
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async () =>
        openConnection(host.port, get('/v1/vps/map', `Authorization: Bearer ${await token()}`)),
      ),
    )
    await expect.poll(source.asked, { timeout: 10_000 }).toBe(CLIENTS)
    for (const [index, { socket }] of clients.entries())
      index % 2 === 0 ? socket.resetAndDestroy() : socket.destroy()
    await Promise.all(clients.map(async ({ closed }) => await closed))
    source.answer()
    const after = await openConnection(host.port, get('/health', 'Connection: close'))
    await after.closed
    expect(statusesIn(after.received())).toEqual([200])
    await host.close()
    vi.restoreAllMocks()
  })
})

const CLIENTS = 20

interface SlowSource {
  readonly isActive: () => Promise<boolean>
  readonly asked: () => number
  readonly answer: () => void
}

/** Answers when it is told to. */
function createSlowSource(): SlowSource {
  const pending: ((active: boolean) => void)[] = []
  return {
    isActive: async () => await new Promise((resolve) => void pending.push(resolve)),
    asked: () => pending.length,
    answer: () => {
      for (const resolve of pending) resolve(true)
    },
  }
}

/** The kinds that the table names, one of them with a status. */
function profilesWith(isActive: SlowSource['isActive']): Partial<ResourceServerOptions> {
  const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
  return {
    tokens: [
      { ...profile, kind: 'app', claims: { type: 'app' }, status: { isActive } },
      { ...profile, kind: 'management', claims: { type: 'management' } },
    ],
  }
}
