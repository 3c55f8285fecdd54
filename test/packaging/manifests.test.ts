import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly type: string
  readonly sideEffects: boolean
  readonly engines: { readonly node: string }
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const folder = new URL('../../packages/', import.meta.url)
const names = readdirSync(folder)

describe.each(names)('the manifest of %s', (name) => {
  const manifest = readManifest(name)

  it('carries the name, licence, module type and Node range all packages share', () => {
    expect(manifest).toMatchObject({
      name: `@scopegate/${name}`,
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19' },
    })
  })

  it('has the version of every other package', () => {
    expect(manifest.version).toBe(readManifest('core').version)
  })

  it('maps each entry point to the build of the source that tests run on', () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (path === './package.json') continue
      expect(target).toEqual(conditionsFor(target))
    }
  })
})

describe.each(['express', 'koa', 'hono'])('the %s adapter', (name) => {
  const manifest = readManifest(name)

  it('brings no dependency of its own', () => {
    expect(manifest.dependencies ?? {}).toEqual({})
  })

  it('leaves its framework and core to the application, so neither is installed twice', () => {
    expect(Object.keys(manifest.peerDependencies ?? {}).sort()).toEqual(['@scopegate/core', name])
  })
})

describe('core', () => {
  it('depends on nothing, and names the zod that its build holds, with its licence', () => {
    expect(readManifest('core').dependencies ?? {}).toEqual({})
    const notice = readFileSync(new URL('core/docs/third-party.md', folder), 'utf8')
    const zod = new URL('core/node_modules/zod/', folder)
    const { version } = JSON.parse(readFileSync(new URL('package.json', zod), 'utf8'))
    expect(notice).toContain(`zod](https://zod.dev) ${version},`)
    expect(notice).toContain(readFileSync(new URL('LICENSE', zod), 'utf8'))
  })
})

function readManifest(name: string): Manifest {
  return JSON.parse(readFileSync(new URL(`${name}/package.json`, folder), 'utf8'))
}

function conditionsFor(target: string | Readonly<Record<string, string>>): unknown {
  const source = typeof target === 'string' ? target : (target['@scopegate/source'] ?? '')
  const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
  return { '@scopegate/source': source, types: `${built}.d.ts`, default: `${built}.js` }
}
