import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../..', import.meta.url)

function startDemo(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const command = ['--import', 'tsx', '-C', '@scopegate/source', 'examples/demo/main.ts', ...args]
  return spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outcome(child: ChildProcess): Promise<{ code: number; output: string }> {
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)))
  const [code] = await once(child, 'close')
  return { code, output: output.join('') }
}

interface Description {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly apis: Readonly<Record<string, string>>
  readonly clients: readonly {
    readonly clientId: string
    readonly clientSecret: string
    readonly scope: string
  }[]
  readonly origins: readonly string[]
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the demo has no output')
  for await (const line of createInterface(child.stdout)) return line
  throw new Error('the demo ended without a line')
}

async function exchange(
  { tokenEndpoint }: Description,
  client: Description['clients'][number],
): Promise<string> {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope }),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

describe('the demo', () => {
  it('plays its table with --once and ends well', async () => {
    const { code, output } = await outcome(startDemo(['--once']))
    expect(output).not.toMatch(/^NO /m)
    expect(output.match(/^ok /gm)?.length).toBeGreaterThan(30)
    expect(code).toBe(0)
  })

  it('describes itself in one line with --json, and serves tokens and the API', async () => {
    const child = startDemo(['--json'], { SCOPEGATE_DEMO_TOKEN_TTL: '77' })
    try {
      const demo = JSON.parse(await firstLine(child)) as Description
      expect(Object.keys(demo)).toEqual([
        'issuer',
        'tokenEndpoint',
        'm2mTokenEndpoint',
        'apis',
        'clients',
        'origins',
      ])
      expect(demo.clients.map(({ scope }) => scope)).toEqual(['query', 'query write', 'query write delete'])
      for (const client of demo.clients) {
        const token = await exchange(demo, client)
        const { iat, exp } = JSON.parse(atob(token.split('.')[1] ?? '')) as { iat: number; exp: number }
        expect(exp - iat).toBe(77)
        for (const url of Object.values(demo.apis)) {
          const authorization = { authorization: `Bearer ${token}` }
          const read = await fetch(`${url}/v1/vps/map`, { headers: authorization })
          expect(await read.json()).toEqual({ handler: 'GET /v1/vps/map', clientId: client.clientId })
          const removal = await fetch(`${url}/v1/vps/map/x`, { method: 'DELETE', headers: authorization })
          expect(removal.status).toBe(client.scope.includes('delete') ? 200 : 403)
        }
      }
    } finally {
      child.kill()
      await once(child, 'close')
    }
  })

  it('prints nothing else to the program that runs it as the README says', async () => {
    const readme = await readFile(new URL('README.md', ROOT), 'utf8')
    const [program = '', ...args] = /`(npm start [^`]*--json)`/.exec(readme)?.[1]?.split(' ') ?? []
    // Not the installation that comes before it: other tests are running.
    const env = { ...process.env, npm_config_ignore_scripts: 'true' }
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      expect(JSON.parse(await firstLine(child))).toHaveProperty('tokenEndpoint')
    } finally {
      child.kill()
      await once(child, 'close')
    }
  })

  it('refuses arguments and settings it does not know', async () => {
    expect(await outcome(startDemo(['--twice']))).toEqual({
      code: 1,
      output: expect.stringContaining('usage:'),
    })
    const { code, output } = await outcome(startDemo(['--once'], { SCOPEGATE_DEMO_TOKEN_TTL: 'long' }))
    expect([code, output]).toEqual([1, expect.stringContaining('SCOPEGATE_DEMO_TOKEN_TTL')])
  })
})
