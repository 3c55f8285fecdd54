import * as z from 'zod/mini'
import { ConfigurationError } from './errors.ts'

/**
 * Checks options against their schema and gives back a copy that holds own properties only: later changes to what the
 * caller passed have no effect, and neither has anything that was put on `Object.prototype`.
 * @throws ConfigurationError naming the first offending option
 */
export function parseOptions<T>(schema: z.ZodMiniType, options: unknown, where: string): T {
  const copy = ownCopy(options)
  const result = z.safeParse(schema, copy)
  if (result.success) return copy as T
  throw toConfigurationError(result.error.issues[0] as z.core.$ZodIssue, where)
}

function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(ownCopy))
  if (!isPlainObject(value)) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value)) if (member !== undefined) copy[key] = ownCopy(member)
  return Object.freeze(copy)
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function toConfigurationError(issue: z.core.$ZodIssue, where: string): ConfigurationError {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const key = [...issue.path, ...unknown].reduce<string>(join, where)
  return new ConfigurationError(key, describe(issue))
}

function join(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? String(key) : `${path}.${String(key)}`
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is no option here; check its spelling or remove it'
  if (issue.code !== 'invalid_type' || issue.message !== 'Invalid input') return issue.message
  return issue.input === undefined ? `is required (${issue.expected})` : `must be of type ${issue.expected}`
}
