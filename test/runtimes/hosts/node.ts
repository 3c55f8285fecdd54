import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HOSTS, type Host } from '../../conformance/hosts.ts'
import { RULES } from '../../conformance/policy.ts'
import { carryOut, serverOf } from './orders.ts'
import { CONTROL_PATH, type Setup } from './setup.ts'

/** Serves the API on a port of its own, anew for every setup, with whatever `node:http` is here. */
const framework = process.argv[2] ?? ''
let host: Host | undefined
let told = 0

async function obey(order: string, details: unknown): Promise<unknown> {
  if (order === 'ran') return tell(host?.ran ?? [])
  if (order !== 'start') return await carryOut(order, details)
  told = 0
  await host?.close()
  host = await HOSTS[framework]?.(serverOf(details as Setup), RULES)
  return { port: host?.port }
}

function tell(ran: readonly string[]): readonly string[] {
  const news = ran.slice(told)
  told = ran.length
  return news
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return JSON.parse(text)
}

const control = createServer(async (request, response) => {
  const [, order = ''] = (request.url ?? '').split(CONTROL_PATH)
  const answer = await obey(order, await read(request)).catch((error: Error) => ({ fault: error.message }))
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer ?? null))
})
control.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (control.address() as AddressInfo).port }))
})
