import { ORIGINS } from '@scopegate/example-policy'
import { curlCommands } from './curl-commands.ts'
import { type Demo, startDemo } from './demo.ts'
import { type DemoOptions, readDemoOptions } from './demo-options.ts'
import { play } from './play.ts'

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

try {
  await run(readDemoOptions(process.argv.slice(2), process.env))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

async function run(options: DemoOptions): Promise<void> {
  const demo = await startDemo(options)
  closeOnSignal(demo)
  try {
    await present(demo, options)
  } catch (error) {
    await demo.close()
    throw error
  }
}

async function present(demo: Demo, { mode }: DemoOptions): Promise<void> {
  if (mode === 'json') return print(JSON.stringify(describe(demo)))
  const ok = await play(demo, print)
  if (mode === 'walk') return print(curlCommands(demo))
  process.exitCode = ok ? 0 : 1
  await demo.close()
}

function describe({ issuer, apis }: Demo): unknown {
  const { url, tokenEndpoint, m2mTokenEndpoint, clients } = issuer
  const urls = Object.fromEntries(apis.map((api) => [api.framework, api.url]))
  return { issuer: url, tokenEndpoint, m2mTokenEndpoint, apis: urls, clients, origins: ORIGINS }
}

function closeOnSignal(demo: Demo): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void demo.close().then(() => process.exit(0))
    })
  }
}
