import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Answer,
  type ReceivedRequest,
  startServer,
  type TestServer,
} from '../unit/client/token-endpoint.ts'
import { readSnippets } from './readme-snippets.ts'
import { runSnippet } from './run-snippet.ts'

const snippets = await readSnippets('packages/client/README.md')
const basic = `Basic ${btoa('reader:what+is+in+your+vault')}`

let server: TestServer

/** The issuer and the API of the snippets, at one address. */
function answer({ url, headers, body }: ReceivedRequest): Answer {
  const asOAuth = url === '/oauth/token' && headers.authorization === basic
  const asDialect = url === '/identity/token' && JSON.parse(body).secret === 'what is in your vault'
  if (asOAuth || asDialect) return { body: { access_token: 'token-1', expires_in: 3600 } }
  return { status: url === '/v1/maps' && headers.authorization === 'Bearer token-1' ? 200 : 401 }
}

beforeAll(async () => {
  server = await startServer(answer)
})
afterAll(() => server.close())

it.each(snippets.map(({ name, code }) => [name, code]))(
  'the snippet "%s" prints what it says',
  async (_, code) => {
    const [, promised = ''] = /console\.log\(.*\/\/ (.*)\n/.exec(code) ?? []
    const here = code.replaceAll(/https:\/\/(issuer|api)\.example/g, server.origin)
    expect((await runSnippet(here)).trim()).toBe(promised)
  },
)

it('there are three of them, each with a promise', () => {
  expect(snippets.filter(({ code }) => /console\.log\(.*\/\/ /.test(code)).map(({ name }) => name)).toEqual([
    'call',
    'dialect',
    'mint',
  ])
})
