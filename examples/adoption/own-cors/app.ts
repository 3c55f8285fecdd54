import { createResourceServer, type RouteRule, type TokenProfileOptions } from '@scopegate/core'
import { protect } from '@scopegate/express'
import cors from 'cors'
import express, { type Express } from 'express'

const origins = ['https://app.example']
const routes: readonly RouteRule[] = [{ method: 'GET', path: '/maps', scopes: 'query' }]

/**
 * First step: the app keeps the `cors()` it has, mounted before the gate. Without `origins` the gate leaves CORS alone and
 * judges no origin; `cors()` answers preflights, and its headers stay on what the gate refuses, so that pages can read it.
 */
export function besideCors(tokens: TokenProfileOptions): Express {
  const server = createResourceServer({ tokens: [tokens], routes })
  return withRoutes(express().use(cors({ origin: origins }), protect(server)))
}

/**
 * Second step: `origins` take the place of `cors()`. Preflights are answered from the route table, a token from a page that
 * is not listed is refused with 403, and nobody has to keep methods and headers in step by hand.
 */
export function insteadOfCors(tokens: TokenProfileOptions): Express {
  const server = createResourceServer({ tokens: [tokens], routes, origins })
  return withRoutes(express().use(protect(server)))
}

function withRoutes(app: Express): Express {
  return app.get('/maps', (_req, res) => void res.json({ maps: [] }))
}
