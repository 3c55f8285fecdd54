import { createFakeClock, createTestIssuer, startKeySetServer, type TestKey } from '@scopegate/core/testing'
import { createMetafoldServer, METAFOLD_ROUTES } from '@scopegate/example-metafold'
import { describeNegatives } from './negative-table.ts'

describeNegatives('metafold', async () => {
  const clock = createFakeClock()
  const issuer = await createTestIssuer({ algorithm: 'RS256', now: clock.now })
  const keySet = await startKeySetServer(issuer)
  issuer.identifyAs(`${keySet.url}/`)
  return {
    clock,
    routes: METAFOLD_ROUTES,
    target: '/projects',
    key: issuer.keys[0] as TestKey,
    claims: {
      iss: issuer.issuer,
      sub: 'client@clients',
      azp: 'client',
      aud: ['https://api.metafold.example', 'https://tenant.example/userinfo'],
      scope: 'projects:read',
    },
    granting: ['scope'],
    createServer: () =>
      createMetafoldServer({ issuer: issuer.issuer, status: { isActive: async () => true }, now: clock.now }),
    close: keySet.close,
  }
})
