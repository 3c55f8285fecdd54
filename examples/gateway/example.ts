import type { Example } from '@scopegate/example-harness'
import { type GatewaySystem, startGatewaySystem } from './system.ts'
import { createSteps } from './walk-through.ts'

/** The gate in front of an API that is somewhere else and judges nothing itself. */
export const example: Example = {
  name: 'gateway',
  start: async ({ clock }) => {
    const system = await startGatewaySystem(clock.now)
    return {
      apis: [system.gateway],
      steps: async () => await createSteps(system),
      description: describe(system),
      curl: curlCommands(system),
      close: system.close,
    }
  },
}

function describe({ tokenEndpoint, gateway, upstream, reader, admin }: GatewaySystem): object {
  return { tokenEndpoint, apis: { hono: gateway.url }, upstream: upstream.url, clients: { reader, admin } }
}

function curlCommands({ tokenEndpoint, gateway, reader }: GatewaySystem): string {
  const { clientId, clientSecret } = reader
  return `TOKEN=$(curl -s -u '${clientId}:${clientSecret}' -d grant_type=client_credentials ${tokenEndpoint} | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
curl -i -H "Authorization: Bearer $TOKEN" ${gateway.url}/reports
curl -i -H "Authorization: Bearer $TOKEN" -H 'X-Client-Id: root' ${gateway.url}/reports`
}
