import * as z from 'zod/mini'

/** A schema for seconds, fractions included. */
export function seconds(least: number, most: number): z.ZodMiniType {
  return between(least, most, 'seconds', () => true)
}

/** A schema for a whole number. */
export function count(least: number, most: number): z.ZodMiniType {
  return between(least, most, 'a whole number', Number.isSafeInteger)
}

function between(least: number, most: number, what: string, fits: (value: number) => boolean): z.ZodMiniType {
  const problem = `must be ${what} from ${least} to ${most}`
  return z.number(problem).check(z.refine((value) => value >= least && value <= most && fits(value), problem))
}
