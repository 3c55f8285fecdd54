import type { TokenDialect } from './dialect-options.ts'
import { formDecode, hasControlCharacter } from './form-decode.ts'
import { TokenRequestError } from './token-request-error.ts'

/** The parameters of a token request by name; an empty one is as good as none (RFC 6749 section 3.2). */
export type Parameters = ReadonlyMap<string, string>

const NONE: Parameters = new Map()
const MEDIA_TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const

/** Reads the parameters of a request as its dialect has them; a dialect without bodies looks at neither body nor query. */
export async function readParameters(
  request: Request,
  dialect: TokenDialect,
  maxBytes: number,
): Promise<Parameters> {
  const { body } = dialect
  if (body.length === 0) return NONE
  // A secret in a URL ends up in logs (RFC 6749 section 2.3.1).
  if (new URL(request.url).search !== '') throw new TokenRequestError('query_not_accepted')
  const bytes = await readBody(request, maxBytes)
  if (bytes.length === 0) return NONE
  const type = mediaType(request.headers.get('content-type') ?? '')
  const format = body.find((accepted) => MEDIA_TYPES[accepted] === type)
  if (format === undefined) throw new TokenRequestError('unsupported_content_type')
  const text = decodeUtf8(bytes)
  return format === 'form' ? parseForm(text) : parseJson(text, namesOf(dialect))
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes)
    throw new TokenRequestError('body_too_large')
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  for (;;) {
    const { done, value } = await next(reader)
    if (done || value === undefined) return Buffer.concat(chunks)
    length += value.length
    if (length > maxBytes) {
      await reader.cancel().catch(() => undefined)
      throw new TokenRequestError('body_too_large')
    }
    chunks.push(value)
  }
}

/** A body that breaks off is the client's fault, not ours. */
async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> {
  try {
    return await reader.read()
  } catch {
    throw new TokenRequestError('malformed_request')
  }
}

/** The media type without parameters; none where a charset other than UTF-8 is named. */
function mediaType(contentType: string): string {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='))
  return charset === undefined || /^charset="?utf-8"?$/.test(charset) ? type.trim() : ''
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new TokenRequestError('malformed_request')
  }
}

function parseForm(text: string): Parameters {
  const parameters = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = formDecode(at < 0 ? pair : pair.slice(0, at))
    const value = formDecode(at < 0 ? '' : pair.slice(at + 1))
    if (name === undefined || value === undefined) throw new TokenRequestError('malformed_request')
    if (parameters.has(name)) throw new TokenRequestError('repeated_parameter')
    parameters.set(name, value)
  }
  return withoutEmpty(parameters)
}

/** What the dialect reads from a body. */
function namesOf({ credentials, grant, parameters, required }: TokenDialect): ReadonlySet<string> {
  const places = credentials.flatMap((place) => (place.in === 'body' ? [place.id, place.secret] : []))
  const grantNames = typeof grant === 'object' ? [grant.parameter] : []
  return new Set([places, grantNames, Object.values(parameters ?? {}), required ?? []].flat(2))
}

/**
 * What is read must be text: a list of scopes that was passed over would be answered with all that there are. `null` is as
 * good as nothing; what else the body holds is ignored, whatever it is.
 */
function parseJson(text: string, names: ReadonlySet<string>): Parameters {
  const members = parseObject(text)
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(members)) {
    if (value === null || !names.has(name)) continue
    if (typeof value !== 'string' || hasControlCharacter(value))
      throw new TokenRequestError('malformed_request')
    parameters.set(name, value)
  }
  return withoutEmpty(parameters)
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  let members = 0
  try {
    value = JSON.parse(text, function (this: unknown, _key: string, member: unknown) {
      if (!Array.isArray(this)) members++
      return member
    })
  } catch {
    throw new TokenRequestError('malformed_request')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenRequestError('malformed_request')
  }
  // The reviver also sees the root, as the one member of a holder.
  if (colonsOutsideStrings(text) !== members - 1) throw new TokenRequestError('repeated_parameter')
  return value as Readonly<Record<string, unknown>>
}

/** In valid JSON every such colon belongs to one member, so that of a name given twice both are counted. */
function colonsOutsideStrings(text: string): number {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '').split(':').length - 1
}

function withoutEmpty(parameters: Map<string, string>): Parameters {
  for (const [name, value] of parameters) if (value === '') parameters.delete(name)
  return parameters
}
