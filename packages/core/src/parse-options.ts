import { ConfigurationError } from './errors.ts'
import * as z from './schema.ts'

/**
 * Checks options against their schema and gives back a frozen copy that holds own properties only: later changes to what the
 * caller passed have no effect, and neither has anything that was put on `Object.prototype`.
 * @throws ConfigurationError naming the first offending option
 * @internal
 */
export function parseOptions<T>(schema: z.Schema, options: unknown, where: string): T {
  const copy = ownCopy(options)
  const issues = z.problemsOf(schema, copy)
  if (issues.length === 0) return withoutUndefined(copy) as T
  // What is misspelt is missing, too.
  const misspelt = issues.find(({ code }) => code === 'unrecognized_keys')
  throw toConfigurationError((misspelt ?? issues[0]) as z.Issue, where)
}

/** What no schema takes, so that each says in its own words what should stand there. */
const NOT_PLAIN = Symbol('not plain')

/** With what was given as `undefined`: a claim to check that is `undefined` is a mistake, and the schema must see it. */
function ownCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (Array.isArray(value)) return value.map(ownCopy)
  if (!isPlain(value)) return NOT_PLAIN
  const copy = withoutPrototype()
  for (const key of Object.keys(value)) copy[key] = ownCopy(value[key as keyof typeof value])
  return copy
}

/** V8 makes a slow dictionary of what `Object.create(null)` gives, and tables have thousands of rules. */
function withoutPrototype(): Record<string, unknown> {
  return Object.setPrototypeOf({}, null)
}

/** Object literals, also those of another realm; what is inherited in another way could change behind our back. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Takes out what was given as `undefined`, and freezes the rest; `copy` is nobody else's. */
function withoutUndefined(copy: unknown): unknown {
  if (typeof copy !== 'object' || copy === null || copy instanceof Uint8Array) return copy
  for (const key of Object.keys(copy)) {
    const member: unknown = copy[key as keyof typeof copy]
    if (member !== undefined) withoutUndefined(member)
    else Reflect.deleteProperty(copy, key)
  }
  return Object.freeze(copy)
}

function toConfigurationError(issue: z.Issue, where: string): ConfigurationError {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const key = [...(issue.path ?? []), ...unknown].reduce<string>(join, where)
  return new ConfigurationError(key || 'options', describe(issue))
}

function join(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? String(key) : `${path}.${String(key)}`
}

function describe(issue: z.Issue): string {
  const { code, message, input } = issue
  if (code === 'unrecognized_keys') return 'is no option here; check its spelling and its place'
  if (message !== undefined)
    return code === 'custom' && input === undefined ? `is required; it ${message}` : message
  if (input === undefined) return `is required (${issue.expected})`
  return input === NOT_PLAIN ? 'must be a plain object' : `must be of type ${issue.expected}`
}
