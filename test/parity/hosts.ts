import type { Random } from './random.ts'

/** Hosts that are none, or are something else besides. */
const ODD_HOSTS: readonly string[] = [
  '',
  ' ',
  'a/admin',
  '1/admin',
  '1/a',
  '1/v1/a',
  '0x1/admin',
  '\xbc/admin?a=',
  '\xbc/admin?aa',
  '\xbc\xbc\xbc\xbc/v1/maps/secret?',
  'evil.example:x@legit.example',
  'user@legit.example',
  'legit.example#',
  'legit.example?',
  'legit.example/..',
  'legit.example\\admin',
  'legit.example:80:80',
  'legit.example:port',
  'legit.example, other.example',
  'LEGIT.example.',
  '%61.example',
  '[::1',
  '[::1]/admin',
  'caf\xe9.example',
]

const GOOD_HOSTS: readonly string[] = [
  'localhost',
  'api.example',
  'API.example:8080',
  '127.0.0.1',
  '[::1]:3000',
]

/** A `Host`: mostly a good one; now and then odd, absent, or one that goes on with a path of the app. */
export function randomHost(random: Random, somePath: string): string | undefined {
  const kind = random.weighted([
    [82, 'good'],
    [8, 'odd'],
    [8, 'path'],
    [2, 'none'],
  ] as const)
  if (kind === 'none') return undefined
  if (kind === 'path') return hostGoingOnWith(random, somePath)
  return random.pick(kind === 'good' ? GOOD_HOSTS : ODD_HOSTS)
}

/** A host, a path and filler of a length that a URL parser gives the host alone. */
function hostGoingOnWith(random: Random, path: string): string {
  const name = random.pick(['\xbc', '\xbc\xbc', '\xbc\xbc\xbc\xbc', '1', '0x7f', 'a'])
  const text = `${name}${path}${random.pick(['?', '?a=', '#', '/'])}`
  return text.padEnd(parsedLength(name), 'a')
}

function parsedLength(name: string): number {
  return URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname.length : 0
}
