import { readFile } from 'node:fs/promises'

/** A TypeScript block of a README; its first line is a comment that names it. */
export interface Snippet {
  readonly name: string
  readonly code: string
}

const ROOT = new URL('../../', import.meta.url)

/** Every TypeScript block of a document of the repository. */
export async function readSnippets(path: string): Promise<readonly Snippet[]> {
  const text = await readFile(new URL(path, ROOT), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => ({
    name: nameOf(code),
    code,
  }))
}

function nameOf(code: string): string {
  const name = /^\/\/ (\S+)\n/.exec(code)?.[1]
  if (name === undefined) throw new Error(`a snippet begins without its name: ${code.slice(0, 60)}`)
  return name
}
