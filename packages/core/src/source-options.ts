import * as z from './schema.ts'
import { seconds } from './value-options.ts'

/** What bounds every source outside that is asked through a cache. Times are in seconds. */
export interface SourceLimits {
  /** How long an answer, yes or no, is remembered. Default 10, for secrets 60. */
  readonly maxAge?: number
  /** How long the source may take before it counts as down. Default 5. */
  readonly timeout?: number
}

/** {@link SourceLimits} of a source that is asked about tokens already verified. */
export interface TokenSourceLimits extends SourceLimits {
  /** How long an answer, yes or no, is remembered; 0 asks at every request. Default 10. */
  readonly maxAge?: number
}

/** The schema's keys for {@link SourceLimits}. @internal */
export const sourceLimitsShape: Readonly<Record<'maxAge' | 'timeout', z.Schema>> = {
  maxAge: z.optional(seconds(0.1, 3600)),
  timeout: z.optional(seconds(0.01, 60)),
}

/** The schema's keys for {@link TokenSourceLimits}. @internal */
export const tokenSourceLimitsShape: typeof sourceLimitsShape = {
  ...sourceLimitsShape,
  maxAge: z.optional(seconds(0, 3600)),
}

/** The limits in milliseconds, as the caches take them. */
export function toMilliseconds({ maxAge = 10, timeout = 5 }: SourceLimits): {
  maxAge: number
  timeout: number
} {
  return { maxAge: maxAge * 1000, timeout: timeout * 1000 }
}
