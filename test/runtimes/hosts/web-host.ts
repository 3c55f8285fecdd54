import type { ExecutionContext } from 'hono'
import { createHonoApp } from '../../conformance/hono-app.ts'
import { RULES } from '../../conformance/policy.ts'
import { carryOut, serverOf } from './orders.ts'
import { CONTROL_PATH, type Setup } from './setup.ts'

/** The API on Hono for a runtime that serves Web requests, with the orders beside it. */
export type WebHost = (request: Request, env: unknown, context?: ExecutionContext) => Promise<Response>

/** Creates a host that serves nothing until it is told what. */
export function createWebHost(): WebHost {
  const ran: string[] = []
  let app: ReturnType<typeof createHonoApp> | undefined

  const obey = async (order: string, details: unknown): Promise<unknown> => {
    if (order === 'ran') return ran.splice(0)
    if (order !== 'start') return await carryOut(order, details)
    app = createHonoApp(serverOf(details as Setup), RULES, ran)
    return {}
  }
  return async (request, env, context) => {
    const [, order] = request.url.split(CONTROL_PATH)
    if (order === undefined) return (await app?.fetch(request, env as object, context)) ?? new Response()
    return Response.json(await obey(order, await request.json()))
  }
}
