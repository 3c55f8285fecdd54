import type {
  DialectDescription,
  RefreshRequestShape,
  TokenReplyShape,
  TokenRequestShape,
} from './create-dialect.ts'
import { ConfigurationError } from './errors.ts'

/** {@link DialectDescription}, checked and copied. */
export interface ReadDescription {
  readonly request: TokenRequestShape
  readonly reply: TokenReplyShape
  readonly refresh: RefreshRequestShape | undefined
}

const VALUES = ['clientId', 'clientSecret', 'scope', 'audience', 'refreshToken'] as const
const REQUEST = ['basic', 'body', 'fields', 'parameters'] as const

/** @throws ConfigurationError naming what is wrong, missing or unknown, as a path: `reply.token` */
export function readDescription(description: DialectDescription): ReadDescription {
  const { request, reply, refresh } = membersOf(description, '', ['request', 'reply', 'refresh'])
  return {
    request: readRequest(request, 'request.', REQUEST),
    reply: readReply(reply),
    refresh: refresh && readRequest(refresh, 'refresh.', [...REQUEST, 'url']),
  }
}

function readRequest<Shape extends TokenRequestShape>(
  shape: Shape,
  path: string,
  keys: readonly (keyof Shape)[],
): Shape {
  const copy = membersOf(shape, path, keys)
  const { basic = 'raw', body, fields } = copy
  if (!/^(form|json)$/.test(body)) throw new ConfigurationError(`${path}body`, 'must be form or json')
  if (!/^(form|raw)$/.test(basic)) throw new ConfigurationError(`${path}basic`, 'must be form or raw')
  return Object.assign(copy, { fields: namesIn(fields, `${path}fields.`, VALUES) })
}

function readReply(shape: TokenReplyShape): TokenReplyShape {
  const copy = namesIn(shape, 'reply.', ['token', 'expiresIn', 'expiresAt', 'refreshToken'])
  if (!copy.token) throw new ConfigurationError('reply.token', 'is missing')
  if (!copy.expiresIn && !copy.expiresAt)
    throw new ConfigurationError('reply.expiresIn', 'is missing, and so is expiresAt')
  return copy
}

/** The same for members that are the names of fields. */
function namesIn<Shape extends object>(shape: Shape, path: string, keys: readonly (keyof Shape)[]): Shape {
  const copy = membersOf(shape, path, keys)
  for (const [key, name] of Object.entries(copy))
    if (typeof name !== 'string') throw new ConfigurationError(`${path}${key}`, 'must be text')
  return copy
}

/** A copy that inherits nothing: what gets into `Object.prototype` must not say where a secret goes. */
function membersOf<Shape extends object>(shape: Shape, path: string, keys: readonly (keyof Shape)[]): Shape {
  const copy = Object.create(null)
  for (const [key, value] of Object.entries(Object(shape))) {
    if (!keys.includes(key as keyof Shape)) throw new ConfigurationError(`${path}${key}`, 'is no option here')
    if (value !== undefined) copy[key] = value
  }
  return copy
}
