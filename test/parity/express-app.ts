import type { RequestListener } from 'node:http'
import type express from 'express'
import type { Express, Request, RequestHandler, Router } from 'express'
import { type AppHooks, REQUEST_ID } from './app-hooks.ts'
import { type AppPlan, type Group, type Handler, isGroup, type Member, pathText } from './app-plan.ts'

/** Express 4 or 5, and how it spells a final wildcard. */
export interface ExpressFlavour {
  readonly express: typeof express
  readonly wildcards: Readonly<Record<'some' | 'any', (path: string) => string>>
}

/** Builds a plan as an Express app. */
export function buildExpress(
  flavour: ExpressFlavour,
  plan: AppPlan,
  hooks: AppHooks,
  gate?: RequestHandler,
): RequestListener & Express {
  const app = createApp(flavour, plan)
  app.use(({ originalUrl, method, rawHeaders, headers }, _, next) => {
    hooks.arrived({ id: idOf(headers[REQUEST_ID]), method, target: originalUrl, rawHeaders })
    next()
  })
  if (gate) app.use(gate)
  register({ flavour, hooks, base: '' }, app, plan.members)
  return app
}

interface Building {
  readonly flavour: ExpressFlavour
  readonly hooks: AppHooks
  /** The full path that the router being filled is mounted on. */
  readonly base: string
}

function createApp({ express }: ExpressFlavour, { options }: Pick<AppPlan, 'options'>): Express {
  const app = express()
  app.set('env', 'test')
  app.set('case sensitive routing', options.caseSensitive)
  app.set('strict routing', options.strict)
  return app
}

function register(building: Building, router: Router, members: readonly Member[], prefix = ''): void {
  for (const member of members) {
    if (isGroup(member)) registerGroup(building, router, member, prefix)
    else registerHandler(building, router, member, prefix)
  }
}

function registerGroup(building: Building, router: Router, group: Group, prefix: string): void {
  const path = prefix + pathText(group.path)
  if (group.kind === 'prefix') register(building, router, group.members, path)
  else mount(building, router, group, path)
}

function mount(building: Building, router: Router, group: Group, path: string): void {
  const nested = group.kind === 'app' ? createApp(building.flavour, group) : createRouter(building, group)
  const base = building.base + path
  register({ ...building, base }, nested, group.members)
  router.use(path, nested)
  if (group.kind === 'app') building.hooks.mounted?.({ path: base, app: nested })
}

function createRouter({ flavour }: Building, { options }: Group): Router {
  const { caseSensitive, strict } = options
  return flavour.express.Router({ caseSensitive, strict, mergeParams: strict })
}

function registerHandler(building: Building, router: Router, handler: Handler, prefix: string): void {
  const path = handler.path.length === 0 ? prefix || '/' : prefix + pathText(handler.path)
  const pattern = handler.wildcard === 'none' ? path : building.flavour.wildcards[handler.wildcard](path)
  const verb = handler.method.toLowerCase() as 'get'
  router[verb](pattern, runs(building.hooks, handler))
}

function runs(hooks: AppHooks, { id, passes }: Handler): RequestHandler {
  return (request: Request, response, next) => {
    hooks.ran(idOf(request.headers[REQUEST_ID]), id)
    if (passes) next()
    else response.end()
  }
}

function idOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
