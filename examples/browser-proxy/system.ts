import { createResourceServer } from '@scopegate/core'
import { type Api, type Listening, listen, startGatedApis } from '@scopegate/example-harness'
import { multisetPolicy } from '@scopegate/example-multiset'
import { ROUTES } from '@scopegate/example-multiset/routes.ts'
import { createProxy, PROXY_PATH } from './proxy.ts'
import { type Site, startSite } from './site.ts'
import { startVendor, type Vendor } from './vendor.ts'

/** The vendor and its API on every framework, the proxy, and the site whose pages it serves. */
export interface BrowserProxySystem {
  readonly vendor: Vendor
  readonly apis: readonly Api[]
  readonly proxy: Pick<Listening, 'port' | 'url'>
  readonly site: Site
  readonly close: () => Promise<void>
}

/** Starts everything. */
export async function startBrowserProxySystem(now: () => number): Promise<BrowserProxySystem> {
  const [site, proxy] = [await startSite(), await listen()]
  const { origin } = site
  const vendor = await startVendor(now, [origin])
  const { issuer, tokenEndpoint, credential } = vendor
  const sources = { issuer: issuer.issuer, secrets: issuer.secrets, origins: issuer.origins }
  const apis = await startGatedApis(() => createResourceServer(multisetPolicy(sources, now)), ROUTES)
  proxy.server.on('request', createProxy({ tokenEndpoint, credential, scope: 'query', origin, now }))
  site.serve({ proxy: proxy.url + PROXY_PATH, api: apis[0]?.url ?? '' })
  const parts = [site, proxy, vendor, ...apis]
  const close = async (): Promise<void> =>
    void (await Promise.all(parts.map(async (part) => await part.close())))
  return { vendor, apis, proxy, site, close }
}
