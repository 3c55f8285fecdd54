import { accessToken, protect, type Variables } from '@scopegate/hono'
import { Hono } from 'hono'
import type { Bindings } from './bindings.ts'
import { createServer } from './server.ts'

const app = new Hono<{ Bindings: Bindings; Variables: Variables }>()
app.use(protect((c) => createServer(c.env)))
app.get('/health', (c) => c.json({ ok: true }))
app.get('/v1/vps/map/:mapCode', (c) => c.json({ clientId: accessToken(c).clientId }))

// biome-ignore lint/style/noDefaultExport: this is how a Worker says what it is
export default app
