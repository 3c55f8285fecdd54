import type { Example } from '@scopegate/example-harness'
import { type Multiset, startMultiset } from './multiset.ts'
import { createSteps } from './walk-through.ts'

/** Client credentials for tokens of half an hour, a scope for each route, an allowlist of origins for each account. */
export const example: Example = {
  name: 'multiset',
  start: async ({ clock }) => {
    const multiset = await startMultiset({ now: clock.now })
    return {
      apis: multiset.apis,
      steps: async () => await createSteps(multiset),
      description: describe(multiset),
      curl: curlCommands(multiset),
      close: multiset.close,
    }
  },
}

function describe({ portal, apis, query, write, everything, foreign }: Multiset): object {
  return {
    tokenEndpoint: portal.tokenEndpoint,
    apis: Object.fromEntries(apis.map(({ framework, url }) => [framework, url])),
    credentials: [query, write, everything, foreign],
  }
}

function curlCommands({ portal, apis, query }: Multiset): string {
  const lines = apis.map(
    ({ framework, url }) => `curl -i -H "Authorization: Bearer $TOKEN" ${url}/v1/vps/map   # ${framework}`,
  )
  return `TOKEN=$(curl -s -X POST -u '${query.clientId}:${query.clientSecret}' ${portal.tokenEndpoint} | node -p 'JSON.parse(fs.readFileSync(0)).token')
${lines.join('\n')}`
}
