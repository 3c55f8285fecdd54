import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { ResourceServer } from '@scopegate/core'
import { protect as protectExpress } from '@scopegate/express'
import { protect as protectHono } from '@scopegate/hono'
import { protect as protectKoa } from '@scopegate/koa'
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
}

const EXPRESS_5: ExpressFlavour = {
  express: express5,
  wildcards: { some: (path) => `${path}/*rest`, any: (path) => `${path}{/*rest}` },
}
const EXPRESS_4: ExpressFlavour = {
  express: express4,
  wildcards: { some: (path) => `${path}/*`, any: (path) => [path, `${path}/*`] },
}

const express =
  (flavour: ExpressFlavour): Build =>
  (plan, hooks, server) =>
    buildExpress(flavour, plan, hooks, server && protectExpress(server))

const koa =
  (KoaApp: typeof Koa3): Build =>
  (plan, hooks, server) =>
    listenerOf(buildKoa(KoaApp, plan, hooks, server && protectKoa(server)))

const hono: Build = (plan, hooks, server) =>
  getRequestListener(buildHono(plan, hooks, server && protectHono(server)).fetch) as RequestListener

export const FRAMEWORKS: readonly Framework[] = [
  { name: 'express', http2: false, listener: express(EXPRESS_5) },
  { name: 'express4', http2: false, listener: express(EXPRESS_4) },
  { name: 'koa', http2: false, listener: koa(Koa3) },
  { name: 'koa2', http2: false, listener: koa(Koa2) },
  { name: 'hono', http2: false, listener: hono },
  { name: 'koa-h2', http2: true, listener: koa(Koa3) },
  { name: 'hono-h2', http2: true, listener: hono },
]

/** The server a listener runs on. */
export function serverFor({ http2 }: Framework, listener: RequestListener): Server {
  return http2 ? createHttp2Server(listener as never) : createServer(listener)
}
