import * as z from './schema.ts'

/**
 * A schema for what a check takes. Inside a union its own words are kept: not to fit is no reason to be another shape.
 * @internal
 */
export function fitting(check: (value: unknown) => boolean, problem: string): z.ZodMiniType {
  return z.custom(check, { error: problem, abort: false })
}

/** A schema for text. @internal */
export function string(problem = 'must be of type string'): z.ZodMiniCustom<string> {
  return z.custom<string>((value) => typeof value === 'string', problem)
}

/** A schema for one of a few values. @internal */
export function oneOf(values: readonly unknown[], problem?: string): z.ZodMiniType {
  return z.custom((value) => values.includes(value), problem)
}

/** A check for text and lists that say something. @internal */
export function filled(problem: string): z.core.$ZodCheck<{ readonly length: number }> {
  return z.refine(({ length }: { readonly length: number }) => length > 0, problem)
}

/** A schema for a function; `what` shows the one that is meant. @internal */
export function callable(what: string): z.ZodMiniType {
  return fitting((value) => typeof value === 'function', `must be a function: ${what}`)
}

/** A schema for yes or no. @internal */
export const flag: z.ZodMiniType = oneOf([true, false], 'must be true or false')

/** A schema for seconds, fractions included. @internal */
export function seconds(least: number, most: number): z.ZodMiniType {
  return between(least, most, 'seconds', isNumber)
}

/** A schema for whole seconds, none included. @internal */
export function wholeSeconds(most: number): z.ZodMiniType {
  return between(0, most, 'whole seconds', Number.isSafeInteger)
}

/** A schema for a whole number. @internal */
export function count(least: number, most: number): z.ZodMiniType {
  return between(least, most, 'a whole number', Number.isSafeInteger)
}

function between(
  least: number,
  most: number,
  what: string,
  fits: (value: unknown) => boolean,
): z.ZodMiniType {
  const isBetween = (value: unknown): boolean =>
    fits(value) && Number(value) >= least && Number(value) <= most
  return fitting(isBetween, `must be ${what} from ${least} to ${most}`)
}

/** A number, but not `NaN` and not without end. */
export function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}
