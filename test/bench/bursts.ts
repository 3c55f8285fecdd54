import { quantile } from './statistics.ts'

/** One short measurement, in what it costs: less is better. */
export type Measurement = () => number | Promise<number>

/**
 * Measures each several times in turn, in bursts of milliseconds, and gives what it costs where the machine does little else:
 * what else runs on it only ever adds, half of the time or more, and comes and goes faster than any long measurement.
 */
export async function measureInBursts<Name>(
  measurements: ReadonlyMap<Name, Measurement>,
  bursts: number,
): Promise<ReadonlyMap<Name, number>> {
  const costs = new Map([...measurements.keys()].map((name) => [name, [] as number[]]))
  for (let burst = 0; burst < bursts; burst++) {
    for (const [name, measure] of rotated([...measurements], burst)) costs.get(name)?.push(await measure())
  }
  return new Map([...costs].map(([name, values]) => [name, quantile(values, 0.25)]))
}

/** The list, begun at another place. */
export function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
