import { parseArgs } from 'node:util'
import { type Figure, printSection } from './budget.ts'
import { measureKidFloods } from './kid-floods.ts'
import { measureStalls } from './stalls.ts'
import { measureTokenFloods } from './token-floods.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, tokens: { type: 'string', default: '1000000' } },
})

const sections: Readonly<Record<string, readonly [title: string, measure: () => AsyncIterable<Figure>]>> = {
  stalls: ['Processor time of one hostile request', measureStalls],
  tokens: ['Memory and cache under floods of tokens', () => measureTokenFloods(Number(values.tokens))],
  kids: ['Key source under floods of bogus kids', measureKidFloods],
}

let kept = true
for (const [name, [title, measure]] of Object.entries(sections)) {
  if (values.only === undefined || values.only === name) kept = (await printSection(title, measure())) && kept
}
console.log(kept ? '\nevery budget kept' : '\na budget was broken')
if (!kept) process.exitCode = 1
