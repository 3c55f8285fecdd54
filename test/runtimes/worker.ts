import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** A Worker of one's own in workerd, which listens without anything in front of it. */
export interface RunningWorker {
  readonly port: number
  close(): Promise<void>
}

/** What a Worker is made of. */
export interface WorkerOptions {
  readonly script: string
  readonly bindings?: Readonly<Record<string, unknown>>
}

/** Starts a Worker by miniflare. */
export async function startWorker(
  home: string,
  { script, bindings = {} }: WorkerOptions,
): Promise<RunningWorker> {
  const { Miniflare } = createRequire(join(home, 'package.json'))(home)
  const worker = new Miniflare({
    modules: true,
    script,
    bindings,
    compatibilityDate: '2026-04-01',
    // Of what it refuses itself it tells at length.
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => void [stdout.resume(), stderr.resume()],
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  })
  const { port } = await worker.unsafeGetDirectURL()
  return { port: Number(port), close: async () => await worker.dispose() }
}
