import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTokenIssuer } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { openPage, startBrowser, startSite, WITHOUT_BROWSER } from './page.ts'

async function bundleClient(): Promise<string> {
  const contents = ['', '/fetch', '/mint']
    .map((path) => `export * from '@scopegate/client${path}'`)
    .join('\n')
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    conditions: ['@scopegate/source'],
    format: 'iife',
    globalName: 'client',
    platform: 'browser',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

it.skipIf(WITHOUT_BROWSER)(
  `the client gets, keeps and sends tokens in a page, and mints none for management there${WITHOUT_BROWSER ? ` (${WITHOUT_BROWSER})` : ''}`,
  async () => {
    const [site, browser] = [await startSite(), await startBrowser()]
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const issuer = createTokenIssuer({ issuer: url, audience: 'https://api.example' })
    server.on('request', issuerListener(issuer))
    try {
      const account = await issuer.accounts.create({ verified: true, origins: [site.origin] })
      const created = await issuer.credentials.create({ account: account.id, name: 'web', scopes: ['query'] })
      const credentials = { clientId: created.credential.clientId, clientSecret: created.clientSecret }
      const page = await openPage(browser, site)
      await page.addScriptTag({ content: await bundleClient() })
      const options = JSON.stringify({ tokenEndpoint: `${url}/oauth/token`, credentials })
      const seen = await page.evaluate(`(async () => {
        const tokens = client.createTokenManager(${options})
        const [one, other] = await Promise.all([tokens.token(), tokens.token()])
        const minted = await client
          .mintToken(client.managementToken, { secret: 'x'.repeat(32), claims: { access_key: 'k' } })
          .then(() => 'minted', (error) => error.name)
        return { same: one === other, shown: JSON.stringify(tokens), minted, segments: one.split('.').length }
      })()`)
      expect(seen).toEqual({
        same: true,
        shown: expect.not.stringContaining(credentials.clientSecret),
        minted: 'ConfigurationError',
        segments: 3,
      })
    } finally {
      await browser.close()
      server.close()
      server.closeAllConnections()
      await site.close()
    }
  },
)
