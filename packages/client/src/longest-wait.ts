/** The longest `Retry-After` that a caller is kept waiting for, in milliseconds. */
export const LONGEST_WAIT = 30_000
