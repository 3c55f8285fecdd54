import { createResourceServer } from '@scopegate/core'
import { createTestIssuer } from '@scopegate/core/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTS, type Host } from '../conformance/hosts.ts'
import { fetchFrom, openPage, type Site, startBrowser, startSite, WITHOUT_BROWSER } from './page.ts'

const ROUTES = [
  { method: 'GET', path: '/health', access: 'public' },
  { method: 'GET', path: '/maps', scopes: 'query' },
  { method: 'PUT', path: '/maps', scopes: 'write' },
] as const

describe.skipIf(WITHOUT_BROWSER)(
  `CORS in a real browser${WITHOUT_BROWSER ? ` (${WITHOUT_BROWSER})` : ''}`,
  () => {
    let browser: Browser
    let allowed: Site
    let refused: Site
    let good: Page
    let evil: Page
    beforeAll(async () => {
      browser = await startBrowser()
      allowed = await startSite()
      refused = await startSite()
      good = await openPage(browser, allowed)
      evil = await openPage(browser, refused)
    })
    afterAll(async () => {
      await browser.close()
      await Promise.all([allowed.close(), refused.close()])
    })

    describe.each(Object.entries(HOSTS))('%s', (_, start) => {
      let host: Host
      let url: string
      const issued = createTestIssuer()
      const bearer = async (scope: string): Promise<{ headers: Record<string, string> }> => ({
        headers: { authorization: `Bearer ${await (await issued).mintToken({ scope })}` },
      })
      beforeAll(async () => {
        const { issuer, audience, jwks: keys } = await issued
        const server = createResourceServer({
          issuer,
          audience,
          keys,
          routes: ROUTES,
          origins: [allowed.origin],
        })
        host = await start(server, ROUTES)
        url = `http://127.0.0.1:${host.port}`
      })
      afterAll(async () => await host.close())

      it('lets a page of an allowed origin read a simple request', async () => {
        expect(await fetchFrom(good, `${url}/health`)).toMatchObject({ status: 200 })
      })
      it('lets it send a preflighted request with a token', async () => {
        expect(await fetchFrom(good, `${url}/maps`, await bearer('query'))).toMatchObject({ status: 200 })
        const put = { method: 'PUT', ...(await bearer('write')) }
        expect(await fetchFrom(good, `${url}/maps`, put)).toMatchObject({ status: 200 })
        expect(host.ran.slice(-2)).toEqual(['GET /maps', 'PUT /maps'])
      })
      it('lets it read a 401 with its challenge', async () => {
        const seen = await fetchFrom(good, `${url}/maps`, { headers: { authorization: 'Bearer a.b.c' } })
        expect(seen).toMatchObject({
          status: 401,
          challenge: expect.stringContaining('error="invalid_token"'),
        })
        expect(JSON.parse(seen.body ?? '')).toMatchObject({ error: 'invalid_token' })
      })
      it('lets it read a 403 with the scope that is required', async () => {
        const seen = await fetchFrom(good, `${url}/maps`, await bearer('other'))
        expect(seen).toMatchObject({ status: 403, challenge: expect.stringContaining('scope="query"') })
      })
      it('shows a page of another origin nothing, and runs no handler for it', async () => {
        const before = host.ran.length
        const nothing = { error: expect.stringContaining('Failed to fetch') }
        expect(await fetchFrom(evil, `${url}/maps`, await bearer('query'))).toEqual(nothing)
        expect(await fetchFrom(evil, `${url}/maps`, { method: 'PUT', ...(await bearer('write')) })).toEqual(
          nothing,
        )
        expect(await fetchFrom(evil, `${url}/maps`)).toEqual(nothing)
        expect(host.ran.length).toBe(before)
      })
      it('does not let a method through that no rule has', async () => {
        const seen = await fetchFrom(good, `${url}/maps`, { method: 'DELETE', ...(await bearer('write')) })
        expect(seen).toEqual({ error: expect.stringContaining('Failed to fetch') })
      })
    })
  },
)
