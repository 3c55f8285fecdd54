import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const CHANGESET = join(import.meta.dirname, 'node_modules/@changesets/cli/bin.js')

it('a change of one package gives all of them the same next version, and tells it in their changelogs', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'scopegate-versions-'))
  const names = await readdir(join(ROOT, 'packages'))
  for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset'])
    await cp(join(ROOT, file), join(copy, file), { recursive: true })
  for (const name of names)
    for (const file of ['package.json', 'CHANGELOG.md'])
      await cp(join(ROOT, 'packages', name, file), join(copy, 'packages', name, file))
  const before = await versionsIn(copy, names)
  await writeFile(
    join(copy, '.changeset/one.md'),
    '---\n"@scopegate/client": minor\n---\n\nOne more dialect.\n',
  )
  await run(process.execPath, [CHANGESET, 'version'], { cwd: copy })
  const after = await versionsIn(copy, names)
  const changelog = await readFile(join(copy, 'packages/client/CHANGELOG.md'), 'utf8')
  await rm(copy, { recursive: true })

  expect(new Set(before).size).toBe(1)
  expect(new Set(after).size).toBe(1)
  expect(after[0]).not.toBe(before[0])
  expect(changelog).toMatch(`## ${after[0]}`)
  expect(changelog).toMatch('One more dialect.')
  expect(changelog).toMatch(`## ${before[0]}\n`)
})

async function versionsIn(root: string, names: readonly string[]): Promise<readonly string[]> {
  const read = names.map(async (name) => {
    return JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8')).version
  })
  return await Promise.all(read)
}
