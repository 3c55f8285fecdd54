import {
  createGatedApi,
  type Example,
  type ExampleSettings,
  type Listening,
  listen,
} from '@scopegate/example-harness'
import { EXCHANGE_PATH } from './environment.ts'
import { ACME, type Frontegg, newAccessToken, newApiToken, startFrontegg } from './frontegg.ts'
import { createFronteggServer, FRONTEGG_ROUTES } from './policy.ts'
import type { AccessTokenOfMachine, ApiToken } from './requests.ts'
import { createSteps } from './walk-through.ts'

/** Five kinds of token on two headers, roles and permissions, live or from the token, and a second factor. */
export const example: Example = {
  name: 'frontegg',
  start: async ({ clock }) => {
    const frontegg = await startFrontegg({ now: clock.now })
    const monitored = await startMonitored(frontegg, clock)
    const machine = await newApiToken(frontegg, undefined, { roleIds: ['reader'] })
    const handed = await newAccessToken(frontegg, undefined, { roleIds: ['reader'] })
    return {
      apis: frontegg.apis,
      steps: async () => await createSteps(frontegg, monitored, clock),
      description: describe(frontegg, monitored, machine, handed),
      curl: curlCommands(frontegg, machine, handed),
      close: async () => {
        await Promise.all([frontegg.close(), monitored.close()])
      },
    }
  },
}

/** The same API once more, where the gate only says what it would have done. */
async function startMonitored({ identity }: Frontegg, { now }: ExampleSettings['clock']): Promise<Listening> {
  const gate = createFronteggServer({
    ...identity.profiles,
    mode: 'monitor',
    onDecision: () => undefined,
    now,
  })
  const listening = await listen()
  listening.server.on('request', await createGatedApi('hono', gate, FRONTEGG_ROUTES))
  return listening
}

function describe(
  { identity, apis, vendor }: Frontegg,
  monitored: Listening,
  machine: ApiToken,
  handed: AccessTokenOfMachine,
): object {
  return {
    issuer: identity.url,
    tokenEndpoint: identity.url + EXCHANGE_PATH,
    apis: Object.fromEntries(apis.map(({ framework, url }) => [framework, url])),
    monitored: monitored.url,
    vendor,
    apiToken: machine,
    accessToken: handed,
  }
}

function curlCommands({ identity, apis }: Frontegg, machine: ApiToken, handed: AccessTokenOfMachine): string {
  const target = `/tenants/${ACME}/orders`
  const lines = apis.flatMap(({ framework, url }) => [
    `curl -i -H "Authorization: Bearer $TOKEN" ${url}${target}   # ${framework}`,
    `curl -i -H "X-API-KEY: ${handed.secret}" ${url}${target}`,
  ])
  return `TOKEN=$(curl -s --json '${JSON.stringify(machine)}' ${identity.url}${EXCHANGE_PATH} | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
${lines.join('\n')}`
}
