import { encode } from '../unit/core/raw-tokens.ts'
import { atMost, exactly, type Figure } from './budget.ts'
import { liveHeap } from './heap.ts'
import { createWatchedServer, type WatchedServer } from './watched-server.ts'

const SECONDS = 60
const COOLDOWN = 10
const RETRY_AFTER = 1
const PER_SECOND = 1000

/** Floods of tokens that name keys nobody has, a thousand a second by the injected clock. */
export async function* measureKidFloods(): AsyncGenerator<Figure> {
  yield* whileHealthy()
  yield* whileFailing()
  yield* whileHanging()
}

const PAYLOAD = encode('{"iss":"https://issuer.example","aud":"https://api.example","exp":4102444800}')
let sent = 0

function bogus(): string {
  const kid = `bogus-${(sent++).toString(36)}`
  return `${encode(JSON.stringify({ alg: 'ES256', kid }))}.${PAYLOAD}.${'A'.repeat(86)}`
}

/** Sends the flood for so long, the victim asking now and then; stops early where `until` says so. */
async function flood(
  server: WatchedServer,
  seconds: number,
  until?: () => Promise<boolean>,
): Promise<number> {
  for (let request = 1; request <= seconds * PER_SECOND; request++) {
    server.clock.advance(1 / PER_SECOND)
    await server.attack(bogus())
    if (request % 100 !== 0) continue
    await server.askAsVictim()
    if (await until?.()) return request / PER_SECOND
  }
  return seconds
}

/** How long the flood keeps a key that was just published from being known. */
async function timeToAdmit(server: WatchedServer): Promise<number> {
  await server.issuer.rotateKey()
  const token = await server.issuer.mintToken({ expiresIn: 100_000 })
  return await flood(server, SECONDS, async () => (await server.attack(token)) === 'allowed')
}

async function* whileHealthy(): AsyncGenerator<Figure> {
  const upstream = { fetches: 0 }
  const server = await createWatchedServer({
    fetch: async ({ jwks }) => {
      upstream.fetches++
      return Response.json(jwks)
    },
  })
  await flood(server, SECONDS)
  yield atMost(
    `${SECONDS} s of bogus kids, healthy: fetches`,
    upstream.fetches,
    1 + SECONDS / COOLDOWN,
    'fetches',
  )
  yield atMost('healthy: a rotated key is admitted after', await timeToAdmit(server), COOLDOWN, 's')
  yield unharmed('healthy', server)
}

async function* whileFailing(): AsyncGenerator<Figure> {
  const upstream = { fetches: 0, fails: false }
  const server = await createWatchedServer({
    fetch: async ({ jwks }) => {
      upstream.fetches++
      return upstream.fails ? new Response('down', { status: 500 }) : Response.json(jwks)
    },
  })
  upstream.fails = true
  await flood(server, SECONDS)
  const most = 1 + SECONDS / RETRY_AFTER
  yield atMost(`${SECONDS} s of bogus kids, failing: fetches`, upstream.fetches, most, 'fetches')
  upstream.fails = false
  yield atMost(
    'failing, then back: a rotated key is admitted after',
    await timeToAdmit(server),
    RETRY_AFTER,
    's',
  )
  yield unharmed('failing', server)
}

function unharmed(mode: string, { victim: { asked, allowed } }: WatchedServer): Figure {
  return exactly(`${mode}: a good token allowed meanwhile`, `${allowed} of ${asked}`, `${asked} of ${asked}`)
}

const WAITING = 20_000

/** The fetch hangs until it is let go: all who ask for a bogus kid meanwhile wait, and nobody else. */
async function* whileHanging(): AsyncGenerator<Figure> {
  const upstream = { fetches: 0, release: () => {}, hangs: false }
  const server = await createWatchedServer({
    fetch: async ({ jwks }) => {
      upstream.fetches++
      if (!upstream.hangs) return Response.json(jwks)
      return await new Promise((_, reject) => {
        upstream.release = () => reject(new Error('let go'))
      })
    },
  })
  upstream.hangs = true
  server.clock.advance(COOLDOWN)
  const before = await liveHeap()
  const waiting = Array.from({ length: WAITING }, async () => await server.attack(bogus()))
  for (let i = 0; i < 100; i++) await server.askAsVictim()
  const bytes = ((await liveHeap()) - before) / WAITING
  upstream.release()
  const verdicts = new Set(await Promise.all(waiting))
  upstream.hangs = false
  yield exactly(`${WAITING} bogus kids, hanging: fetches`, upstream.fetches, 2)
  yield atMost('hanging: memory of each who waits', bytes / 1024, 12, 'KB')
  yield exactly('hanging: their answer in the end', [...verdicts].join(), '503 key_set_unavailable')
  yield atMost(
    'hanging, then back: a rotated key is admitted after',
    await timeToAdmit(server),
    RETRY_AFTER,
    's',
  )
  yield unharmed('hanging', server)
}
