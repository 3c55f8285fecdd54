import { parseArgs } from 'node:util'
import { type CampaignOptions, runCampaign, type Tally } from './campaign.ts'
import { frameworkNamed } from './case.ts'
import { FRAMEWORKS } from './frameworks.ts'
import { createRandom } from './random.ts'
import { mintTokens } from './tokens.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '140000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000_007}` },
    framework: { type: 'string', multiple: true, default: [] },
    app: { type: 'string', default: '0' },
    gate: { type: 'string', default: 'scopegate' },
  },
})

const seed = wholeNumber('seed', values.seed)
const frameworks = values.framework.length === 0 ? FRAMEWORKS : values.framework.map(frameworkNamed)
if (!['scopegate', 'most-specific'].includes(values.gate)) fail('--gate is scopegate or most-specific')
console.log(`seed ${seed}`)

const tokens = await mintTokens(createRandom(`${seed}/tokens`))
const options: CampaignOptions = {
  source: { seed, tokens, control: values.gate === 'most-specific' },
  requests: Math.ceil(wholeNumber('requests', values.requests) / frameworks.length),
  firstApp: wholeNumber('app', values.app),
  progress: createProgress(),
}

const tallies: Tally[] = []
for (const framework of frameworks) {
  const tally = await runCampaign(framework, options)
  tallies.push(tally)
  console.log(row(tally))
  if (tally.example !== undefined) console.log(tally.example)
  if (tally.admitted === 0) process.exitCode = 1
}
const total = (key: 'requests' | 'handled' | 'violations'): number =>
  tallies.reduce((sum, tally) => sum + tally[key], 0)
if (total('violations') > 0 || total('handled') === 0) process.exitCode = 1
console.log(`${total('requests')} requests, ${total('handled')} handled, ${total('violations')} violations`)

function row({ framework, requests, handled, admitted, violations }: Tally): string {
  return `${framework}: ${requests} requests, ${handled} handled (${admitted} let pass by the gate), ${violations} violations`
}

function createProgress(): (tally: Tally) => void {
  let shown = Date.now()
  return (tally) => {
    if (Date.now() - shown < 10_000) return
    shown = Date.now()
    console.log(`... ${row(tally)}`)
  }
}

function wholeNumber(name: string, text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : fail(`--${name} is a whole number`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
