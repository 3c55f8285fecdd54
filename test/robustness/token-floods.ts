import { createSigningKeys, encode, signRaw } from '../unit/core/raw-tokens.ts'
import { atMost, exactly, type Figure } from './budget.ts'
import { liveHeap, toMegabytes } from './heap.ts'
import { createWatchedServer, type WatchedServer } from './watched-server.ts'

/** A flood of tokens that must leave nothing behind. */
interface TokenFlood {
  readonly name: string
  readonly count: number
  readonly tokenOf: (index: number, server: WatchedServer) => string
}

/** The victim comes back after so many attacks. */
const VICTIM_EVERY = 500
/** What the collector and the compiler leave lying about. In megabytes. */
const TOLERANCE = 6

/** Memory after a tenth of each flood and after all of it; the rest of it must have left nothing. */
export async function* measureTokenFloods(count: number): AsyncGenerator<Figure> {
  const foreign = createSigningKeys()
  const floods: TokenFlood[] = [
    { name: 'garbage', count, tokenOf: garbage },
    {
      name: 'signed garbage',
      count: count / 10,
      tokenOf: (index, { issuer }) => {
        const header = JSON.stringify({ alg: 'ES256', kid: issuer.keys[0]?.kid })
        const claims = { iss: issuer.issuer, aud: issuer.audience, exp: 4_102_444_800, jti: index }
        return signRaw(foreign, 'ES256', header, JSON.stringify(claims))
      },
    },
    { name: 'aliases of a good token', count, tokenOf: (index, { victim }) => alias(victim.token, index) },
  ]
  for (const flood of floods) yield* measure(flood)
  yield* measureGoodTokens(count / 40)
}

async function* measure({ name, count, tokenOf }: TokenFlood): AsyncGenerator<Figure> {
  const server = await createWatchedServer()
  const admitted = { count: 0 }
  await send(server, 0, count / 10, tokenOf, admitted)
  const before = await liveHeap()
  await send(server, count / 10, count, tokenOf, admitted)
  const growth = toMegabytes((await liveHeap()) - before)
  const { asked, fromCache } = server.victim
  yield atMost(`${count} of ${name}: growth of the heap`, growth, TOLERANCE, 'MB')
  yield exactly(`${count} of ${name}: admitted`, admitted.count, 0)
  yield exactly(
    `${count} of ${name}: a good token known meanwhile`,
    `${fromCache} of ${asked}`,
    `${asked} of ${asked}`,
  )
}

async function send(
  server: WatchedServer,
  from: number,
  to: number,
  tokenOf: TokenFlood['tokenOf'],
  admitted: { count: number },
): Promise<void> {
  for (let index = from; index < to; index++) {
    if ((await server.attack(tokenOf(index, server))) === 'allowed') admitted.count++
    if (index % VICTIM_EVERY === 0) await server.askAsVictim()
  }
}

const ISSUED = encode('{"iss":"https://issuer.example","aud":"https://api.example","exp":4102444800}')

/** Of four sorts: no token by its form, a header nobody reads, an algorithm nobody takes, a signature that is none. */
function garbage(index: number, { issuer }: WatchedServer): string {
  const id = index.toString(36)
  const header = (alg: string): string => encode(JSON.stringify({ alg, kid: issuer.keys[0]?.kid, id }))
  switch (index % 8) {
    case 0:
      return `${header('none')}.${ISSUED}.AAAA`
    case 1:
      return `${header('ES256')}.${ISSUED}.${id.padStart(16, 'A')}`
    case 2:
      return `${encode(`{"${id}":`)}.${ISSUED}.AAAA`
    default:
      return `garbage-${id}`.repeat(3)
  }
}

const OTHER_TEXTS: readonly ((token: string, index: number) => string)[] = [
  (token, index) => token + '='.repeat(1 + (index % 1000)),
  (token, index) => `${token}.${index}`,
  (token, index) => `${token} ${index}`,
  (token, index) => `${token}%${index % 10}`,
  (token, index) => `${index}${token}`,
  (token, index) => token.slice(0, -1 - (index % 40)),
  (token, index) =>
    token.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.replace(token.slice(-1), '')[index % 25],
  (token, index) => token.replace('.', `.${'='.repeat(index % 3)}\t`),
  (token, index) => token.replace('e', () => (index % 2 === 0 ? 'E' : '%65')),
]

function alias(token: string, index: number): string {
  const write = OTHER_TEXTS[index % OTHER_TEXTS.length] as (token: string, index: number) => string
  return write(token, Math.floor(index / OTHER_TEXTS.length))
}

/** One client with ever new good tokens: they are kept, as far as the cache's limits go, and others are not driven out. */
async function* measureGoodTokens(count: number): AsyncGenerator<Figure> {
  const server = await createWatchedServer({ tokenCache: { maxEntries: count / 5 } })
  let heap = 0
  for (let index = 0; index < count; index++) {
    if (index === count / 4) heap = await liveHeap()
    await server.attack(await server.issuer.mintToken())
    if (index % 50 === 0) await server.askAsVictim()
  }
  const { asked, fromCache } = server.victim
  yield atMost(
    `${count} good tokens: growth once the cache is full`,
    toMegabytes((await liveHeap()) - heap),
    TOLERANCE,
    'MB',
  )
  yield exactly(
    `${count} good tokens: another's known meanwhile`,
    `${fromCache} of ${asked}`,
    `${asked} of ${asked}`,
  )
}
