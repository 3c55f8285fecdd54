import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** What a browser downloads for these exports: bundled, minified, compressed. */
async function bundle(contents: string): Promise<{ readonly bytes: number; readonly code: string }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@scopegate/source'],
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0]?.text ?? ''
  return { bytes: gzipSync(code, { level: 9 }).length, code }
}

const everythingOf = (...paths: readonly string[]): string =>
  paths.map((path) => `export * from '@scopegate/client${path}'`).join('\n')

describe('the size of the client in a bundle', () => {
  it.each([
    ['the token manager', everythingOf(''), 3000],
    ['dialects', everythingOf('/dialects'), 1600],
    ['fetch', everythingOf('/fetch'), 1100],
    ['mint', everythingOf('/mint'), 1100],
    ['all of it', everythingOf('', '/dialects', '/fetch', '/mint'), 5300],
  ])('%s keeps its budget', async (_, contents, most) => {
    const { bytes, code } = await bundle(contents)
    expect(code).not.toMatch(/\b(import|require)\b\s*[("'{]/)
    expect(bytes).toBeLessThanOrEqual(most)
  })
})
