import { bearer, type Headers, type Step, sendRaw, step } from '@scopegate/example-harness'
import { PROXY_PATH } from './proxy.ts'
import type { BrowserProxySystem } from './system.ts'
import { LIFETIME } from './vendor.ts'

const MAP = '/v1/vps/map'

/** The whole walk-through; what a page does is sent by hand. */
export async function createSteps(system: BrowserProxySystem): Promise<readonly Step[]> {
  const { proxy, site } = system
  const fromPage: Headers = [['Origin', site.origin]]
  const fromElsewhere: Headers = [['Origin', 'https://evil.example']]
  const token = bearer(await handedToken(system))
  const ask = (what: string, method: string, headers: Headers, expected: string): Step => ({
    ...step(what, method, PROXY_PATH, headers, expected),
    port: proxy.port,
  })
  return [
    ask('a page asks for a token', 'POST', fromPage, '200 { token, expiresOn } for pages'),
    ask('a page of another site', 'POST', fromElsewhere, '403 The origin is not allowed'),
    ask('no page at all', 'POST', [], '403 The origin is not allowed'),
    step('reading with it', 'GET', MAP, [...token, ...fromPage], `200 GET ${MAP} for pages`),
    step(
      'creating, as the credential may',
      'POST',
      MAP,
      [...token, ...fromPage],
      '403 Insufficient scope permissions for this endpoint for pages',
    ),
    step(
      'on a page of another site',
      'GET',
      MAP,
      [...token, ...fromElsewhere],
      '403 The origin is not allowed',
    ),
    {
      ...step('five minutes later', 'GET', MAP, token, '401 The access token has expired'),
      clockAhead: LIFETIME,
    },
  ]
}

/** What the proxy hands to a page. */
export async function handedToken({ proxy, site }: BrowserProxySystem): Promise<string> {
  const headers: Headers = [['Origin', site.origin]]
  const { status, body } = await sendRaw(proxy.port, { method: 'POST', target: PROXY_PATH, headers })
  if (status === 200) return (JSON.parse(body) as { token: string }).token
  throw new Error(`the proxy answered ${status}`)
}
