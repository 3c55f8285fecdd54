import { allowed, type Case, type Expected, forbidden, noCredentials } from '../conformance/case.ts'

/** A row that is answered otherwise somewhere, or cannot be sent there, and why. */
export interface Difference {
  readonly reason: string
  /** `refused`: by the runtime, before the gate, with any status from 400; `unsent`: there is no way to send it. */
  readonly expected: Expected | 'refused' | 'unsent'
}

/** Tells the difference of a row, or `undefined` where there is none. */
export type Differences = (row: Case) => Difference | undefined

/** Every row is answered as the table says. */
export const none: Differences = () => undefined

const MAP = '/v1/vps/map'
const target = (text: string): string => `refuses the target ${JSON.stringify(text)}`
const host = (text: string): string => `refuses the Host ${JSON.stringify(text)}`

/** Names the rows that differ for one reason; what names none is a mistake, see {@link staleNames}. */
function rows(
  reason: string,
  expected: Difference['expected'],
  names: readonly string[],
): readonly [string, Difference][] {
  return names.map((name) => [name, { reason, expected }])
}

const RESOLVED = 'dot segments and backslashes are resolved before the gate, and before the router'
const EMPTY_DROPPED =
  'an empty line is dropped where lines of one header are joined, so that one credential is left'
const MAPPED = allowed(`GET ${MAP}`)
const ADMIN = allowed('GET /admin')

const dotSegments = (reason: string): readonly [string, Difference][] => [
  ...rows(reason, ADMIN, ['/./admin', '/public/../admin', '/files/../admin'].map(target)),
  ...rows(reason, allowed(), [target('/admin/.')]),
  ...rows(reason, forbidden('no_rule'), [target('/public/..')]),
]

const WORKERD = [
  ...rows(EMPTY_DROPPED, MAPPED, ['an empty and a good Authorization']),
  ...dotSegments(RESOLVED),
  ...rows('a tab ends or leaves the target before the gate', forbidden('no_rule'), [target('/a\tb')]),
  ...rows('the runtime makes no URL of it and answers 500', 'refused', [
    ...['http://evil.example/admin', 'HTTP://evil.example/ADMIN', 'https://api.example/health'].map(target),
    ...['*', 'admin', '?x'].map(target),
    ...['a/admin', 'evil.example:x@api.example', '1/admin', '1/admin?a=', 'a b', 'a,b'].map(host),
    ...['\xbc/admin?a=', '\xbc/admin?aa', 'api.example#', 'user@api.example', 'api.example\\x'].map(host),
    'refuses two Host headers',
  ]),
]

const BUN = [
  ...dotSegments(RESOLVED),
  ...rows(RESOLVED, ADMIN, ['/public/%2e%2e/admin', '/public/.%2e/admin', '/public/..\\admin'].map(target)),
  ...rows(RESOLVED, allowed('GET /admin/users'), [target('/admin\\users')]),
  ...rows('of an absolute-form target the authority is replaced by Host', ADMIN, [
    target('http://evil.example/admin'),
  ]),
  ...rows('of an absolute-form target the authority is replaced by Host', allowed('GET /health'), [
    target('https://api.example/health'),
  ]),
  ...rows('bytes over 7F are escaped before the gate', forbidden('no_rule'), [target('/\xe9')]),
  ...rows('the runtime takes the tab for the end of the target and answers 505', 'refused', [
    target('/a\tb'),
  ]),
]

const DENO = [
  ...rows(EMPTY_DROPPED, MAPPED, ['an empty and a good Authorization']),
  ...rows('an absolute-form target that agrees with Host is a URL like any other', allowed('GET /health'), [
    target('https://api.example/health'),
  ]),
]

const FIRST_KEPT = 'of several lines of one header the server in front keeps the first alone'

const EDGE = [
  ...rows(FIRST_KEPT, MAPPED, ['two Authorization headers']),
  ...rows(FIRST_KEPT, noCredentials(), ['an empty and a good Authorization', 'Basic and Bearer']),
  ...rows(FIRST_KEPT, allowed('GET /health'), ['refuses two Host headers']),
  ...rows('its `Request` knows no such method', 'refused', ['TRACE']),
  ...dotSegments(RESOLVED),
  ...rows(RESOLVED, ADMIN, ['/public/%2e%2e/admin', '/public/.%2e/admin', '/public/..\\admin'].map(target)),
  ...rows(RESOLVED, allowed('GET /admin/users'), [target('/admin\\users')]),
  ...rows('an absolute-form target that agrees with Host is a URL like any other', allowed('GET /health'), [
    target('https://api.example/health'),
  ]),
  ...rows('the target is made a path', forbidden('no_rule'), [target('*')]),
]

/** The rows that differ by runtime, for the adapter that is handed Web requests there. */
export const BY_RUNTIME: Readonly<
  Record<'workerd' | 'bun' | 'deno' | 'edge', ReadonlyMap<string, Difference>>
> = Object.freeze({
  workerd: new Map(WORKERD),
  bun: new Map(BUN),
  deno: new Map(DENO),
  edge: new Map(EDGE),
})

/** The same, of the client: by what the runtime's `fetch` sends. */
const BY_FETCH: Readonly<Record<string, ReadonlyMap<string, Difference>>> = Object.freeze({
  workerd: new Map(rows(EMPTY_DROPPED, MAPPED, ['an empty and a good Authorization'])),
  bun: new Map(
    rows(
      'the slashes at its beginning are made one by `fetch`',
      'unsent',
      ['//admin', '///admin'].map(target),
    ),
  ),
})

/** Names that stand for no row any more. */
export function staleNames(cases: readonly Case[]): readonly string[] {
  const known = new Set(cases.map(({ name }) => name))
  const named = [...Object.values(BY_RUNTIME), ...Object.values(BY_FETCH)].flatMap((map) => [...map.keys()])
  return named.filter((name) => !known.has(name))
}

const unsent = (reason: string): Difference => ({ reason, expected: 'unsent' })
const sends = ({ headers = [] }: Case, wanted: string): boolean =>
  headers.some(([name]) => name.toLowerCase() === wanted)

/** What `fetch` cannot be made to send, and what the client would not. */
export function differencesOfClient(runtime: string): Differences {
  return (row) => {
    if (row.token === undefined && !sends(row, 'authorization'))
      return unsent('no credential: the client always sends one')
    if (row.method === 'TRACE') return unsent('`fetch` refuses the method')
    if (sends(row, 'host')) return unsent('`fetch` writes Host itself')
    const url = `http://127.0.0.1${row.target}`
    const spelled = URL.canParse(url) && new URL(url).href === url && !url.includes('#')
    return spelled ? BY_FETCH[runtime]?.get(row.name) : unsent('no URL spells the target')
  }
}
