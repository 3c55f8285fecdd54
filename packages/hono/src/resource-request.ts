import type { ResourceRequest } from '@scopegate/core'
import type { Context } from 'hono'

/** Node's own message, as @hono/node-server leaves it in the environment: the request before anything was normalised. */
interface IncomingMessage {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
}

/** The request as raw as the runtime has it. */
export function toResourceRequest(c: Context): ResourceRequest {
  const incoming = incomingOf(c)
  if (incoming) return { method: incoming.method, target: incoming.url, rawHeaders: incoming.rawHeaders }
  const { method, url, headers } = c.req.raw
  const waitUntil = waitUntilOf(c)
  return { method, url, rawHeaders: [...headers].flat(), ...(waitUntil && { waitUntil }) }
}

function incomingOf({ env }: Context): IncomingMessage | undefined {
  const incoming: IncomingMessage | undefined = env?.incoming
  return Array.isArray(incoming?.rawHeaders) ? incoming : undefined
}

function waitUntilOf(c: Context): ResourceRequest['waitUntil'] {
  try {
    const { executionCtx } = c
    return (work) => executionCtx.waitUntil(work)
  } catch {
    return undefined // the getter throws where the platform has no execution context
  }
}
