import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const EXAMPLES = new URL('examples/', ROOT)
const names = readdirSync(EXAMPLES).filter((name) => existsSync(new URL(`${name}/example.ts`, EXAMPLES)))
const COMMAND = ['--import', 'tsx', '-C', '@scopegate/source', 'examples/harness/main.ts']

/** What `npm run example` runs once everything is installed. */
async function run(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...COMMAND, ...args], { cwd: ROOT })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output: output.join('') }
}

it.each(names)('%s --once plays its table and ends well', async (name) => {
  const { code, output } = await run(name, '--once')
  expect(output).not.toMatch(/^NO /m)
  expect(output).toMatch(/^ok /m)
  expect(code).toBe(0)
})

it.each(names)('%s --json prints one object and serves until a signal', async (name) => {
  const child = spawn(process.execPath, [...COMMAND, name, '--json'], { cwd: ROOT })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const printed = await new Promise<string>((resolve) => child.stdout.once('data', resolve))
  const { apis } = JSON.parse(String(printed)) as { apis: Readonly<Record<string, string>> }
  for (const url of Object.values(apis)) expect((await fetch(`${url}/no-such-route`)).status).not.toBe(200)
  child.kill('SIGTERM')
  expect(await closed).toBe(0)
})

it('lists the examples where it is asked for none of them', async () => {
  for (const args of [[], ['no-such-example'], ['../demo']]) {
    const { code, output } = await run(...args)
    expect([code, ...names.filter((name) => !output.includes(name))]).toEqual([1])
  }
  expect(await run('demo', '--twice')).toEqual({ code: 1, output: expect.stringContaining('usage:') })
})
