import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { entryPoints, type PackedPackage } from './packed-package.ts'

const run = promisify(execFile)

const SCRIPT = `
const [name] = process.argv.slice(1)
Promise.all([import(name), require(name)]).then(([imported, required]) => {
  const names = (module) => Object.keys(module).filter((key) => key !== '__esModule').sort().join()
  if (names(imported) !== names(required)) throw new Error('import and require give different exports')
})`

/** Entry points that Node cannot `import`, or not `require`. */
export async function checkLoading(packed: PackedPackage): Promise<readonly string[]> {
  const application = join(packed.folder, '../../..')
  const attempts = entryPoints(packed).map(async (name) => {
    const options = ['--input-type=commonjs', '--eval', SCRIPT, name]
    return await run(process.execPath, options, { cwd: application }).then(
      () => [],
      ({ stderr }) => [`${name}: ${/^\w*Error\b.*/m.exec(stderr)?.[0] ?? stderr}`],
    )
  })
  return (await Promise.all(attempts)).flat()
}
