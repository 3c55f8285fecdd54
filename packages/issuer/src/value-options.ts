import * as z from 'zod/mini'

/** A schema for text that says something. */
export const text: z.ZodMiniType = z.string().check(z.minLength(1, 'is empty'))

/** A schema for one of a few values. */
export function oneOf<Value extends string>(values: readonly Value[]): z.ZodMiniType<Value> {
  return z.enum(values, `must be ${spelt(values)}`)
}

function spelt(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`)
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].join(' or ')
}

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
