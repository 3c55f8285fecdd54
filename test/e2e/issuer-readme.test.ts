import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readSnippets } from './readme-snippets.ts'
import { runSnippet, startSnippet } from './run-snippet.ts'

const snippets = await readSnippets('packages/issuer/README.md')
const codeOf = (name: string): string => snippets.find((snippet) => snippet.name === name)?.code ?? ''

process.env.ENCRYPTION_KEY = randomBytes(32).toString('base64')

it('the snippet "issuer" serves its endpoints and keeps its records in the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-readme-'))
  const running = await startSnippet(codeOf('issuer').replace('./issuer.db', join(folder, 'issuer.db')))
  try {
    const { keys } = (await (await fetch(`${running.url}/.well-known/jwks.json`)).json()) as {
      keys: unknown[]
    }
    expect(keys.length).toBeGreaterThan(0)
    for (const path of ['/oauth/token', '/v1/m2m/token'])
      expect((await fetch(`${running.url}${path}`, { method: 'POST' })).status).toBeGreaterThanOrEqual(400)
    expect((await fetch(`${running.url}/other`)).status).toBe(404)
  } finally {
    await running.stop()
    await rm(folder, { recursive: true })
  }
})

it('the snippet "gate" prints what it says', async () => {
  expect((await runSnippet(codeOf('gate'))).trim()).toBe('true')
})

it('there is no other', () => {
  expect(snippets.map(({ name }) => name)).toEqual(['issuer', 'gate'])
})
