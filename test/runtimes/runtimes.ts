import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleForEdge, transpile } from './bundle.ts'
import { BY_RUNTIME, type Differences, none } from './differences.ts'
import type { Engine } from './engines.ts'
import { connectHost, type RemoteHost, spawnHost } from './remote-host.ts'
import { installEngine, SANDBOX } from './sandbox.ts'
import { startWorker } from './worker.ts'

/** A host of a runtime, and which packages are tried by it. */
export interface HostPlan {
  readonly adapter: 'express' | 'koa' | 'hono'
  /** Whether core and the client are tried here too: once per runtime is enough. */
  readonly bare: boolean
  readonly differences: Differences
  readonly start: () => Promise<RemoteHost>
}

/** A runtime: what to call it, and its hosts. */
export interface Runtime {
  readonly title: string
  readonly hosts: readonly HostPlan[]
}

/** Installs what the runtime needs and says how to start it. */
export async function prepare(engine: Engine): Promise<Runtime> {
  const home = installEngine(engine)
  switch (engine) {
    case 'node20':
    case 'node22':
    case 'node24':
      return await nodeRuntime(home)
    case 'bun':
      return await bunRuntime(home)
    case 'deno':
      return await denoRuntime(home)
    case 'workerd':
      return await workerdRuntime(home)
    case 'edge':
      return await edgeRuntime(home)
  }
}

const onNode = (command: string, args: readonly string[], file: string): readonly HostPlan[] =>
  (['express', 'koa', 'hono'] as const).map((adapter) => ({
    adapter,
    bare: adapter === 'hono',
    differences: none,
    start: async () => await spawnHost(command, [...args, file, adapter], SANDBOX),
  }))

function onWeb(runtime: keyof typeof BY_RUNTIME, start: HostPlan['start']): HostPlan {
  return { adapter: 'hono', bare: true, differences: ({ name }) => BY_RUNTIME[runtime].get(name), start }
}

async function nodeRuntime(home: string): Promise<Runtime> {
  const file = await transpile('hosts/node.ts')
  return { title: `Node ${versionOf(home)}`, hosts: onNode(join(home, 'bin/node'), [], file) }
}

async function bunRuntime(home: string): Promise<Runtime> {
  const command = join(home, 'bin/bun.exe')
  const [node, web] = [await transpile('hosts/node.ts'), await transpile('hosts/bun.ts')]
  const start = async (): Promise<RemoteHost> => await spawnHost(command, ['run', web], SANDBOX)
  const native: HostPlan = onWeb('bun', start)
  const others = onNode(command, ['run'], node).filter(({ adapter }) => adapter !== 'hono')
  return { title: `Bun ${versionOf(home)}`, hosts: [...others, native] }
}

async function denoRuntime(home: string): Promise<Runtime> {
  const command = join(home, '../.bin/deno')
  const args = ['run', '--allow-net=127.0.0.1', '--allow-env', '--allow-read']
  const [node, web] = [await transpile('hosts/node.ts'), await transpile('hosts/deno.ts')]
  const start = async (): Promise<RemoteHost> => await spawnHost(command, [...args, web], SANDBOX)
  const native: HostPlan = onWeb('deno', start)
  const others = onNode(command, args, node).filter(({ adapter }) => adapter !== 'hono')
  return { title: `Deno ${versionOf(home)}`, hosts: [...others, native] }
}

async function workerdRuntime(home: string): Promise<Runtime> {
  const script = await bundleForEdge('hosts/workerd.ts', 'workerd')
  const start = async (): Promise<RemoteHost> => {
    const { port, close } = await startWorker(home, { script })
    return connectHost(port, close)
  }
  const title = `workerd ${versionOf(join(home, '../workerd'))}`
  return { title, hosts: [onWeb('workerd', start)] }
}

async function edgeRuntime(home: string): Promise<Runtime> {
  const script = join(SANDBOX, 'dist/edge.js')
  const server = await transpile('hosts/edge-server.ts')
  writeFileSync(script, await bundleForEdge('hosts/edge.ts', 'edge'))
  const start = async (): Promise<RemoteHost> =>
    await spawnHost(process.execPath, [server, home, script], SANDBOX)
  return { title: `edge-runtime ${versionOf(home)}`, hosts: [onWeb('edge', start)] }
}

function versionOf(home: string): string {
  return String(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version)
}
