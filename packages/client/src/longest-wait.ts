/** The longest `Retry-After` that a caller is kept waiting for, in seconds. */
export const LONGEST_WAIT = 30
