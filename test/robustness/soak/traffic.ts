import type { MintOptions, TestIssuer } from '@scopegate/core/testing'
import { holding } from '../../conformance/case.ts'
import { ORIGIN } from '../../conformance/policy.ts'
import type { Truth } from './expectation.ts'
import type { Weather } from './weather.ts'

/** One request and what is right for it. */
export interface Message {
  readonly name: string
  readonly method: string
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly truth: Truth
}

/** Makes requests at random, good and bad. */
export type NextMessage = () => Promise<Message>

interface Kind extends Omit<Message, 'headers' | 'truth'> {
  readonly weight: number
  readonly status: number
  /** A token signed with a key of the issuer: its verdict hangs on that key. */
  readonly mint?: MintOptions
  /** A credential that is sent as it is; `{token}` stands for a good token whose key does not matter. */
  readonly credential?: string
  readonly more?: readonly string[]
}

const GET = { method: 'GET', path: '/v1/vps/map' }
const foreign = ['Origin', 'https://evil.example']

const KINDS: readonly Kind[] = [
  { ...GET, name: 'good', weight: 30, status: 200, mint: holding('query') },
  {
    ...GET,
    name: 'good, of another kind',
    path: '/kinds/app',
    weight: 10,
    status: 200,
    mint: { claims: { type: 'app' } },
  },
  {
    ...GET,
    name: 'good, from a page',
    weight: 8,
    status: 200,
    mint: holding('query'),
    more: ['Origin', ORIGIN],
  },
  { ...GET, name: 'good, to write', method: 'POST', weight: 4, status: 200, mint: holding('write') },
  { ...GET, name: 'without the scope', weight: 6, status: 403, mint: holding('write') },
  { ...GET, name: 'of the wrong kind', path: '/kinds/app', weight: 3, status: 403, mint: holding('query') },
  { ...GET, name: 'from a foreign page', weight: 4, status: 403, mint: holding('query'), more: foreign },
  {
    ...GET,
    name: 'for the room of another',
    path: '/rooms/a',
    weight: 3,
    status: 403,
    mint: holding('', { room_id: 'b' }),
  },
  { ...GET, name: 'expired', weight: 4, status: 401, mint: { ...holding('query'), expiresIn: -60 } },
  {
    ...GET,
    name: 'for another audience',
    weight: 3,
    status: 401,
    mint: holding('query', { aud: 'https://other.example' }),
  },
  { ...GET, name: 'of a foreign issuer', weight: 3, status: 401, credential: '{foreign}' },
  { ...GET, name: 'public', path: '/health', weight: 5, status: 200 },
  { ...GET, name: 'public, from a foreign page', path: '/health', weight: 2, status: 200, more: foreign },
  { ...GET, name: 'without a token', weight: 4, status: 401 },
  { ...GET, name: 'with garbage', weight: 4, status: 401, credential: 'a.b.c' },
  { ...GET, name: 'with too long a token', weight: 2, status: 401, credential: 'a'.repeat(9000) },
  {
    ...GET,
    name: 'with two credentials',
    weight: 3,
    status: 400,
    credential: 'a.b.c',
    more: ['Authorization', 'Bearer d.e.f'],
  },
  { ...GET, name: 'to no rule', path: '/nowhere', weight: 2, status: 403, credential: 'a.b.c' },
  { ...GET, name: 'to a malformed path', path: '/v1//vps/map', weight: 2, status: 400, credential: 'a.b.c' },
  { ...GET, name: 'to climb', path: '/public/%2e%2e', weight: 2, status: 400 },
  {
    ...GET,
    name: 'preflight',
    method: 'OPTIONS',
    weight: 3,
    status: 204,
    more: ['Origin', ORIGIN, 'Access-Control-Request-Method', 'POST'],
  },
  {
    ...GET,
    name: 'preflight of a foreign page',
    method: 'OPTIONS',
    weight: 2,
    status: 403,
    more: [...foreign, 'Access-Control-Request-Method', 'POST'],
  },
]

/** A key that is never published: its tokens are never good, whatever else they say. */
const NOBODY = 'bogus'
const LOTS = KINDS.flatMap((kind) => Array.from({ length: kind.weight }, () => kind))

export function createTraffic(issuer: TestIssuer, weather: Weather, foreignToken: string): NextMessage {
  const mint = createMint(issuer)
  return async () => {
    const kind = pick(LOTS)
    const { name, method, path, status, credential, more = [] } = kind
    if (kind.mint === undefined) {
      const text = credential?.replace('{foreign}', foreignToken)
      return { name, method, path, headers: [...bearer(text), ...more], truth: { status } }
    }
    const { text, kid, forged } = await mint(kind, pickKey(weather))
    const truth = { status: forged ? 401 : status, kid }
    return {
      name: forged ? `${name}, forged` : name,
      method,
      path,
      headers: [...bearer(text), ...more],
      truth,
    }
  }
}

function bearer(text: string | undefined): readonly string[] {
  return text === undefined ? [] : ['Authorization', `Bearer ${text}`]
}

function pickKey({ newest, keys }: Weather): string {
  return Math.random() < 0.6 ? newest() : pick(keys())
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item
}

interface Minted {
  readonly text: string
  readonly kid: string
  readonly forged: boolean
}

const KEPT = 400

/** Half of the tokens have been sent before; some are forged, or signed with a key of another name. */
function createMint(issuer: TestIssuer): (kind: Kind, kid: string) => Promise<Minted> {
  const kept = new Map<string, string>()
  return async ({ name, mint }, kid) => {
    const id = `${kid} ${name} ${Math.floor(Math.random() * 3)}`
    const text = (Math.random() < 0.5 && kept.get(id)) || (await issuer.mintToken({ ...mint, key: kid }))
    kept.delete(id)
    kept.set(id, text)
    for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old)
    const chance = Math.random()
    if (chance < 0.08) return { text: await renamed(issuer, mint ?? {}, kid), kid: NOBODY, forged: false }
    return chance < 0.2 ? { text: tampered(text), kid, forged: true } : { text, kid, forged: false }
  }
}

async function renamed(issuer: TestIssuer, mint: MintOptions, key: string): Promise<string> {
  return await issuer.mintToken({ ...mint, key, header: { kid: `bogus-${crypto.randomUUID()}` } })
}

function tampered(text: string): string {
  const at = text.lastIndexOf('.') + 1 + Math.floor(Math.random() * 40)
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
}
