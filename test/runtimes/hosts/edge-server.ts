import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

const [home = '', script = ''] = process.argv.slice(2)
const { EdgeRuntime, createHandler } = createRequire(import.meta.url)(home)
const { handler } = createHandler({ runtime: new EdgeRuntime({ initialCode: readFileSync(script, 'utf8') }) })

/** The package's own server ends with the first request that it can make no `Request` of; this one says so. */
const server = createServer((request, response) => {
  response.statusCode = 400
  handler(request, response).catch(() => undefined)
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }))
})
