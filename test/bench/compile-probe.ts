import { createResourceServer } from '@scopegate/core'
import createRouter from 'find-my-way'
import { AUDIENCE, ISSUER } from './token-set.ts'
import { makeRules } from './traffic.ts'

/** Prints how many milliseconds it took to compile a route table, in a process that did nothing else before. */
const [contestant = '', count = '10000'] = process.argv.slice(2)
const rules = makeRules(Number(count))

const COMPILERS: Readonly<Record<string, () => unknown>> = {
  scopegate: () => createResourceServer({ issuer: ISSUER, audience: AUDIENCE, routes: rules }),
  'find-my-way': () => {
    const router = createRouter()
    for (const { method, path } of rules) router.on(method as 'GET', path, () => undefined)
  },
}

const start = performance.now()
COMPILERS[contestant]?.()
console.log(performance.now() - start)
