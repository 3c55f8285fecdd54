import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import type { AppHooks } from './app-hooks.ts'
import type { AppPlan } from './app-plan.ts'
import { type Framework, serverFor } from './frameworks.ts'
import type { Verdict } from './gates.ts'
import { sendOverHttp1 } from './http1-client.ts'
import { sendOverHttp2 } from './http2-client.ts'
import type { PlannedRequest } from './planned-request.ts'
import type { Watch } from './watch.ts'

/** What became of one request. */
export interface Exchange {
  readonly request: PlannedRequest
  /** What the gate said that watched; `undefined` if the server refused the request before that. */
  verdict: Verdict | undefined
  /** The handlers that ran. */
  readonly ran: number[]
}

/** Serves the app, sends it the requests and says what became of each. */
export async function runTrial(
  framework: Framework,
  plan: AppPlan,
  watch: Watch,
  requests: readonly PlannedRequest[],
): Promise<readonly Exchange[]> {
  const exchanges = requests.map((request): Exchange => ({ request, verdict: undefined, ran: [] }))
  const listener = framework.listener(plan, hooksInto(exchanges, watch), watch.server)
  const server = serverFor(framework, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const send = framework.http2 ? sendOverHttp2 : sendOverHttp1
  const numbered = requests.map((request, id) => ({ id, request: watch.equip(request) }))
  await send((server.address() as AddressInfo).port, numbered)
  await close(server)
  return exchanges
}

function hooksInto(exchanges: readonly Exchange[], watch: Watch): AppHooks {
  const find = (id: string | undefined): Exchange => {
    const exchange = exchanges[Number(id)]
    if (id === undefined || exchange === undefined) throw new Error(`a request without its number: ${id}`)
    return exchange
  }
  return {
    arrived: (request) => {
      const exchange = find(request.id)
      exchange.verdict = watch.judge(request, exchange.request)
    },
    ran: (id, handler) => find(id).ran.push(handler),
  }
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
