import type { Example } from '@scopegate/example-harness'
import { type AllInOne, startAllInOne } from './all-in-one.ts'
import { type IssuedToken, issueTokens } from './tokens.ts'
import { createSteps } from './walk-through.ts'

/** Four systems behind one gate: each token opens what is its own, and nothing of the others. */
export const example: Example = {
  name: 'all-in-one',
  start: async ({ clock }) => {
    const all = await startAllInOne(clock.now)
    const tokens = await issueTokens(all, clock.now)
    return {
      apis: all.apis,
      steps: async () => createSteps(tokens),
      description: describe(all, tokens),
      curl: curlCommands(all, tokens),
      close: all.close,
    }
  },
}

function describe({ apis }: AllInOne, tokens: readonly IssuedToken[]): object {
  const urls = Object.fromEntries(apis.map(({ framework, url }) => [framework, url]))
  return { apis: urls, tokens }
}

/** One token of each system, at its own route; any of them is refused at any other's. */
function curlCommands({ apis }: AllInOne, tokens: readonly IssuedToken[]): string {
  const firsts = new Map(tokens.map((token) => [token.system, token]))
  return [...firsts.values()]
    .map(({ system, headers, opens }, index) => {
      const [method, target] = opens.split(' ')
      const carried = headers.map(([name, value]) => `-H '${name}: ${value}'`).join(' ')
      return `curl -i -X ${method} ${carried} ${apis[index % apis.length]?.url}${target}   # ${system}`
    })
    .join('\n\n')
}
