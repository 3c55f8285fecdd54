import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { readSnippets } from './readme-snippets.ts'
import { runSnippet, startSnippet } from './run-snippet.ts'

const documents = await Promise.all(
  ['core', 'express', 'koa', 'hono'].map(async (name) => await readSnippets(`packages/${name}/README.md`)),
)
const snippets = documents.flat().map(({ name, code }) => [name, code] as const)
const REQUESTS = [
  ['GET', '/maps/a', 401],
  ['GET', '/tiles', 200],
  ['DELETE', '/maps/a', 401],
  ['POST', '/maps', 403],
] as const

it.each(snippets.filter(([, code]) => code.includes('3000')))(
  'the snippet "%s" guards its routes',
  async (_, code) => {
    const running = await startSnippet(code)
    try {
      for (const [method, path, status] of REQUESTS) {
        expect((await fetch(`${running.url}${path}`, { method })).status).toBe(status)
      }
    } finally {
      await running.stop()
    }
  },
)

it.each(snippets.filter(([, code]) => !code.includes('3000')))(
  'the snippet "%s" prints what it says',
  async (_, code) => {
    const [, promised = ''] = /console\.log\(.*\/\/ (.*)\n/.exec(code) ?? []
    expect((await runSnippet(code)).trim()).toBe(promised)
  },
)

it.each(['core', 'express', 'koa', 'hono', 'client'])(
  'the README of %s says what to install for its first snippet',
  async (name) => {
    const text = await readFile(new URL(`../../packages/${name}/README.md`, import.meta.url), 'utf8')
    const [, commands = '', code = ''] = /^```sh\n([\s\S]*?)^```\n\n^```ts\n([\s\S]*?)^```$/m.exec(text) ?? []
    const installed = commands.split(/\s+/)
    const imported = [...code.matchAll(/ from '((?:@[^/']+\/)?[^/']+)/g)].map(([, from]) => from)
    expect(installed.slice(0, 3)).toEqual(['npm', 'install', expect.stringMatching(/^@scopegate\//)])
    expect(imported.filter((from = '') => !installed.includes(from))).toEqual([])
  },
)
