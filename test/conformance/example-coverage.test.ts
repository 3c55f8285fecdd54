import * as expressExample from '@scopegate/example-express'
import * as honoExample from '@scopegate/example-hono'
import * as koaExample from '@scopegate/example-koa'
import { createExampleServer, ROUTES } from '@scopegate/example-policy'
import { assertRoutesCovered as assertExpress } from '@scopegate/express/coverage'
import { assertRoutesCovered as assertHono } from '@scopegate/hono/coverage'
import { assertRoutesCovered as assertKoa } from '@scopegate/koa/coverage'
import { describe, expect, it } from 'vitest'

const server = createExampleServer('https://issuer.example')

describe.each([
  ['Express', async () => await assertExpress(expressExample.createApp(server), server)],
  ['Koa', async () => await assertKoa(koaExample.createApp(server), server)],
  ['Hono', async () => await assertHono(honoExample.createApp(server), server)],
])('the example on %s', (_, check) => {
  it('has a rule for each route and a route for each rule, with nothing hidden', async () => {
    const { routes, unseen } = await check()
    expect(routes).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`))
    expect(unseen).toEqual([])
  })
})
