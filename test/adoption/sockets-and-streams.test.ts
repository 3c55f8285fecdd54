import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whenExpired } from '../../examples/adoption/sockets-and-streams/accept-sockets.ts'
import { createApp } from '../../examples/adoption/sockets-and-streams/app.ts'
import { createScene, type RunningApp, run, type Scene } from './scene.ts'

let scene: Scene
let app: RunningApp

beforeAll(async () => {
  scene = await createScene()
  app = await run(createApp(scene.tokens))
})
afterAll(() => app.close())

/** The status of the handshake, and the close code of a socket that was accepted. */
async function upgrade(
  path: string,
  headers: object,
): Promise<{ readonly status: number; readonly closed?: number }> {
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  }
  const sent = request({
    port: app.port,
    host: '127.0.0.1',
    path,
    headers: { ...handshake, ...headers },
  }).end()
  const [answer, socket, head] = await Promise.race([once(sent, 'upgrade'), once(sent, 'response')])
  if (answer.statusCode !== 101) {
    answer.resume()
    return { status: answer.statusCode }
  }
  // What follows the handshake at once may have come with it.
  const [frame] = head.length > 0 ? [head] : await once(socket, 'data')
  socket.destroy()
  return { status: 101, closed: frame.readUInt16BE(2) }
}

describe('a socket', () => {
  it.each([
    ['without a token', '/positions', undefined, 401],
    ['with a token for something else', '/positions', 'events', 403],
    ['on a path without a rule', '/other', 'positions', 403],
  ])('%s is not opened', async (_, path, scope, status) => {
    expect(await upgrade(path, scope === undefined ? {} : await scene.bearer(scope))).toEqual({ status })
  })

  it('is opened with the right token, and closed when that expires', async () => {
    expect(await upgrade('/positions', await scene.bearer('positions', { expiresIn: 0 }))).toEqual({
      status: 101,
      closed: 4401,
    })
  })
})

describe('a stream', () => {
  it('is not opened without the right token', async () => {
    expect((await app.fetch('/events')).status).toBe(401)
    expect((await app.fetch('/events', { headers: await scene.bearer('positions') })).status).toBe(403)
  })

  it('is open until the token expires, and says why it ends', async () => {
    const answer = await app.fetch('/events', { headers: await scene.bearer('events', { expiresIn: 0 }) })
    expect(answer.headers.get('content-type')).toMatch('text/event-stream')
    expect(await answer.text()).toBe('event: open\ndata:\n\nevent: expired\ndata:\n\n')
  })
})

it('a connection without an end of its own has no timer', () => {
  expect(whenExpired(undefined, () => expect.unreachable())()).toBeUndefined()
})
