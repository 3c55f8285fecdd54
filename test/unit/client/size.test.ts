import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const entry = new URL('../../../packages/client/src/index.ts', import.meta.url).pathname

/** What a browser downloads for these exports: bundled, minified, compressed. */
async function bundle(names: string): Promise<{ readonly bytes: number; readonly code: string }> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from ${JSON.stringify(entry)}`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0]?.text ?? ''
  return { bytes: gzipSync(code, { level: 9 }).length, code }
}

describe('the size of the client in a bundle', () => {
  it.each([
    ['createTokenManager', 3500],
    ['createFetch', 1100],
    ['mintToken', 1000],
    ['createTokenManager, createFetch, mintToken', 4600],
  ])('%s: at most %i bytes', async (name, most) => {
    const { bytes, code } = await bundle(name)
    expect(code).not.toMatch(/\b(import|require)\b\s*[("'{]/)
    expect(bytes).toBeLessThanOrEqual(most)
  })
})
