import { median, spreadOf } from './statistics.ts'

/** Every measurement of each contestant, in the row's unit. */
export type Series = Readonly<Record<string, readonly number[]>>

/** What a figure counts; all but `/s` are better the lower they are. */
export type Unit = 'us' | 'ms' | '/s' | 'bytes'

/** One line of the report. Beside the figures it carries what is needed to judge them. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  readonly ours: number
  /** What cannot be beaten, or the plain case ours is held against; `limitIs` says which. */
  readonly limit?: number
  readonly limitIs?: string
  /** The limit in another mode of working, for comparison; no ratio is held against it. */
  readonly otherLimit?: { readonly name: string; readonly value: number }
  readonly peers: Readonly<Record<string, number>>
  /** How many times better ours is than the best peer, or at least is; above 1 is ahead, whatever the unit. */
  readonly ratioToBestPeer?: number
  /** How much of the limit ours reaches; 1 is the limit itself, whatever the unit. None of one too small to be told from nothing. */
  readonly ratioToLimit?: number
  /** The middle half of each contestant's measurements. */
  readonly spread: Readonly<Record<string, readonly [number, number]>>
  /** What a contestant does not do, or does not check, that ours does. */
  readonly notes: Readonly<Record<string, string>>
}

/** What a row is made of. */
export interface RowSource {
  readonly name: string
  readonly unit: Unit
  readonly series: Series
  /** Which of the series is ours. Default `scopegate`. */
  readonly ours?: string
  /** Which of the series is the limit. Default: none. */
  readonly limit?: string
  /** Which of the series is the limit in another mode of working, where there is one. */
  readonly otherLimit?: string
  readonly notes?: Readonly<Record<string, string>>
}

/** Works a row out: medians, and ratios that say how many times better. */
export function toRow(source: RowSource): Row {
  const { name, unit, series, ours = 'scopegate', limit = '', otherLimit = '', notes = {} } = source
  const medians = mapValues(series, median)
  const own = medians[ours] as number
  const { [ours]: _own, [limit]: bound, [otherLimit]: otherBound, ...peers } = medians
  const best = bestOf(unit, Object.values(peers))
  const judged = told(own, spreadOf(series[ours] ?? [])[1])
  return {
    name,
    unit,
    ours: own,
    ...(bound !== undefined && { limit: bound, limitIs: limit }),
    ...(otherBound !== undefined && { otherLimit: { name: otherLimit, value: otherBound } }),
    peers,
    ...(best !== undefined && { ratioToBestPeer: timesBetter(unit, judged, best) }),
    ...(bound !== undefined && bound > 0 && { ratioToLimit: timesBetter(unit, judged, bound) }),
    spread: mapValues(series, spreadOf),
    notes: Object.fromEntries(Object.entries(notes).filter(([contestant]) => contestant in series)),
  }
}

/** Turns microseconds per operation into operations per second. */
export function perSecond(series: Series): Series {
  return mapValues(series, (costs) => costs.map((cost) => 1e6 / cost))
}

/** What several processes of the same contestants measured. */
export function joinSeries(parts: readonly Series[]): Series {
  return mapValues(parts[0] ?? {}, (_, name) => parts.flatMap((part) => part[name] ?? []))
}

const LEAST_TOLD = 0.1

/** A difference that came out as nothing or less counts as the most it can well be, the upper end of its spread. */
export function told(own: number, high: number): number {
  return own > 0 ? own : Math.max(high, LEAST_TOLD)
}

function bestOf(unit: Unit, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  return unit === '/s' ? Math.max(...values) : Math.min(...values)
}

/** How many times better the first figure is. */
export function timesBetter(unit: Unit, ours: number, theirs: number): number {
  return unit === '/s' ? ours / theirs : theirs / ours
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
