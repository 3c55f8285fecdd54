import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBundle } from './check-bundle.ts'
import { checkContents } from './check-contents.ts'
import { checkDependencies } from './check-dependencies.ts'
import { checkIsolation } from './check-isolation.ts'
import { checkLoading } from './check-loading.ts'
import { checkPublint } from './check-publint.ts'
import { checkTypeResolution } from './check-type-resolution.ts'
import { checkTypes, TYPESCRIPTS } from './check-types.ts'
import { checkUnused } from './check-unused.ts'
import { addDependencies } from './consumer.ts'
import { type PackedPackage, readPackage } from './packed-package.ts'

type Files = Readonly<Record<string, string>>

const manifest = {
  name: '@scopegate/sound',
  version: '1.0.0',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  files: ['dist', 'src', 'CHANGELOG.md'],
  engines: { node: '>=20.19' },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
}
const sound: Files = {
  'package.json': JSON.stringify(manifest),
  'README.md': '# Sound',
  'CHANGELOG.md': '# Sound',
  LICENSE: 'MIT',
  'src/index.ts': 'export const answer: number = 42\n',
  'dist/index.js': 'export const answer = 42\n',
  'dist/index.d.ts': 'export declare const answer: number;\n',
}
const withManifest = (changes: object): Files => ({
  'package.json': JSON.stringify({ ...manifest, ...changes }),
})

let folder: string
let number = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scopegate-checks-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The sound package with these files besides or instead, in an application of its own. */
async function pack(files: Files = {}): Promise<PackedPackage> {
  const application = join(folder, `application-${number++}`)
  const root = join(application, 'node_modules/@scopegate/sound')
  await writeAll(root, { ...sound, ...files })
  await writeFile(join(application, 'package.json'), '{ "type": "module" }')
  return await readPackage(root, 'sound')
}

async function writeAll(root: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
}

const CHECKS = { checkContents, checkDependencies, checkPublint, checkTypeResolution, checkLoading }

describe('a package that is as it should be', () => {
  it.each(Object.entries(CHECKS))('passes %s', async (_, check) => {
    expect(await check(await pack())).toEqual([])
  })
})

describe('a broken package is found out', () => {
  it.each<[string, keyof typeof CHECKS, Files, RegExp]>([
    ['a secret in it', 'checkContents', { '.env': 'TOKEN=1' }, /^\.env is not for users/],
    ['a test in it', 'checkContents', { 'src/index.test.ts': '' }, /index\.test\.ts is not for users/],
    ['build information', 'checkContents', { 'dist/.tsbuildinfo': '' }, /tsbuildinfo is not for users/],
    ['what has no source', 'checkContents', { 'dist/gone.js': '' }, /gone\.js has no source/],
    [
      'a version only this workspace knows',
      'checkContents',
      withManifest({ dependencies: { zod: 'catalog:' } }),
      /catalog:/,
    ],
    ['an undeclared import', 'checkDependencies', { 'dist/index.js': "import 'zod/mini'\n" }, /imports zod,/],
    [
      'an undeclared import of types',
      'checkDependencies',
      { 'dist/index.d.ts': 'export type { Key } from "jose";\n' },
      /imports jose,/,
    ],
    [
      'a dependency for nothing',
      'checkDependencies',
      withManifest({ dependencies: { jose: '^6' } }),
      /jose is declared and never imported/,
    ],
    [
      'an entry point that is not there',
      'checkPublint',
      withManifest({ exports: { '.': './dist/missing.js' } }),
      /missing\.js/,
    ],
    [
      'types behind the code',
      'checkPublint',
      withManifest({ exports: { '.': { default: './dist/index.js', types: './dist/index.d.ts' } } }),
      /types/,
    ],
    [
      'an entry point without types',
      'checkTypeResolution',
      withManifest({
        exports: { '.': manifest.exports['.'], './bare': './dist/bare.js' },
      }),
      /at \.\/bare/,
    ],
    [
      'types of an import that is not there',
      'checkTypeResolution',
      { 'dist/index.d.ts': "export type { Key } from './key.js';\n" },
      /InternalResolutionError/,
    ],
    ['code that throws', 'checkLoading', { 'dist/index.js': "throw new TypeError('broken')\n" }, /broken/],
    [
      'code that CommonJS cannot require',
      'checkLoading',
      { 'dist/index.js': 'export const answer = await 42\n' },
      /ERR_REQUIRE_ASYNC_MODULE/,
    ],
  ])('%s, by %s', async (_, check, files, problem) => {
    const problems = await CHECKS[check](await pack({ 'dist/bare.js': '', 'src/bare.ts': '', ...files }))
    expect(problems.join('\n')).toMatch(problem)
  })
})

