import type { HttpBindings } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { LinearRouter } from 'hono/router/linear-router'
import { PatternRouter } from 'hono/router/pattern-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { type AppHooks, REQUEST_ID } from './app-hooks.ts'
import {
  type AppPlan,
  type Group,
  type Handler,
  isGroup,
  type Member,
  pathText,
  type RouterOptions,
} from './app-plan.ts'

type App = Hono<{ Bindings: HttpBindings }>

/** Builds a plan as a Hono app for Node. */
export function buildHono(plan: AppPlan, hooks: AppHooks, gate?: MiddlewareHandler): App {
  const app = createApp(plan.options)
  quiet(app)
  app.use('*', async (c, next) => {
    const { method = '', url = '', rawHeaders } = c.env.incoming
    hooks.arrived({ id: c.req.header(REQUEST_ID), method, target: url, rawHeaders })
    await next()
  })
  if (gate) app.use('*', gate)
  for (const member of plan.members) register(hooks, app, member, '')
  return app
}

function createApp({ strict, engine }: RouterOptions): App {
  return engine === 'smart' ? new Hono({ strict }) : new Hono({ strict, router: createEngine(engine) })
}

/** Some of Hono's routers fail at what another could match; it is answered 500. */
function quiet(app: App): void {
  app.onError((_, c) => c.body(null, 500))
}

type Routes = ConstructorParameters<typeof Hono>[0] extends infer O | undefined ? O : never
type Engine = NonNullable<NonNullable<Routes>['router']>

function createEngine(engine: RouterOptions['engine']): Engine {
  if (engine === 'trie') return new TrieRouter()
  const first: Engine = engine === 'linear' ? new LinearRouter() : new PatternRouter()
  return new SmartRouter({ routers: [first, new TrieRouter()] })
}

function register(hooks: AppHooks, app: App, member: Member, base: string): void {
  if (isGroup(member)) registerGroup(hooks, app, member, base)
  else registerHandler(hooks, app, member)
}

function registerGroup(hooks: AppHooks, app: App, group: Group, base: string): void {
  const path = pathText(group.path)
  const nested = group.kind === 'prefix' ? app.basePath(path) : createApp(group.options)
  for (const member of group.members) register(hooks, nested, member, base + path)
  if (group.kind === 'router') app.route(path, nested)
  if (group.kind !== 'app') return
  quiet(nested)
  app.mount(path, nested.fetch)
  hooks.mounted?.({ path: base + path, app: nested })
}

function registerHandler(hooks: AppHooks, app: App, handler: Handler): void {
  const wildcard = handler.wildcard !== 'none' || handler.method === 'USE'
  const path = pathText(wildcard ? [...handler.path, '*'] : handler.path)
  if (handler.method === 'USE') app.use(path, runs(hooks, handler))
  else if (handler.method === 'ALL') app.all(path, runs(hooks, handler))
  else app.on(handler.method, path, runs(hooks, handler))
}

function runs(hooks: AppHooks, { id, passes }: Handler): MiddlewareHandler {
  return async (c, next) => {
    hooks.ran(c.req.header(REQUEST_ID), id)
    if (!passes) return c.body(null, 200)
    await next()
    return undefined
  }
}
