import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTokenIssuer, multisetDialect } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'
import { expect, it } from 'vitest'
import { openPage, startBrowser, startSite, WITHOUT_BROWSER } from './page.ts'

/** The vendor's own sample, where its documents are at hand; else one that sends the same request. */
async function sample(): Promise<string> {
  const document = new URL('../../../shared/seeds/000_949b836ca2913092.txt', import.meta.url)
  const text = await readFile(document, 'utf8').catch(() => '')
  return /```javascript\n(async function generateToken[\s\S]*?\n})/.exec(text)?.[1] ?? OWN_SAMPLE
}

const ADDRESS = 'https://api.multiset.ai/v1/m2m/token'
const OWN_SAMPLE = `async function generateToken(id, secret) {
  const headers = { Authorization: 'Basic ' + btoa(id + ':' + secret), 'Content-Type': 'application/json' }
  const body = JSON.stringify({ clientId: id, clientSecret: secret })
  return await (await fetch('${ADDRESS}', { method: 'POST', headers, body })).json()
}`

it.skipIf(WITHOUT_BROWSER)(
  `the browser sample gets its token from a page of an allowed origin only${WITHOUT_BROWSER ? ` (${WITHOUT_BROWSER})` : ''}`,
  async () => {
    const [allowed, refused, browser] = [await startSite(), await startSite(), await startBrowser()]
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const path = '/v1/m2m/token'
    const issuer = createTokenIssuer({
      issuer: url,
      audience: 'https://api.example',
      endpoints: [{ path, dialect: multisetDialect }],
    })
    server.on('request', issuerListener(issuer))
    try {
      const account = await issuer.accounts.create({ verified: true, origins: [allowed.origin] })
      const { credential, clientSecret } = await issuer.credentials.create({
        account: account.id,
        name: 'web',
        scopes: ['query'],
      })
      const code = (await sample()).replaceAll(ADDRESS, `${url}${path}`)
      const call = `(${code})('${credential.clientId}', '${clientSecret}')`
      const answer = (await (await openPage(browser, allowed)).evaluate(call)) as {
        token: string
        expiresOn: string
      }
      expect(answer).toEqual({
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        expiresOn: expect.stringMatching(/Z$/),
      })
      expect(Math.abs(Date.parse(answer.expiresOn) - Date.now() - 1_800_000)).toBeLessThan(60_000)
      await expect((await openPage(browser, refused)).evaluate(call)).rejects.toThrow(/Failed to fetch/)
    } finally {
      await browser.close()
      server.close()
      server.closeAllConnections()
      await Promise.all([allowed.close(), refused.close()])
    }
  },
)
