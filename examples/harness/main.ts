import { existsSync, readdirSync } from 'node:fs'
import { runExample } from './run-example.ts'
import type { Example } from './running-example.ts'

const EXAMPLES = new URL('../', import.meta.url)
const [name = '', ...args] = process.argv.slice(2)
const names = readdirSync(EXAMPLES).filter((folder) => existsSync(new URL(`${folder}/example.ts`, EXAMPLES)))

if (names.includes(name)) {
  const { example } = (await import(new URL(`${name}/example.ts`, EXAMPLES).href)) as { example: Example }
  await runExample(example, args)
} else {
  process.stderr.write(`usage: npm run example <name> [-- --once | --json]\n\n${names.join('\n')}\n`)
  process.exitCode = 1
}
