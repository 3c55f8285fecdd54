import { StoreUnavailableError } from './errors.ts'

/** Bounds work of the store, also work that never settles. What comes of it later is nobody's. */
export async function withinTime<Value>(work: () => Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailableError('the store took too long')), milliseconds)
    timer.unref()
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
