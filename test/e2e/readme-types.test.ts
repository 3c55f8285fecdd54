import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { readSnippets } from './readme-snippets.ts'

const ROOT = new URL('../../', import.meta.url)
const DOCUMENTS = ['', ...readdirSync(new URL('packages/', ROOT)).map((name) => `packages/${name}/`)]

/** The code of every snippet, by the name of a file in this folder that nobody has to write. */
const snippets = new Map<string, string>()
for (const document of DOCUMENTS) {
  for (const { name, code } of await readSnippets(`${document}README.md`)) {
    const file = `${document}${name}.ts`.replaceAll('/', '-')
    snippets.set(fileURLToPath(new URL(file, import.meta.url)), code)
  }
}

/** As strict as this repository is with itself; packages are read as their sources, so no build comes first. */
function createProgram(): ts.Program {
  const config = fileURLToPath(new URL('test/tsconfig.json', ROOT))
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    fileURLToPath(new URL('test/', ROOT)),
  )
  const host = ts.createCompilerHost(options)
  const { readFile } = host
  host.readFile = (file) => snippets.get(file) ?? readFile(file)
  return ts.createProgram([...snippets.keys()], options, host)
}

const program = createProgram()

it.each([...snippets.keys()].map((file) => [file.slice(import.meta.dirname.length + 1), file] as const))(
  'the snippet %s compiles',
  (_, file) => {
    const source = program.getSourceFile(file)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  },
)
