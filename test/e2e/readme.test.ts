import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readSnippets } from './readme-snippets.ts'
import { runSnippet, startSnippet } from './run-snippet.ts'

const snippets = new Map((await readSnippets('README.md')).map(({ name, code }) => [name, code]))
const snippet = (name: string): string => {
  const code = snippets.get(name)
  if (code === undefined) throw new Error(`the README has no snippet "${name}"`)
  return code
}

describe('the snippets of the README', () => {
  it('are these and no others', () => {
    expect([...snippets.keys()]).toEqual(['express', 'koa', 'hono', 'overrides'])
  })

  it.each(['express', 'koa', 'hono'])('%s: serves the public route and guards the other', async (name) => {
    const running = await startSnippet(snippet(name))
    try {
      const health = await fetch(`${running.url}/health`)
      expect([health.status, await health.json()]).toEqual([200, { ok: true }])
      const refused = await fetch(`${running.url}/maps/a`)
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="api"'])
      expect((await fetch(`${running.url}/maps`)).status).toBe(403)
      const forged = await fetch(`${running.url}/maps/a`, { headers: { authorization: 'Bearer e30.e30.AA' } })
      expect([forged.status, await forged.json()]).toEqual([
        401,
        expect.objectContaining({ error: 'invalid_token' }),
      ])
    } finally {
      await running.stop()
    }
  })

  it('overrides: is accepted at set-up', async () => {
    expect(await runSnippet(snippet('overrides'))).toBe('')
  })
})

it('names files that exist', async () => {
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(0)
  const { access } = await import('node:fs/promises')
  for (const link of links) await access(new URL(`../../${link}`, import.meta.url))
})

it('has nothing to fill in where it says what to type', async () => {
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code)
  expect(commands.length).toBeGreaterThan(0)
  for (const command of commands) expect(command).not.toMatch(/<\w/)
})

it('the faults put into core are as many as its table of them says', async () => {
  const table = await readFile(new URL('../../packages/core/docs/mutation.md', import.meta.url), 'utf8')
  const rows = [...table.matchAll(/^\| [\w.-]+ \| (\d+) \|/gm)].map(([, mutants]) => Number(mutants))
  const mutants = rows.reduce((sum, count) => sum + count, 0)
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(`| ${mutants.toLocaleString('en')} in ${rows.length} files |`)
})
