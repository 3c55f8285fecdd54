import type { Difference } from './differences.ts'

/** How the cases went for one package in one runtime. */
export interface Tally {
  readonly runtime: string
  readonly name: string
  passed: number
  /** What went wrong, by case. */
  readonly faults: string[]
  /** Of those that passed, those that are answered otherwise here; and those that cannot be sent. */
  readonly differing: Map<string, number>
  readonly unsent: Map<string, number>
}

/** An empty one. */
export function createTally(runtime: string, name: string): Tally {
  return { runtime, name, passed: 0, faults: [], differing: new Map(), unsent: new Map() }
}

/** Counts a difference under its reason. */
export function note({ differing, unsent }: Tally, { reason, expected }: Difference): void {
  const counts = expected === 'unsent' ? unsent : differing
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

const COLUMNS = ['core', 'express', 'koa', 'hono', 'client', 'worker']

/** Prints the table of runtimes and packages, every difference by its reason, and the sum. */
export function printTallies(tallies: readonly Tally[]): void {
  console.log(`\n${line('cases passed', COLUMNS)}`)
  for (const runtime of new Set(tallies.map((tally) => tally.runtime))) {
    const cells = COLUMNS.map((column) => {
      const tally = tallies.find(({ runtime: of, name }) => of === runtime && name === column)
      return tally === undefined ? '' : cell(tally)
    })
    console.log(line(runtime, cells))
  }
  const [otherwise, never] = [tallies.map((it) => it.differing), tallies.map((it) => it.unsent)]
  console.log(`\n${total(otherwise)} answered otherwise (~), ${total(never)} not to be sent (-), and why:`)
  for (const { runtime, name, differing, unsent } of tallies) {
    for (const [reason, count] of differing) console.log(`  ~${count} ${runtime}, ${name}: ${reason}`)
    for (const [reason, count] of unsent) console.log(`  -${count} ${runtime}, ${name}: ${reason}`)
  }
}

function cell({ passed, faults, differing, unsent }: Tally): string {
  const marks = [
    ['~', sum(differing)],
    ['-', sum(unsent)],
    ['!', faults.length],
  ] as const
  return [passed, ...marks.flatMap(([mark, count]) => (count > 0 ? [`${mark}${count}`] : []))].join(' ')
}

function total(counts: readonly ReadonlyMap<string, number>[]): number {
  return counts.reduce((all, each) => all + sum(each), 0)
}

function line(first: string, cells: readonly string[]): string {
  return [first.padEnd(22), ...cells.map((text) => text.padStart(12))].join('')
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
