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
