import * as z from './schema.ts'

/**
 * A check, or a schema for what it takes. Inside a union its own words are kept: not to fit is no reason to be another
 * shape.
 * @internal
 */
export function fitting<Value = unknown>(check: (value: Value) => boolean, problem: string): z.Check {
  return z.check(check as (value: unknown) => boolean, problem)
}

/** A schema for text. @internal */
export function string(check?: z.Check, problem = 'must be of type string'): z.Schema {
  return z.custom((value) => typeof value === 'string', problem, ...(check ? [check] : []))
}

/** A schema for one of a few values. @internal */
export function oneOf(values: readonly unknown[], problem = `must be ${spelt(values)}`): z.Schema {
  return z.custom((value) => values.includes(value), problem)
}

function spelt(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(' or ')
}

/** A check for text and lists that say something. @internal */
export function filled(problem: string): z.Check {
  return fitting(({ length }: { readonly length: number }) => length > 0, problem)
}

/** A schema for text that says something. @internal */
export const text: z.Schema = string(filled('is empty'))

/** A schema for one such text, or several. @internal */
export const texts: z.Schema = z.union(
  [text, z.array(text, filled('is empty'))],
  'must be a string or a non-empty array of non-empty strings',
)

/** A schema for a table of names and values of one sort. One without members would do nothing, silently. @internal */
export function table(values: z.Schema): z.Schema {
  return z.object(
    {},
    values,
    fitting((members: object) => Object.keys(members).length > 0, 'is empty; leave it out'),
    fitting((members: object) => !Object.hasOwn(members, ''), 'has a member without a name'),
  )
}

/** A schema for a function; `what` shows the one that is meant. @internal */
export function callable(what: string): z.Schema {
  return fitting((value) => typeof value === 'function', `must be a function: ${what}`)
}

/** A schema for yes or no. @internal */
export const flag: z.Schema = oneOf([true, false])

/** A schema for seconds, fractions included. @internal */
export function seconds(least: number, most: number): z.Schema {
  return between(least, most, 'seconds', isNumber)
}

/** A schema for whole seconds, none included. @internal */
export function wholeSeconds(most: number): z.Schema {
  return between(0, most, 'whole seconds', Number.isSafeInteger)
}

/** A schema for a whole number. @internal */
export function count(least: number, most: number): z.Schema {
  return between(least, most, 'a whole number', Number.isSafeInteger)
}

function between(least: number, most: number, what: string, fits: (value: unknown) => boolean): z.Schema {
  const isBetween = (value: unknown): boolean =>
    fits(value) && Number(value) >= least && Number(value) <= most
  return fitting(isBetween, `must be ${what} from ${least} to ${most}`)
}

/** A number, but not `NaN` and not without end. */
export function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

/** Whether a header can have this name (RFC 9110 section 5.1). */
export function isFieldName(name: string): boolean {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)
}
