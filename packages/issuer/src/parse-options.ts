import * as z from 'zod/mini'
import { ConfigurationError, RegistryError } from './errors.ts'

/**
 * Checks options against their schema and gives back a frozen copy that holds own properties only: later changes to what
 * the caller passed have no effect, and neither has anything that was put on `Object.prototype`.
 * @throws ConfigurationError naming the first offending option
 */
export function parseOptions<T>(schema: z.ZodMiniType, options: unknown, where = ''): T {
  return parse(schema, options, (issue) => new ConfigurationError(pathOf(issue, where), describe(issue)))
}

/**
 * The same for what a call of the registry is given.
 * @throws RegistryError `ERR_INVALID_INPUT`, naming the first offending field and never its value
 */
export function parseInput<T>(schema: z.ZodMiniType, input: unknown): T {
  return parse(schema, input, (issue) => {
    const path = pathOf(issue, '')
    return new RegistryError(
      'ERR_INVALID_INPUT',
      path === '' ? describe(issue) : `${path}: ${describe(issue)}`,
    )
  })
}

function parse<T>(schema: z.ZodMiniType, value: unknown, toError: (issue: z.core.$ZodIssue) => Error): T {
  const copy = ownCopy(value)
  const result = z.safeParse(schema, copy, { reportInput: true })
  if (result.success) return copy as T
  throw toError(tellingIssue(result.error.issues))
}

/** A misspelt name first: what is missing may be what it was meant to be. */
function tellingIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return (issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]) as z.core.$ZodIssue
}

function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(ownCopy))
  if (!isRecord(value)) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value)) if (member !== undefined) copy[key] = ownCopy(member)
  return Object.freeze(copy)
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function pathOf(issue: z.core.$ZodIssue, where: string): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  return [...issue.path, ...unknown].reduce<string>(join, where)
}

function join(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? String(key) : `${path}.${String(key)}`
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is no option here; check its spelling or remove it'
  const isMissing = issue.input === undefined
  if (issue.code !== 'invalid_type' || issue.message !== 'Invalid input')
    return isMissing ? `is required; it ${issue.message}` : issue.message
  return isMissing ? `is required (${issue.expected})` : `must be of type ${issue.expected}`
}
