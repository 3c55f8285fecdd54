import { createTokenManager, type TokenManager } from '@scopegate/client'
import { Hono } from 'hono'

interface Bindings {
  readonly TOKEN_ENDPOINT: string
}

let manager: TokenManager | undefined

/** One for all requests of the isolate, as a Worker that calls an API would have it. */
function tokensOf({ TOKEN_ENDPOINT }: Bindings): TokenManager {
  const credentials = { clientId: 'reader', clientSecret: 'a-secret-of-sufficient-length' }
  manager ??= createTokenManager({ tokenEndpoint: TOKEN_ENDPOINT, credentials })
  return manager
}

const app = new Hono<{ Bindings: Bindings }>()
app.get('/health', (c) => c.text('ok'))
app.get('/v1/vps/map/:mapCode', async (c) => c.text(await tokensOf(c.env).token()))

// biome-ignore lint/style/noDefaultExport: this is how a Worker says what it is
export default app
