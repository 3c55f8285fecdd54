import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Router } from '@koa/router'
import type { ResourceServer, RouteRule } from '@scopegate/core'
import { protect as protectExpress } from '@scopegate/express'
import { protect as protectKoa } from '@scopegate/koa'
import express from 'express'
import Koa from 'koa'
import { createHonoApp } from './hono-app.ts'
import { literalsFirst, nameOf } from './rule-order.ts'

/** The API of a policy on one framework: a handler for every rule, which says so. */
export interface Host {
  readonly port: number
  /** The handlers that ran, in order. */
  readonly ran: readonly string[]
  close(): Promise<void>
}

/** Starts the API behind the gate on loopback. */
export type StartHost = (server: ResourceServer, rules: readonly RouteRule[]) => Promise<Host>

function startExpress(server: ResourceServer, rules: readonly RouteRule[]): Promise<Host> {
  const ran: string[] = []
  const app = express()
  app.use(protectExpress(server))
  for (const rule of literalsFirst(rules)) {
    const method = rule.method === '*' ? 'all' : (String(rule.method).toLowerCase() as 'get')
    app[method](rule.path.replace('/*', '{/*rest}'), (_req, res) => {
      ran.push(nameOf(rule))
      res.json({ handler: nameOf(rule) })
    })
  }
  return listening(app.listen(0, '127.0.0.1'), ran)
}

function startKoa(server: ResourceServer, rules: readonly RouteRule[]): Promise<Host> {
  const ran: string[] = []
  const router = new Router()
  for (const rule of literalsFirst(rules)) {
    const method = rule.method === '*' ? 'all' : (String(rule.method).toLowerCase() as 'get')
    router[method](rule.path.replace('/*', '{/*rest}'), (ctx) => {
      ran.push(nameOf(rule))
      ctx.body = { handler: nameOf(rule) }
    })
  }
  const app = new Koa()
  app.use(protectKoa(server)).use(router.routes())
  return listening(app.listen(0, '127.0.0.1'), ran)
}

function startHono(server: ResourceServer, rules: readonly RouteRule[]): Promise<Host> {
  const ran: string[] = []
  const { fetch } = createHonoApp(server, rules, ran)
  return listening(serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server, ran)
}

async function listening(server: Server, ran: readonly string[]): Promise<Host> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, ran, close }
}

/** The frameworks under test. */
export const HOSTS: Readonly<Record<string, StartHost>> = {
  express: startExpress,
  koa: startKoa,
  hono: startHono,
}
