import type { Example } from '@scopegate/example-harness'
import { type Metafold, startMetafold } from './metafold.ts'
import { METAFOLD_AUDIENCE } from './policy.ts'
import { createSteps } from './walk-through.ts'

/** Somebody else's issuer, tokens of a day that end with their client, routes that need no token for what is public. */
export const example: Example = {
  name: 'metafold',
  start: async ({ clock }) => {
    const metafold = await startMetafold({ now: clock.now })
    return {
      apis: metafold.apis,
      steps: async () => await createSteps(metafold),
      description: describe(metafold),
      curl: curlCommands(metafold),
      close: metafold.close,
    }
  },
}

function describe({ tenant, apis, designer, reader, neighbour }: Metafold): object {
  return {
    issuer: tenant.issuer.issuer,
    tokenEndpoint: tenant.tokenEndpoint,
    audience: METAFOLD_AUDIENCE,
    apis: Object.fromEntries(apis.map(({ framework, url }) => [framework, url])),
    clients: { designer, reader, neighbour },
    projects: { public: 'lattice', private: 'bracket' },
  }
}

function curlCommands({ tenant, apis, designer }: Metafold): string {
  const { clientId, clientSecret } = designer
  const fields = `-d grant_type=client_credentials -d audience=${METAFOLD_AUDIENCE}`
  const lines = apis.map(({ framework, url }) => {
    return `curl -i -H "Authorization: Bearer $TOKEN" ${url}/projects/bracket   # ${framework}`
  })
  return `TOKEN=$(curl -s ${fields} -d client_id=${clientId} -d client_secret=${clientSecret} ${tenant.tokenEndpoint} | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
${lines.join('\n')}`
}
