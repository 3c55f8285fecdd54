import { parseArgs } from 'node:util'
import { HOSTS } from '../../conformance/hosts.ts'
import { type Outcome, soak } from './run.ts'
import { HEAP_TOLERANCE } from './settings.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, framework: { type: 'string' } },
})
const seconds = Number(values.seconds)
const frameworks = Object.keys(HOSTS).filter((name) => (values.framework ?? name) === name)
if (!(seconds > 0) || frameworks.length === 0) fail('--seconds is a number, --framework express, koa or hono')

const stray = { rejections: 0 }
process.on('unhandledRejection', (reason) => {
  stray.rejections++
  console.error('unhandled rejection:', reason)
})

const outcomes: Outcome[] = []
for (const framework of frameworks) {
  const show = (outcome: Outcome): void => console.log(`... ${row(framework, outcome)}`)
  const outcome = await soak(framework, seconds, show)
  outcomes.push(outcome)
  console.log(row(framework, outcome))
  for (const example of outcome.examples) console.log(`  ${example}`)
}

const sum = (count: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, it) => total + count(it), 0)
const requests = sum(({ requests }) => requests)
const certain = sum(({ certain }) => certain)
const wrong = sum(({ wrong }) => wrong)
const growth = Math.max(...outcomes.map(({ heapGrowth }) => heapGrowth))
// Where hardly anything was certain, nothing was shown.
if (wrong > 0 || stray.rejections > 0 || growth > HEAP_TOLERANCE || certain < requests / 4)
  process.exitCode = 1
console.log(
  `${requests} requests, ${wrong} wrong verdicts, ${stray.rejections} unhandled rejections, heap ${signed(growth)} MB`,
)

function row(
  framework: string,
  { requests, certain, wrong, statuses, heapGrowth, keyFetches }: Outcome,
): string {
  const byStatus = [...statuses]
    .sort(([one], [other]) => one - other)
    .map(([status, count]) => `${status}: ${count}`)
  const share = ((100 * certain) / Math.max(1, requests)).toFixed(0)
  const counts = `${requests} requests (${share}% with one right answer), ${wrong} wrong`
  const memory = heapGrowth === 0 ? '' : `, heap ${signed(heapGrowth)} MB, ${keyFetches} fetches of keys`
  return `${framework}: ${counts}${memory} (${byStatus.join(', ')})`
}

function signed(megabytes: number): string {
  return `${megabytes < 0 ? '' : '+'}${megabytes.toFixed(1)}`
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
