import * as z from 'zod/mini'

/** A schema for text that says something. */
export const text: z.ZodMiniType = z.string().check(z.minLength(1, 'is empty'))

/** A schema for a whole number. */
export function whole(least: number, most: number): z.ZodMiniType {
  return z
    .number()
    .check(
      z.refine(
        (value) => Number.isSafeInteger(value) && value >= least && value <= most,
        `must be a whole number from ${least} to ${most}`,
      ),
    )
}

/** A schema for a function; `what` shows the one that is meant. */
export function callable(what: string): z.ZodMiniType {
  return z.unknown().check(z.refine((value) => typeof value === 'function', `must be a function: ${what}`))
}
