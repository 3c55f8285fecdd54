import {
  type BrowserProxySystem,
  PROXY_PATH,
  startBrowserProxySystem,
} from '@scopegate/example-browser-proxy'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchFrom, openPage, startBrowser, startSite, WITHOUT_BROWSER } from './page.ts'

const MAP = '/v1/vps/map'
let system: BrowserProxySystem
let browser: Browser

describe.skipIf(WITHOUT_BROWSER)(`the browser proxy${WITHOUT_BROWSER ? ` (${WITHOUT_BROWSER})` : ''}`, () => {
  beforeAll(async () => {
    system = await startBrowserProxySystem(Date.now)
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await system.close()
  })

  it('E5: its own page gets a token, reads with it and cannot create', async () => {
    const page = await browser.newPage()
    const handed = page.waitForResponse((response) => response.url() === system.proxy.url + PROXY_PATH)
    await page.goto(system.site.origin)
    const seen = `${await (await handed).text()} ${await page.content()}`
    await page.getByText('done').waitFor()
    const [first, ...rest] = ((await page.locator('#log').textContent()) ?? '').trim().split('\n')
    expect(first).toMatch(/^a token until 2\d{3}-.*Z$/)
    expect(rest).toEqual([`GET ${MAP}: 200`, `POST ${MAP}: 403`, 'done'])
    expect(seen).toContain('expiresOn')
    expect(seen).not.toContain(system.vendor.credential.clientSecret)
  })

  it.each(['express', 'koa', 'hono'] as const)('E5: the token works on %s', async (framework) => {
    const api = system.apis.find((one) => one.framework === framework)?.url ?? ''
    const page = await browser.newPage()
    await page.goto(system.site.origin)
    const { body = '' } = await fetchFrom(page, system.proxy.url + PROXY_PATH, { method: 'POST' })
    const { token } = JSON.parse(body) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    expect(await fetchFrom(page, api + MAP, { headers })).toMatchObject({ status: 200 })
    expect(await fetchFrom(page, api + MAP, { method: 'POST', headers })).toMatchObject({
      status: 403,
      body: expect.stringContaining('Insufficient scope'),
    })
  })

  it('E5: a page of another site gets nothing: neither a token, nor an answer with one', async () => {
    const site = await startSite()
    try {
      const page = await openPage(browser, site)
      const proxy = system.proxy.url + PROXY_PATH
      expect(await fetchFrom(page, proxy, { method: 'POST' })).toEqual({ error: expect.any(String) })
      const own = await browser.newPage()
      await own.goto(system.site.origin)
      const { body = '' } = await fetchFrom(own, proxy, { method: 'POST' })
      const { token } = JSON.parse(body) as { token: string }
      const headers = { authorization: `Bearer ${token}` }
      for (const { url } of system.apis)
        expect(await fetchFrom(page, url + MAP, { headers })).toEqual({ error: expect.any(String) })
    } finally {
      await site.close()
    }
  })
})