describe('a package that checks options', () => {
  const taking = (message: string): Files => ({
    'dist/index.js': `export function createResourceServer() {
      throw Object.assign(new Error(${message}), { key: 'routes' })
    }`,
  })

  it('in its own words passes', async () => {
    expect(await checkIsolation(await pack(taking(`'must be a list'`)))).toEqual([])
  })

  it.each([
    ['in words the application has chosen', taking('globalThis.__zod_globalConfig.customError()')],
    ['and takes what is none', { 'dist/index.js': 'export const createResourceServer = () => {}' }],
  ])('%s is found out', async (_, files) => {
    expect(await checkIsolation(await pack(files))).toHaveLength(1)
  })
})

describe('a bundle', () => {
  const rule = { entry: '@scopegate/sound', budget: 100, without: /^heavy$/ }
  const heavy = { 'node_modules/heavy/index.js': 'export const weight = 1\n' }

  it('within its budget passes, and tells what it weighs', async () => {
    const { bytes, problems } = await checkBundle(await pack(), rule)
    expect(problems).toEqual([])
    expect(bytes).toBeGreaterThan(30)
  })

  it.each<[string, Files, RegExp]>([
    [
      'over its budget',
      { 'dist/index.js': `export const a = '${numbers(200)}'\n` },
      /over its budget of 100/,
    ],
    [
      'with what must not come along',
      { ...heavy, 'dist/index.js': "export * from 'heavy'\n" },
      /brings heavy along/,
    ],
    ["with a built-in of Node's", { 'dist/index.js': "export * from 'node:fs'\n" }, /node:fs/],
  ])('%s is found out', async (_, files, problem) => {
    const { problems } = await checkBundle(await pack(files), rule)
    expect(problems.join('\n')).toMatch(problem)
  })

  it('may need a built-in of Node where its rule says so', async () => {
    const needy = await pack({ 'dist/index.js': "export { readFileSync } from 'node:fs'\n" })
    expect((await checkBundle(needy, { ...rule, builtIns: true })).problems).toEqual([])
  })
})

describe('the types of an application', () => {
  it.each(Object.entries(TYPESCRIPTS))('are checked by TypeScript %s', async (_, compiler) => {
    const packed = await pack({ 'dist/index.d.ts': 'export declare const answer: Missing;\n' })
    const application = join(packed.folder, '../../..')
    await addDependencies(join(application, 'node_modules'))
    await writeAll(application, {
      'types/promise.ts': [
        "import { answer } from '@scopegate/sound'",
        '// @ts-expect-error this is broken: it compiles',
        'export const kept: number = 1',
        'export const broken: string = answer satisfies number ? 1 : 2',
      ].join('\n'),
    })
    const problems = (await checkTypes(application, compiler)).join('\n')
    expect(problems).toMatch(/index\.d\.ts.*Missing/)
    expect(problems).toMatch(/promise\.ts.*TS2578/)
    expect(problems).toMatch(/promise\.ts.*TS2322/)
  })
})

describe('a workspace', () => {
  it('in which an export is used by nobody is found out', async () => {
    const root = join(folder, 'workspace')
    await writeAll(root, {
      'package.json': '{ "name": "app", "type": "module", "exports": "./src/index.ts" }',
      'knip.json': '{ "project": ["src/**/*.ts"] }',
      'src/index.ts': "export { used } from './parts.ts'\n",
      'src/parts.ts': 'export const used = 1\nexport const idle = 2\n',
    })
    expect((await checkUnused(root, 'knip.json')).join('\n')).toMatch(/idle/)
  })
})

/** Text that does not compress away. */
function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => ((index * 7919) % 9973).toString(36)).join('')
}
