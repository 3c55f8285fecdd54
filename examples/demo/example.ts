import type { Example } from '@scopegate/example-harness'
import { ORIGINS } from '@scopegate/example-policy'
import { curlCommands } from './curl-commands.ts'
import { type Demo, startDemo } from './demo.ts'
import { readDemoOptions } from './demo-options.ts'
import type { DemoClient } from './issuer.ts'
import { requestM2mToken, requestToken } from './request-token.ts'
import { createSteps, type Tokens } from './walk-through.ts'

const HOUR = 3600

/** An issuer and the same API on every framework. */
export const example: Example = {
  name: 'demo',
  command: 'npm start',
  start: async ({ clock, env }) => {
    const demo = await startDemo(readDemoOptions(env), clock)
    return {
      apis: demo.apis,
      steps: async () => createSteps(await requestTokens(demo), demo.tokenTtlSeconds + HOUR),
      description: describe(demo),
      curl: curlCommands(demo),
      close: demo.close,
    }
  },
}

async function requestTokens(demo: Demo): Promise<Tokens> {
  const [reader, writer, remover] = demo.issuer.clients as [DemoClient, DemoClient, DemoClient]
  const query = await requestToken(demo, reader)
  const write = await requestM2mToken(demo, writer)
  return { query, write, delete: await requestToken(demo, remover) }
}

function describe({ issuer, apis }: Demo): object {
  const { url, tokenEndpoint, m2mTokenEndpoint, clients } = issuer
  const urls = Object.fromEntries(apis.map((api) => [api.framework, api.url]))
  return { issuer: url, tokenEndpoint, m2mTokenEndpoint, apis: urls, clients, origins: ORIGINS }
}
