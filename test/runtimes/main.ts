import { type Differences, differencesOfClient, none, staleNames } from './differences.ts'
import { ENGINES, type Engine } from './engines.ts'
import type { RemoteHost } from './remote-host.ts'
import { type HostPlan, prepare } from './runtimes.ts'
import { installPackages } from './sandbox.ts'
import { createTally, note, printTallies, type Tally } from './tally.ts'
import { CASES, type Trial, tryAdapter, tryClient, tryCore } from './trial.ts'

const tallies: Tally[] = []
const engines = pickEngines(process.argv.slice(2))
if (staleNames(CASES).length > 0) throw new Error(`no case is called ${staleNames(CASES).join(', ')}`)
installPackages()
for (const engine of engines) {
  const { title, hosts } = await prepare(engine)
  for (const plan of hosts) await tryHost(title, engine, plan)
}
printTallies(tallies)
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
    await tryAll(createTally(title, 'client'), host, tryClient, differencesOfClient(engine))
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
    try {
      await trial(host, row, difference?.expected ?? row.expected)
      tally.passed++
    } catch (error) {
      tally.faults.push(row.name)
      console.log(`${tally.runtime}, ${tally.name}: ${row.name}: ${(error as Error).message}`)
    }
  }
  console.log(`${tally.runtime}, ${tally.name}: ${tally.passed} passed`)
}
