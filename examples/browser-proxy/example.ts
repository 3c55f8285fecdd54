import type { Example } from '@scopegate/example-harness'
import { PROXY_PATH } from './proxy.ts'
import { type BrowserProxySystem, startBrowserProxySystem } from './system.ts'
import { createSteps } from './walk-through.ts'

/** A backend that keeps the secret and hands pages a token that can do little, for a few minutes. */
export const example: Example = {
  name: 'browser-proxy',
  start: async ({ clock }) => {
    const system = await startBrowserProxySystem(clock.now)
    return {
      apis: system.apis,
      steps: async () => await createSteps(system),
      description: describe(system),
      curl: curlCommands(system),
      close: system.close,
    }
  },
}

function describe({ vendor, apis, proxy, site }: BrowserProxySystem): object {
  return {
    tokenEndpoint: vendor.tokenEndpoint,
    credential: vendor.credential,
    proxy: proxy.url + PROXY_PATH,
    site: site.origin,
    apis: Object.fromEntries(apis.map(({ framework, url }) => [framework, url])),
  }
}

function curlCommands({ apis, proxy, site }: BrowserProxySystem): string {
  const lines = apis.map(
    ({ framework, url }) => `curl -i -H "Authorization: Bearer $TOKEN" ${url}/v1/vps/map   # ${framework}`,
  )
  return `Open ${site.origin} in a browser, or do as its page does:

TOKEN=$(curl -s -X POST -H 'Origin: ${site.origin}' ${proxy.url}${PROXY_PATH} | node -p 'JSON.parse(fs.readFileSync(0)).token')
${lines.join('\n')}`
}
