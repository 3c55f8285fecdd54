import type { ResourceServer, RouteRule } from '@scopegate/core'
import { protect } from '@scopegate/hono'
import { Hono } from 'hono'
import { literalsFirst, nameOf } from './rule-order.ts'

/** The API of a policy on Hono, wherever Hono runs: a handler for every rule, which tells `ran` and says so. */
export function createHonoApp(server: ResourceServer, rules: readonly RouteRule[], ran: string[]): Hono {
  const app = new Hono()
  app.use(protect(server))
  for (const rule of literalsFirst(rules)) {
    const method = rule.method === '*' ? [] : [String(rule.method)]
    app.on(
      method.length > 0 ? method : ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      rule.path,
      (c) => {
        ran.push(nameOf(rule))
        return c.json({ handler: nameOf(rule) })
      },
    )
  }
  return app
}
