import { median, spreadOf } from './statistics.ts'

/** Every measurement of each contestant, in the row's unit. */
export type Series = Readonly<Record<string, readonly number[]>>

/** What a figure counts; all but `/s` are better the lower they are. */
export type Unit = 'us' | 'ms' | '/s' | 'bytes'

/** How many times better one contestant is than another: the middle one of the rounds, and the middle half of them. */
export interface Ratio {
  readonly value: number
  readonly spread: readonly [number, number]
}

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
  /** How many times better ours is than each other contestant. */
  readonly ratios: Readonly<Record<string, Ratio>>
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
  /** Whether what was measured is what one thing takes more than another, which may come out as nothing or less. Default no. */
  readonly isDifference?: boolean
  readonly notes?: Readonly<Record<string, string>>
}

/** Works a row out: medians, and ratios that say how many times better. */
export function toRow(source: RowSource): Row {
  const { name, unit, series, ours = 'scopegate', limit = '', otherLimit = '', notes = {} } = source
  const medians = mapValues(series, median)
  const { [ours]: own = 0, [limit]: bound, [otherLimit]: otherBound, ...peers } = medians
  const { [ours]: values = [], ...others } = series
  const compare = source.isDifference ? ratioOfMedians : ratioByRounds
  const ratios = mapValues(others, (theirs) => compare(unit, values, theirs))
  const best = bestOf(unit, peers)
  return {
    name,
    unit,
    ours: own,
    ...(bound !== undefined && { limit: bound, limitIs: limit }),
    ...(otherBound !== undefined && { otherLimit: { name: otherLimit, value: otherBound } }),
    peers,
    ratios,
    ...(best !== undefined && { ratioToBestPeer: ratios[best]?.value as number }),
    ...(bound !== undefined && bound > 0 && { ratioToLimit: ratios[limit]?.value as number }),
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
  const names = new Set(parts.flatMap(Object.keys))
  return Object.fromEntries([...names].map((name) => [name, parts.flatMap((part) => part[name] ?? [])]))
}

const LEAST_TOLD = 0.1

type Compare = (unit: Unit, ours: readonly number[], theirs: readonly number[]) => Ratio

/** Within one round the machine is the same to all, which from one minute to the next it is not. */
const ratioByRounds: Compare = (unit, ours, theirs) => {
  if (ours.length !== theirs.length) throw new Error('measured in different numbers of rounds')
  const ratios = ours.map((own, round) => timesBetter(unit, own, theirs[round] as number))
  return { value: median(ratios), spread: spreadOf(ratios) }
}

/** Of a difference that came out as nothing or less the most it can well be counts, the upper end of its spread. */
const ratioOfMedians: Compare = (unit, ours, theirs) => {
  const [low, high] = spreadOf(ours)
  const against = (own: number): number => timesBetter(unit, own, median(theirs))
  const most = Math.max(high, LEAST_TOLD)
  const own = median(ours)
  return { value: against(own > 0 ? own : most), spread: [against(most), against(Math.max(low, LEAST_TOLD))] }
}

function bestOf(unit: Unit, peers: Readonly<Record<string, number>>): string | undefined {
  const [best] = Object.entries(peers).sort(([, one], [, other]) =>
    unit === '/s' ? other - one : one - other,
  )
  return best?.[0]
}

/** How many times better the first figure is. */
function timesBetter(unit: Unit, ours: number, theirs: number): number {
  return unit === '/s' ? ours / theirs : theirs / ours
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
