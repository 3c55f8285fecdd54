import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import type { PackedPackage } from './packed-package.ts'

const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]|<reference types="([^"]+)"/g

/** What the built files import and package.json does not declare, and what it declares and nothing imports. */
export async function checkDependencies(packed: PackedPackage): Promise<readonly string[]> {
  const { manifest, files } = packed
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  const imported = new Map<string, string>()
  for (const file of files.filter((name) => /^dist\/.*(\.js|\.d\.ts)$/.test(name)))
    for (const name of await importsOf(packed, file)) imported.set(name, file)
  const undeclared = [...imported].filter(([name]) => name !== manifest.name && !declared.includes(name))
  const unused = declared.filter((name) => !imported.has(name))
  return [
    ...undeclared.map(([name, file]) => `${file} imports ${name}, which is not declared`),
    ...unused.map((name) => `${name} is declared and never imported`),
  ]
}

/** The packages a file imports. Its comments are left out: examples in them import what they like. */
async function importsOf({ folder }: PackedPackage, file: string): Promise<readonly string[]> {
  const code = (await readFile(join(folder, file), 'utf8')).replace(/\/\*[\s\S]*?\*\//g, '')
  return [...code.matchAll(IMPORT)]
    .map(([, imported, referenced]) => imported ?? `${referenced}`)
    .filter((name) => !/^[.#]/.test(name) && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
}
