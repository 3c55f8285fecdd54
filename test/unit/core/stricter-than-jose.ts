/** A token as the classes below look at it: text taken apart leniently, as jose takes it apart. */
export interface LooseToken {
  readonly text: string
  readonly segments: readonly string[]
  readonly headerText: string
  readonly payloadText: string
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970. */
  readonly now: number
}

/** One class of tokens that jose accepts under strict options and Scopegate refuses. */
export interface StricterClass {
  readonly reason: string
  readonly includes: (token: LooseToken) => boolean
}

const MAX_NUMERIC_DATE = 253_402_300_799
const TOLERANCE = 5
const isText = (value: unknown): boolean => value === undefined || typeof value === 'string'
const isScopeList = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every((scope) => typeof scope === 'string'))

/** The whole list: outside it Scopegate and jose must agree, inside it Scopegate must refuse. */
export const STRICTER: Readonly<Record<string, StricterClass>> = {
  'non-canonical base64url': {
    reason:
      'a token has one text, or caches and revocation lists can be walked around (RFC 4648 section 3.5)',
    includes: ({ segments }) =>
      segments.some((segment) => Buffer.from(segment, 'base64url').toString('base64url') !== segment),
  },
  'over-long text': {
    reason: 'work for a token that is not yet trusted is bounded',
    includes: ({ text }) => text.length > 8192,
  },
  'byte order mark': {
    reason: 'RFC 8259 section 8.1: parsers differ on it',
    includes: ({ headerText, payloadText }) =>
      headerText.startsWith('\ufeff') || payloadText.startsWith('\ufeff'),
  },
  'member given twice': {
    reason: 'RFC 7515 section 4: two parsers may see two tokens',
    includes: ({ headerText, payloadText }) => [headerText, payloadText].some(givesTwice),
  },
  'crit, b64, enc, zip or cty': {
    reason:
      'an access token asks for no extension and is neither unencoded, encrypted, compressed nor nested (RFC 7797 section 7, RFC 8725)',
    includes: ({ header }) =>
      ['crit', 'b64', 'enc', 'zip', 'cty'].some((name) => Object.hasOwn(header, name)),
  },
  'foreign typ': {
    reason: 'RFC 8725 section 3.11: another kind of JWT is no access token',
    includes: ({ header }) =>
      Object.hasOwn(header, 'typ') &&
      !(typeof header.typ === 'string' && /^(application\/)?(at\+jwt|jwt)$/i.test(header.typ)),
  },
  'kid that is no text or over-long': {
    reason: 'RFC 7515 section 4.1.4: kid is a string',
    includes: ({ header }) =>
      Object.hasOwn(header, 'kid') && !(typeof header.kid === 'string' && header.kid.length <= 1024),
  },
  'audience list with something else than text': {
    reason: 'RFC 7519 section 4.1.3: an array of strings',
    includes: ({ payload: { aud } }) =>
      Array.isArray(aud) && !aud.every((entry) => typeof entry === 'string'),
  },
  'sub, jti, client_id or azp that is no text': {
    reason: 'RFC 7519 section 4.1 and RFC 9068 section 2.2: strings; handlers compare them',
    includes: ({ payload }) =>
      ['sub', 'jti', 'client_id', 'azp'].some(
        (name) => !isText(Object.hasOwn(payload, name) ? payload[name] : undefined),
      ),
  },
  'NumericDate out of range': {
    reason: 'before 1970, infinite, or past the year 9999: someone wrote milliseconds, or wants no end',
    includes: ({ payload }) =>
      [payload.exp, payload.nbf, payload.iat].some(
        (time) => typeof time === 'number' && !(time >= 0 && time <= MAX_NUMERIC_DATE),
      ),
  },
  'issued in the future': {
    reason: 'an `iat` beyond the tolerance is a wrong clock or a lie',
    includes: ({ payload: { iat }, now }) => typeof iat === 'number' && iat > now / 1000 + TOLERANCE,
  },
  'expired within this second': {
    reason: 'jose judges by whole seconds and lets a token live up to one second longer',
    includes: ({ payload: { exp }, now }) =>
      typeof exp === 'number' && exp <= now / 1000 - TOLERANCE && exp > Math.floor(now / 1000) - TOLERANCE,
  },
  cnf: {
    reason: 'a token bound to a key is no bearer token (RFC 9449 section 7.2, RFC 8705 section 3)',
    includes: ({ payload }) => Object.hasOwn(payload, 'cnf'),
  },
  'scopes that are neither text nor a list of texts': {
    reason: 'RFC 9068 section 2.2.3: what cannot be read grants nothing and is not guessed at',
    includes: ({ payload }) => {
      const name = ['scope', 'scp'].find((claim) => Object.hasOwn(payload, claim))
      return name !== undefined && !isScopeList(payload[name])
    },
  },
}

/** The names of the classes a token text falls into; none for text that is no JWS at all. */
export function classesOf(text: string, now: number): readonly string[] {
  const token = readLoosely(text, now)
  if (token === undefined) return []
  return Object.keys(STRICTER).filter((name) => STRICTER[name]?.includes(token))
}

function readLoosely(text: string, now: number): LooseToken | undefined {
  const segments = text.split('.')
  if (segments.length !== 3) return undefined
  const [headerText = '', payloadText = ''] = segments.map((segment) =>
    Buffer.from(segment, 'base64url').toString('utf8'),
  )
  const header = parseLoosely(headerText)
  const payload = parseLoosely(payloadText)
  return header && payload && { text, segments, headerText, payloadText, header, payload, now }
}

function parseLoosely(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return undefined
  }
}

/** Another way than the product's: names are looked for as text, and counted against what one parse keeps of them. */
function givesTwice(text: string): boolean {
  const json = text.replace(/^\ufeff/, '')
  const written = [...json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon).length
  let kept = 0
  JSON.parse(json, (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      kept += Object.keys(value).length
    return value
  })
  return written !== kept
}
