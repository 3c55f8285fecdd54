import { Hono } from 'hono'

/** The example's route without its gate: what a cold start costs anyway. */
const app = new Hono()
app.get('/v1/vps/map/:mapCode', (c) => c.text('ok'))

// biome-ignore lint/style/noDefaultExport: this is how a Worker says what it is
export default app
