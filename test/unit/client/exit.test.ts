import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from './token-endpoint.ts'

const run = promisify(execFile)
const flags = [
  '--import',
  'tsx',
  '-C',
  '@scopegate/source',
  '--unhandled-rejections=strict',
  '--input-type=module',
]

describe('a process that uses a token manager', () => {
  let server: TestServer

  beforeEach(async () => {
    server = await startServer((_, n) =>
      n === 1 ? { body: { access_token: 'token', expires_in: 3600 } } : { status: 503 },
    )
  })
  afterEach(() => server.close())

  /** Runs a script with `tokens`, a manager whose clock is `clock.now`, and gives back what it prints. */
  async function runScript(script: string): Promise<string> {
    const code = `
      import { createTokenManager } from '@scopegate/client'
      const clock = { now: 0 }
      const credentials = { clientId: 'reader', clientSecret: 'secret' }
      const tokens = createTokenManager({ tokenEndpoint: '${server.url}', credentials, now: () => clock.now })
      ${script}`
    const { stdout } = await run(process.execPath, [...flags, '--eval', code], { cwd: import.meta.dirname })
    return stdout
  }

  it('ends when its work is done, though the token is good for an hour', async () => {
    expect(
      await runScript(
        `console.log(await tokens.token(), process.getActiveResourcesInfo().includes('Timeout'))`,
      ),
    ).toBe('token false\n')
  })

  it('outlives a refresh that fails in the background', async () => {
    expect(
      await runScript(`await tokens.token(); clock.now = 3_000_000; console.log(await tokens.token())`),
    ).toBe('token\n')
    expect(server.received).toHaveLength(2)
  })
})
