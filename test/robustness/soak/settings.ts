import type { KeySetOptions } from '@scopegate/core'

/** As short as they may be, so that minutes hold thousands of refreshes. In seconds. */
export const KEY_SET: Required<
  Pick<KeySetOptions, 'maxAge' | 'staleIfError' | 'cooldown' | 'retryAfter' | 'timeout'>
> = Object.freeze({ maxAge: 1, staleIfError: 1, cooldown: 0.2, retryAfter: 0.1, timeout: 0.5 })

/** What a busy machine may be late by before it counts as an outage of its own. In seconds. */
export const SLACK = 0.3

/** How much the heap may have grown between a tenth of the time and the end of it. In megabytes. */
export const HEAP_TOLERANCE = 8
