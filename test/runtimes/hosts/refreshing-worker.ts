import { createResourceServer, type JsonWebKeySet, type ResourceServer } from '@scopegate/core'
import { protect } from '@scopegate/hono'
import { Hono } from 'hono'

interface Bindings {
  readonly ISSUER: string
  readonly AUDIENCE: string
  readonly JWKS_URL: string
  readonly INITIAL_KEYS: JsonWebKeySet
}

const createServer = ({ ISSUER, AUDIENCE, JWKS_URL, INITIAL_KEYS }: Bindings): ResourceServer =>
  createResourceServer({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUri: JWKS_URL,
    initialKeys: INITIAL_KEYS,
    routes: [
      { method: 'GET', path: '/health', access: 'public' },
      { method: 'GET', path: '/v1/vps/map/:mapCode', scopes: 'query' },
    ],
  })

/** A Worker that has keys to begin with, so that the first fetch of them runs behind a request that is answered. */
const app = new Hono<{ Bindings: Bindings }>()
app.use(protect((c) => createServer(c.env)))
app.get('/health', (c) => c.text('ok'))
app.get('/v1/vps/map/:mapCode', (c) => c.text('ok'))

// biome-ignore lint/style/noDefaultExport: this is how a Worker says what it is
export default app
