import { ConfigurationError } from './errors.ts'

/**
 * A copy of the options with defaults for what is left out.
 * @throws ConfigurationError for an option that has no entry in `defaults`
 */
export function withDefaults<Options extends object, Defaults extends Readonly<Record<string, unknown>>>(
  options: Options,
  defaults: Defaults,
): Defaults & Options {
  const copy: Record<string, unknown> = { ...defaults }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(defaults, key)) throw new ConfigurationError(key, 'is no option here')
    copy[key] = value ?? copy[key]
  }
  return copy as Defaults & Options
}

/** @throws ConfigurationError unless that option is a number in that range */
export function checkRange<Key extends string>(
  options: Readonly<Record<Key, number>>,
  key: Key,
  least: number,
  most: number,
): void {
  if (!(options[key] >= least && options[key] <= most))
    throw new ConfigurationError(key, `must be ${least} to ${most}`)
}
