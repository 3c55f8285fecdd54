import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A snippet that runs as a program of its own. */
export interface RunningSnippet {
  readonly url: string
  stop(): Promise<void>
}

/** Runs a snippet to its end and gives what it printed; an exit code other than 0 is an error. */
export async function runSnippet(code: string): Promise<string> {
  const folder = await writeSnippet(code)
  const child = start(folder)
  const output = collect(child)
  const [exitCode] = await once(child, 'close')
  await rm(folder, { recursive: true })
  if (exitCode !== 0) throw new Error(`the snippet failed:\n${output.join('')}`)
  return output.join('')
}

/** Starts a snippet that listens on port 3000, on a free port instead. */
export async function startSnippet(code: string): Promise<RunningSnippet> {
  if (!code.includes('3000')) throw new Error('the snippet does not listen on port 3000')
  const port = await freePort()
  const folder = await writeSnippet(code.replaceAll('3000', String(port)))
  const child = start(folder)
  const output = collect(child)
  const url = `http://localhost:${port}`
  await answering(url, child, output)
  const stop = async (): Promise<void> => {
    child.kill()
    await once(child, 'close')
    await rm(folder, { recursive: true })
  }
  return { url, stop }
}

/** Inside the workspace, so that its packages are found. */
async function writeSnippet(code: string): Promise<string> {
  const folder = await mkdtemp(join(import.meta.dirname, '.snippet-'))
  await writeFile(join(folder, 'snippet.ts'), code)
  return folder
}

function start(folder: string): ChildProcess {
  const options = ['--import', 'tsx', '-C', '@scopegate/source', join(folder, 'snippet.ts')]
  return spawn(process.execPath, options, {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function collect(child: ChildProcess): string[] {
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)))
  return output
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function answering(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the snippet ended:\n${output.join('')}`)
    const answered = await fetch(url).catch(() => undefined)
    await answered?.arrayBuffer()
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
