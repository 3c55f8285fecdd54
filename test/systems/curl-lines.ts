/** Sends what an example says to type, line by line as a shell would: what was asked, each with its status. */
export async function sendCurlLines(text: string): Promise<readonly string[]> {
  const variables = new Map<string, string>()
  const told: string[] = []
  for (const line of text.split('\n').filter((each) => /^[A-Z]+=|^curl /.test(each))) {
    const [, name = '', value = line] = /^([A-Z]+)=(.*)$/.exec(line) ?? []
    const command = value.replaceAll(/\$([A-Z]+)\b/g, (_, known: string) => variables.get(known) ?? '')
    const { method, url, ...sent } = readCommand(command)
    if (url === '') variables.set(name, command)
    else {
      const response = await fetch(url, { method, ...sent })
      told.push(`${response.status} ${method} ${url}`)
      if (name !== '') variables.set(name, await readField(command, response))
    }
  }
  return told
}

/** What `| node -p '...'` takes of the answer. */
async function readField(command: string, response: Response): Promise<string> {
  const field = /\| node -p 'JSON\.parse\(fs\.readFileSync\(0\)\)\.(\w+)'\)$/.exec(command)?.[1] ?? ''
  return String(((await response.json()) as Readonly<Record<string, unknown>>)[field])
}

interface Sent {
  readonly method: string
  /** Empty where the line asks nobody. */
  readonly url: string
  readonly headers: Headers
  readonly body?: string
}

/** A command by the options that the examples use; another one is an error. */
function readCommand(command: string): Sent {
  const parts = readParts(/\bcurl (.*?)(?: \| .*| +# .*)?$/.exec(command)?.[1] ?? '')
  const valuesOf = (option: string): readonly string[] =>
    parts.filter((part) => part.option === option).map(({ value }) => value)
  const [url = '', ...others] = valuesOf('').filter((word) => word !== '-i' && word !== '-s')
  if (others.length > 0) throw new Error(`what does curl do with ${others.join(' ')}?`)
  const data = [...valuesOf('-d'), ...valuesOf('--json')]
  const method = valuesOf('-X')[0] ?? (data.length > 0 ? 'POST' : 'GET')
  return { method, url, headers: readHeaders(valuesOf), ...(data.length > 0 && { body: data.join('&') }) }
}

/** Options with their values, and under no name what stands alone. */
function readParts(line: string): readonly { readonly option: string; readonly value: string }[] {
  const parts = line.matchAll(/(?:(-[XHud]|--json) )?(?:'([^']*)'|"([^"]*)"|(\S+))/g)
  return [...parts].map(([, option = '', ...value]) => ({ option, value: value.join('') }))
}

function readHeaders(valuesOf: (option: string) => readonly string[]): Headers {
  const headers = new Headers()
  if (valuesOf('-d').length > 0) headers.set('content-type', 'application/x-www-form-urlencoded')
  if (valuesOf('--json').length > 0) headers.set('content-type', 'application/json')
  for (const credentials of valuesOf('-u')) headers.set('authorization', `Basic ${btoa(credentials)}`)
  for (const header of valuesOf('-H')) {
    const [name = '', ...value] = header.split(': ')
    headers.append(name, value.join(': '))
  }
  return headers
}
