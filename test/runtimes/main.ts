import { bundleForEdge } from './bundle.ts'
import { measureColdStart } from './cold-start.ts'
import { type Differences, differencesOfClient, none, staleNames } from './differences.ts'
import { ENGINES, type Engine } from './engines.ts'
import type { RemoteHost } from './remote-host.ts'
import { type HostPlan, prepare } from './runtimes.ts'
import { installEngine, installPackages } from './sandbox.ts'
import { createTally, note, printTallies, type Tally } from './tally.ts'
import { CASES, type Trial, tryAdapter, tryClient, tryCore, tryMinting } from './trial.ts'
import { startWorker } from './worker.ts'
import { type StartWorker, WORKER_CHECKS, type Workers } from './worker-checks.ts'

const tallies: Tally[] = []
const remarks: string[] = []
const engines = pickEngines(process.argv.slice(2))
if (staleNames(CASES).length > 0) throw new Error(`no case is called ${staleNames(CASES).join(', ')}`)
installPackages()
for (const engine of engines) {
  const { title, hosts } = await prepare(engine)
  for (const plan of hosts) await tryHost(title, engine, plan)
  if (engine === 'workerd') await tryWorkers(createTally(title, 'worker'))
}
printTallies(tallies)
for (const remark of remarks) console.log(`\n${remark}`)
const failed = tallies.reduce((sum, { faults }) => sum + faults.length, 0)
console.log(`\n${tallies.reduce((sum, { passed }) => sum + passed, 0)} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

function pickEngines(names: readonly string[]): readonly Engine[] {
  const unknown = names.find((name) => !Object.hasOwn(ENGINES, name))
  if (unknown !== undefined)
    throw new Error(`no such runtime: ${unknown}; there are ${Object.keys(ENGINES).join(', ')}`)
  return (names.length > 0 ? names : Object.keys(ENGINES)) as Engine[]
}

async function tryHost(title: string, engine: Engine, plan: HostPlan): Promise<void> {
  const host = await plan.start()
  try {
    await tryAll(createTally(title, plan.adapter), host, tryAdapter, plan.differences)
    if (!plan.bare) return
    await tryAll(createTally(title, 'core'), host, tryCore, none)
    const client = createTally(title, 'client')
    await count(client, 'a token that is minted here is accepted', async () => await tryMinting(host))
    await tryAll(client, host, tryClient, differencesOfClient(engine))
  } finally {
    await host.close()
  }
}

async function tryAll(tally: Tally, host: RemoteHost, trial: Trial, differences: Differences): Promise<void> {
  tallies.push(tally)
  for (const row of CASES) {
    const difference = differences(row)
    if (difference) note(tally, difference)
    if (difference?.expected === 'unsent') continue
    const expected = difference?.expected ?? row.expected
    await count(tally, row.name, async () => await trial(host, row, expected))
  }
  console.log(`${tally.runtime}, ${tally.name}: ${tally.passed} passed`)
}

async function count(tally: Tally, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    tally.passed++
  } catch (error) {
    tally.faults.push(name)
    console.log(`${tally.runtime}, ${tally.name}: ${name}: ${(error as Error).message}`)
  }
}

/** What a table of single requests cannot show. */
async function tryWorkers(tally: Tally): Promise<void> {
  tallies.push(tally)
  const workers: Workers = {
    example: await bundledWorker('../../examples/cloudflare-worker/worker.ts'),
    refreshing: await bundledWorker('hosts/refreshing-worker.ts'),
    client: await bundledWorker('hosts/client-worker.ts'),
  }
  for (const { name, run } of WORKER_CHECKS) await count(tally, name, async () => await run(workers))
  remarks.push(await measureColdStart(workers.example, await bundledWorker('hosts/bare-worker.ts')))
}

async function bundledWorker(entry: string): Promise<StartWorker> {
  const [home, script] = [installEngine('workerd'), await bundleForEdge(entry, 'workerd')]
  return async (bindings) => await startWorker(home, { script, bindings })
}
