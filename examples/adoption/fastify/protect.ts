import type { AccessToken, ResourceServer } from '@scopegate/core'
import type { onRequestHookHandler } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    auth: AccessToken | undefined
  }
}

/** An adapter of one's own: hand over the request as it came, write what is decided, go on only when it was allowed. */
export function protect(server: ResourceServer): onRequestHookHandler {
  const gate = server.protecting()
  return async function scopegate(request, reply) {
    const { method = '', url: target = '', rawHeaders } = request.raw
    const raw = { method, target, rawHeaders }
    const decision = gate.authorizeNow(raw) ?? (await gate.authorize(raw))
    for (const name of decision.headers.remove) reply.removeHeader(name)
    reply.headers(Object.fromEntries(decision.headers.set))
    for (const [name, value] of decision.headers.append) appendTo(reply, name, value)
    if (decision.allowed !== true) return await reply.code(decision.status).send(decision.body)
    request.auth = decision.token
  }
}

function appendTo(reply: Parameters<onRequestHookHandler>[1], name: string, value: string): void {
  const present = String(reply.getHeader(name) ?? '').split(/, */)
  reply.header(name, [...new Set([...present, value])].filter(Boolean).join(', '))
}
