import type { RequestListener } from 'node:http'
import Router from '@koa/router'
import type Koa from 'koa'
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

/** Builds a plan as a Koa app: routers one after the other, or nested. */
export function buildKoa(KoaApp: typeof Koa, plan: AppPlan, hooks: AppHooks, gate?: Koa.Middleware): Koa {
  const app = new KoaApp()
  app.silent = true
  app.use(async (ctx, next) => {
    const { method, rawHeaders } = ctx.req
    hooks.arrived({ id: ctx.get(REQUEST_ID), method: method ?? '', target: ctx.originalUrl, rawHeaders })
    await next()
  })
  if (gate) app.use(gate)
  mount(app, hooks, plan)
  return app
}

/** Groups of kind `app` on the outermost level get a router of their own, in the order of registration. */
function mount(app: Koa, hooks: AppHooks, { members, options }: AppPlan): void {
  let router = new Router(routerOptions(options))
  for (const member of members) {
    if (!isGroup(member) || member.kind !== 'app') {
      register(hooks, router, member)
      continue
    }
    app.use(router.routes())
    app.use(createRouter(hooks, member, pathText(member.path)).routes())
    router = new Router(routerOptions(options))
  }
  app.use(router.routes())
}

function createRouter(hooks: AppHooks, group: Group, prefix?: string): Router {
  const options = routerOptions(group.options)
  const router = new Router(prefix === undefined ? options : { ...options, prefix })
  for (const member of group.members) register(hooks, router, member)
  return router
}

function register(hooks: AppHooks, router: Router, member: Member): void {
  if (!isGroup(member)) registerHandler(hooks, router, member)
  else if (member.kind === 'router') router.use(pathText(member.path), createRouter(hooks, member).routes())
  else router.use(prefixed(hooks, member).routes())
}

/** A prefix can be there from the start or come when all is registered. */
function prefixed(hooks: AppHooks, group: Group): Router {
  const path = pathText(group.path)
  return group.kind === 'app' ? createRouter(hooks, group, path) : createRouter(hooks, group).prefix(path)
}

function registerHandler(hooks: AppHooks, router: Router, handler: Handler): void {
  const path = pathText(handler.path)
  const pattern = handler.wildcard === 'none' ? path : wildcards[handler.wildcard](path)
  const verb = handler.method.toLowerCase() as 'get'
  router[verb](pattern, runs(hooks, handler))
}

const wildcards = {
  some: (path: string): string => `${path}/*rest`,
  any: (path: string): string => `${path}{/*rest}`,
}

function runs(hooks: AppHooks, { id, passes }: Handler): Koa.Middleware {
  return async (ctx, next) => {
    hooks.ran(ctx.get(REQUEST_ID), id)
    if (passes) await next()
    else ctx.status = 200
  }
}

function routerOptions({ caseSensitive, strict, exclusive }: RouterOptions): {
  sensitive: boolean
  strict: boolean
  exclusive: boolean
} {
  return { sensitive: caseSensitive, strict, exclusive: exclusive as boolean }
}

/** What a server calls. */
export function listenerOf(app: Koa): RequestListener {
  return app.callback() as RequestListener
}
