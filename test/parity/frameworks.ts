import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { ResourceServer } from '@scopegate/core'
import type { CoverageOptions, MountedApp } from '@scopegate/core/coverage'
import { protect as protectExpress } from '@scopegate/express'
import { assertRoutesCovered as coverageOfExpress } from '@scopegate/express/coverage'
import { protect as protectHono } from '@scopegate/hono'
import { assertRoutesCovered as coverageOfHono } from '@scopegate/hono/coverage'
import { protect as protectKoa } from '@scopegate/koa'
import { assertRoutesCovered as coverageOfKoa } from '@scopegate/koa/coverage'
import express5 from 'express'
import express4 from 'express4'
import Koa3 from 'koa'
import Koa2 from 'koa2'
import type { AppHooks } from './app-hooks.ts'
import type { AppPlan } from './app-plan.ts'
import { buildExpress, type ExpressFlavour } from './express-app.ts'
import { buildHono } from './hono-app.ts'
import { buildKoa, listenerOf } from './koa-app.ts'

type Build = (plan: AppPlan, hooks: AppHooks, server?: ResourceServer) => RequestListener

/** A framework on a protocol: everything the fuzzer runs through. */
export interface Framework {
  readonly name: string
  readonly http2: boolean
  /** The app of a plan, behind the gate of a server if there is one. */
  readonly listener: Build
  /** The adapter's coverage check on the app of a plan. */
  readonly check: (plan: AppPlan) => CheckCoverage
}

/** Compares an app with the rules of a server. */
export type CheckCoverage = (server: ResourceServer) => Promise<unknown>

const EXPRESS_5: ExpressFlavour = {
  express: express5,
  wildcards: { some: (path) => `${path}/*rest`, any: (path) => `${path}{/*rest}` },
}
/** It has no wildcard for zero segments but `use`. */
const EXPRESS_4: ExpressFlavour = {
  express: express4,
  wildcards: { some: (path) => `${path}/*`, any: (path) => `${path}/*` },
}

const express = (flavour: ExpressFlavour): Pick<Framework, 'listener' | 'check'> => ({
  listener: (plan, hooks, server) => buildExpress(flavour, plan, hooks, server && protectExpress(server)),
  check: (plan) => {
    const [hooks, options] = collectMounts(plan)
    const app = buildExpress(flavour, plan, hooks)
    return (server) => coverageOfExpress(app, server, options)
  },
})

const koa = (KoaApp: typeof Koa3): Pick<Framework, 'listener' | 'check'> => ({
  listener: (plan, hooks, server) => listenerOf(buildKoa(KoaApp, plan, hooks, server && protectKoa(server))),
  check: (plan) => {
    const app = buildKoa(KoaApp, plan, collectMounts(plan)[0])
    return (server) => coverageOfKoa(app, server)
  },
})

const hono: Pick<Framework, 'listener' | 'check'> = {
  listener: (plan, hooks, server) =>
    getRequestListener(buildHono(plan, hooks, server && protectHono(server)).fetch) as RequestListener,
  check: (plan) => {
    const [hooks, options] = collectMounts(plan)
    const app = buildHono(plan, hooks)
    return (server) => coverageOfHono(app, server, options)
  },
}

/** Hooks for an app that serves nobody, and the apps mounted in it; strict apps keep theirs to themselves. */
function collectMounts({ options: { strict } }: AppPlan): [AppHooks, CoverageOptions] {
  const mounts: MountedApp[] = []
  const hooks: AppHooks = {
    arrived: () => undefined,
    ran: (_, handler) => {
      throw new Error(`the coverage check ran handler #${handler}`)
    },
    mounted: (mount) => void (strict || mounts.push(mount)),
  }
  return [hooks, { mounts }]
}

export const FRAMEWORKS: readonly Framework[] = [
  { name: 'express', http2: false, ...express(EXPRESS_5) },
  { name: 'express4', http2: false, ...express(EXPRESS_4) },
  { name: 'koa', http2: false, ...koa(Koa3) },
  { name: 'koa2', http2: false, ...koa(Koa2) },
  { name: 'hono', http2: false, ...hono },
  { name: 'koa-h2', http2: true, ...koa(Koa3) },
  { name: 'hono-h2', http2: true, ...hono },
]

/** The server a listener runs on. */
export function serverFor({ http2 }: Framework, listener: RequestListener): Server {
  return http2 ? createHttp2Server(listener as never) : createServer(listener)
}
