import {
  $ZodArray,
  type $ZodCheck,
  $ZodCustom,
  $ZodNever,
  $ZodObject,
  $ZodOptional,
  type $ZodRawIssue,
  type $ZodType,
  $ZodUnion,
  type ParsePayload,
} from 'zod/v4/core'

/**
 * All of zod that options are checked with: its core, without the methods that its schemas have elsewhere. The build puts
 * zod's own code in place of this import, and nothing of zod into the declarations: whoever installs this package needs no
 * zod.
 * @internal
 */
export type Schema = $ZodType

/** What is wrong with a value, in words where there are any. @internal */
export type Issue = $ZodRawIssue

/** A question asked of a value that has the right shape. @internal */
export type Check = $ZodCheck & Schema

type Shape = Readonly<Record<string, Schema>>

/** @internal */
export function array(element: Schema, ...checks: Check[]): Schema {
  return new $ZodArray({ type: 'array', element, checks })
}

/** @internal */
export function object(shape: Shape, catchall?: Schema, ...checks: Check[]): Schema {
  return new $ZodObject({ type: 'object', shape, checks, ...(catchall && { catchall }) })
}

/** An object that has no other members. @internal */
export function strictObject(shape: Shape): Schema {
  return object(shape, new $ZodNever({ type: 'never' }))
}

/** @internal */
export function optional(innerType: Schema): Schema {
  return new $ZodOptional({ type: 'optional', innerType })
}

/** @internal */
export function union(options: Schema[], problem?: string): Schema {
  return new $ZodUnion({ type: 'union', options, ...saying(problem) })
}

/** For a value that `fn` takes; where it does not, the checks are not asked. @internal */
export function custom(fn: (value: unknown) => boolean, problem?: string, ...checks: Check[]): Schema {
  return new $ZodCustom({ type: 'custom', check: 'custom', fn, abort: true, checks, ...saying(problem) })
}

/** One question, of a value that a schema has taken. @internal */
export function check(fn: (value: unknown) => boolean, problem: string): Check {
  return new $ZodCustom({ type: 'custom', check: 'custom', fn, abort: false, ...saying(problem) })
}

function saying(problem: string | undefined): { error?: () => string } {
  return problem === undefined ? {} : { error: () => problem }
}

/** What is wrong with a value, and with what is in it; empty where nothing is. @internal */
export function problemsOf(schema: Schema, value: unknown): readonly Issue[] {
  const { issues } = schema._zod.run({ value, issues: [] }, {}) as ParsePayload
  return issues.map(({ message, ...issue }) => {
    return { ...issue, message: message ?? saidBy(issue.inst) ?? saidBy(issue.schema) } as Issue
  })
}

/** The words of the check that found a problem, or of the schema that it belongs to. */
function saidBy(owner: $ZodRawIssue['inst']): string | undefined {
  return owner?._zod.def.error?.({} as never) as string | undefined
}
