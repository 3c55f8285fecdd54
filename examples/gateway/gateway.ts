import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { ResourceServer } from '@scopegate/core'
import { optionalAccessToken, protect, type Variables } from '@scopegate/hono'
import { type Context, Hono } from 'hono'
import { proxy } from 'hono/proxy'
import { identityHeaders, stripInbound } from './identity-headers.ts'

type Env = { Bindings: HttpBindings; Variables: Variables }

/** How long the upstream may take to begin its answer, in milliseconds. */
const PATIENCE = 10_000

/** The gate first; whatever it lets through goes on to the upstream, and nothing else does. */
export function createGateway(
  server: ResourceServer,
  upstream: string,
): ReturnType<typeof getRequestListener> {
  const app = new Hono<Env>()
  app.use(protect(server))
  app.all('*', async (c) => await forward(c, upstream))
  return getRequestListener(app.fetch)
}

/**
 * Sends the very target that was judged. Redirects are handed back and not followed: where they lead was judged by nobody.
 */
async function forward(c: Context<Env>, upstream: string): Promise<Response> {
  const headers = stripInbound(c.req.raw.headers)
  for (const [name, value] of Object.entries(identityHeaders(optionalAccessToken(c))))
    headers.set(name, value)
  try {
    return await proxy(upstream + c.env.incoming.url, {
      raw: new Request(c.req.raw, { headers }),
      redirect: 'manual',
      signal: AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(PATIENCE)]),
    })
  } catch {
    return c.json({ error: 'bad_gateway' }, 502)
  }
}
