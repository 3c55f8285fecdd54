import type { ResourceRequest } from '@scopegate/core'

/** Something that costs its sender nothing; `size` is roughly how many characters it has. */
export interface HostileInput {
  readonly name: string
  readonly build: (size: number) => ResourceRequest
}

interface Parts {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly headers?: readonly string[]
}

function request({
  method = 'GET',
  target = '/maps',
  host = 'api.example',
  headers = [],
}: Parts): ResourceRequest {
  return { method, target, rawHeaders: ['Host', host, ...headers] }
}

/** Text of exactly this length made of one piece. */
function run(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
}

const PIECES = [' ', ',', 'a,', '%', '/', '=', '.', '-', ';', '"', '\\', '%2f', '\u00fc', 'Bearer ', '../']

const credential = (name: string, text: (size: number) => string): HostileInput => ({
  name: `token: ${name}`,
  build: (size) => request({ headers: ['Authorization', `Bearer ${text(size)}`] }),
})

const encode = (text: string): string => Buffer.from(text).toString('base64url')

/** A token whose header, or whose claims, are this JSON; `iss` makes the claims be looked at. */
const jws = (header: string, payload = '{"iss":"https://issuer.example"}'): string =>
  `${encode(header)}.${encode(payload)}.${'A'.repeat(86)}`

const nested = (open: string, close: string, size: number): string => {
  const depth = Math.ceil(size / (open.length + close.length))
  return `{"alg":"ES256","x":${open.repeat(depth)}1${close.repeat(depth)}}`
}

const members = (size: number, write: (index: number) => string): string =>
  `{"alg":"ES256",${Array.from({ length: Math.ceil(size / 12) }, (_, index) => write(index)).join(',')}}`

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

/** Tokens up to the greatest length that can be configured. */
export const HOSTILE_TOKENS: readonly HostileInput[] = [
  credential('dots', (size) => run('.', size)),
  credential('equals signs', (size) => run('=', size)),
  credential('hyphens', (size) => run('-', size)),
  credential('`a.`', (size) => run('a.', size)),
  credential('one long segment', (size) => run('A', size)),
  credential('one long first segment', (size) => `${run('A', size)}.AAAA.AAAA`),
  credential('padding behind a token', (size) => jws('{"alg":"ES256"}') + run('=', size)),
  credential('spaces before a token', (size) => run(' ', size) + jws('{"alg":"ES256"}')),
  credential('a header of nested arrays', (size) => jws(nested('[', ']', size))),
  credential('a header of nested objects', (size) => jws(nested('{"a":', '}', size))),
  credential('a header of many members', (size) => jws(members(size, (index) => `"key${index}":1`))),
  credential('a header of numbered members', (size) => jws(members(size, (index) => `"${index * 7919}":1`))),
  credential('a header of members given twice', (size) => jws(members(size, () => '"a":1'))),
  credential('a header of names of prototypes', (size) =>
    jws(members(size, (index) => `"${NAMES[index % NAMES.length]}":1`)),
  ),
  credential('a header with a long number', (size) => jws(`{"alg":"ES256","x":${run('9', size)}}`)),
  credential('a header with many huge numbers', (size) => jws(members(size, () => '"x":1e400'))),
  credential('a header with a long text', (size) => jws(`{"alg":"ES256","x":"${run('\\ud800', size)}"}`)),
  credential('a header with a long kid', (size) => jws(`{"alg":"ES256","kid":"${run('a', size)}"}`)),
  credential('claims of nested arrays', (size) => jws('{"alg":"ES256"}', nested('[', ']', size))),
  credential('a long issuer', (size) => jws('{"alg":"ES256"}', `{"iss":"${run('a', size)}"}`)),
  credential('a long audience', (size) =>
    jws('{"alg":"ES256"}', `{"iss":"https://issuer.example","aud":[${run('"a",', size)}"a"]}`),
  ),
  credential(
    'an encrypted token',
    (size) => `${encode('{"alg":"dir","zip":"DEF"}')}.${run('AAAA.', size)}AAAA`,
  ),
]

const header = (name: string, method = 'GET'): HostileInput[] =>
  PIECES.map((piece) => ({
    name: `${name}: ${JSON.stringify(piece)}`,
    build: (size) =>
      request({
        method,
        headers: [
          ...(name === 'Origin' ? [] : ['Origin', 'https://app.example']),
          ...(method === 'OPTIONS' ? ['Access-Control-Request-Method', 'GET'] : []),
          ...[name, run(piece, size)],
        ],
      }),
  }))

const place = (name: string, build: (text: string) => Parts): HostileInput[] =>
  PIECES.map((piece) => ({
    name: `${name}: ${JSON.stringify(piece)}`,
    build: (size) => request(build(run(piece, size))),
  }))

/** Everything else that reaches the gate, up to what an HTTP server lets through. */
export const HOSTILE_HEADERS: readonly HostileInput[] = [
  ...header('Authorization'),
  ...header('Origin'),
  ...header('Origin', 'OPTIONS'),
  ...header('Access-Control-Request-Headers', 'OPTIONS'),
  ...header('Access-Control-Request-Method', 'OPTIONS'),
  ...place('path', (text) => ({ target: `/${text}` })),
  ...place('query', (text) => ({ target: `/maps?${text}` })),
  ...place('Host', (text) => ({ host: text })),
  ...place('method', (text) => ({ method: text })),
  ...place('origin of a host', (text) => ({ headers: ['Origin', `https://${text}.example`] })),
  {
    name: 'path of short segments',
    build: (size) => request({ target: run('/a', size) }),
  },
  {
    name: 'many headers',
    build: (size) => request({ headers: Array.from({ length: size >> 3 }, (_, i) => `x-${i}`) }),
  },
  {
    name: 'many credentials',
    build: (size) =>
      request({
        headers: Array.from({ length: (size >> 4) * 2 }, (_, i) => (i % 2 ? 'Bearer a' : 'Authorization')),
      }),
  },
]

/** What no HTTP server lets through, handed to core directly. Not the query, whose length is the server's to limit. */
export const OVERSIZED: readonly HostileInput[] = [
  ...HOSTILE_TOKENS.slice(0, 6),
  ...HOSTILE_HEADERS.filter(({ name }) => /(?:","|"-"|"\/")$/.test(name) && !name.startsWith('query')),
]
