const MEGABYTE = 1_048_576

/** What is alive, in bytes, after everything that is dead was collected. Needs `--expose-gc`. */
export async function liveHeap(): Promise<number> {
  if (gc === undefined) throw new Error('run with --expose-gc')
  for (let i = 0; i < 3; i++) {
    await gc({ type: 'major', execution: 'async' })
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export function toMegabytes(bytes: number): number {
  return bytes / MEGABYTE
}
