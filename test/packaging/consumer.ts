import { mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const PACKAGES = join(import.meta.dirname, '../../packages')

/** Puts what the packages need, and nothing else, beside them: as an application has it that installed them all. */
export async function addDependencies(modules: string): Promise<void> {
  for (const id of await readdir(PACKAGES)) {
    const installed = join(PACKAGES, id, 'node_modules')
    for (const name of await namesIn(installed))
      if (!name.startsWith('@scopegate/')) await link(join(installed, name), join(modules, name))
  }
  await writeFile(join(modules, '../package.json'), '{ "type": "module", "private": true }\n')
}

async function namesIn(modules: string): Promise<readonly string[]> {
  const names = await readdir(modules).catch(() => [])
  const inScopes = names.map(async (name) => {
    if (!name.startsWith('@')) return name.startsWith('.') ? [] : [name]
    return (await readdir(join(modules, name))).map((inside) => `${name}/${inside}`)
  })
  return (await Promise.all(inScopes)).flat()
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await symlink(await realpath(from), to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
