import { KEY_SET, SLACK } from './settings.ts'

/** From when to when, in seconds; without an end as yet, until Infinity. */
export interface Span {
  readonly from: number
  to: number
}

/** When a key was published: certainly not before `from`, certainly from `certain` on, and not from `to` on. */
export interface Publication {
  readonly from: number
  readonly certain: number
  to: number
}

/** The truth about the key source, from which follows what the gate must know, may know and cannot know. */
export interface Timeline {
  readonly now: () => number
  /** Begins an outage that was planned; the caller ends it. */
  readonly beginOutage: () => Span
  /** Something went wrong that was not planned: a fetch that failed, a process that stood still. */
  readonly disturb: (from: number) => void
  readonly publish: (kid: string, work: () => Promise<void>) => Promise<void>
  readonly withdraw: (kid: string) => void
  /** During all of the span the gate knows the key and has it at hand. */
  readonly mustKnow: (kid: string, span: Span) => boolean
  /** At some moment of the span the gate may take the key for good. */
  readonly mayKnow: (kid: string, span: Span) => boolean
  /** The key source may have seemed to be out of reach. */
  readonly mayBeOut: (span: Span) => boolean
  /** The outage has gone on for so long that no key serves any more. */
  readonly isDark: (span: Span) => boolean
}

/** After so long without an outage everything that is published is known. */
const SETTLING = KEY_SET.cooldown + 2 * SLACK
/** For so long after an outage began, what was known before still serves: it was fetched within the time of a refresh. */
const GRACE = KEY_SET.staleIfError + 0.2 * KEY_SET.maxAge - SLACK
/** So long after it was withdrawn, or its source failed, a key serves at most; `SLACK` for an answer under way. */
const LONGEST = KEY_SET.maxAge + KEY_SET.staleIfError + SLACK
const FORGOTTEN_AFTER = 30

export function createTimeline(): Timeline {
  const outages: Span[] = []
  const planned: Span[] = []
  const keys = new Map<string, Publication>()
  const now = (): number => performance.now() / 1000
  const troubled = ({ from, to }: Span): boolean =>
    outages.some((outage) => outage.from <= to && outage.to >= from)
  const record = (outage: Span): void => {
    forget(outages, planned, keys, now())
    outages.push(outage)
  }
  return {
    now,
    beginOutage: () => {
      const outage = { from: now(), to: Number.POSITIVE_INFINITY }
      record(outage)
      planned.push(outage)
      return outage
    },
    disturb: (from) => record({ from, to: now() }),
    publish: async (kid, work) => {
      const from = now()
      await work()
      keys.set(kid, { from, certain: now(), to: Number.POSITIVE_INFINITY })
    },
    withdraw: (kid) => {
      const key = keys.get(kid)
      if (key) key.to = now()
    },
    mustKnow: (kid, span) => {
      const key = keys.get(kid)
      if (key === undefined || key.to <= span.to) return false
      return quietSpans(outages).some(
        ({ from, to }) =>
          Math.max(from, key.certain) + SETTLING <= Math.min(to, span.from) && span.to <= to + GRACE,
      )
    },
    mayKnow: (kid, span) => {
      const key = keys.get(kid)
      if (key === undefined || key.from > span.to) return false
      const stale = troubled({ from: key.to - KEY_SET.timeout, to: span.to }) ? KEY_SET.staleIfError : 0
      return span.from <= key.to + KEY_SET.maxAge + stale + SLACK
    },
    mayBeOut: ({ from, to }) => troubled({ from: from - SETTLING, to }),
    isDark: ({ from, to }) => planned.some((outage) => outage.from + LONGEST <= from && to <= outage.to),
  }
}

/** What lies between the outages, those too short to settle in left out. */
function quietSpans(outages: readonly Span[]): readonly Span[] {
  const quiet: Span[] = []
  let from = Number.NEGATIVE_INFINITY
  for (const outage of [...outages].sort((one, other) => one.from - other.from)) {
    if (outage.from - from >= SETTLING) quiet.push({ from, to: outage.from })
    from = Math.max(from, outage.to)
  }
  return [...quiet, { from, to: Number.POSITIVE_INFINITY }]
}

/** What is long over decides nothing any more, and must not pile up. */
function forget(outages: Span[], planned: Span[], keys: Map<string, Publication>, now: number): void {
  for (const list of [outages, planned])
    while (list[0] !== undefined && list[0].to < now - FORGOTTEN_AFTER) list.shift()
  for (const [kid, { to }] of keys) if (to < now - FORGOTTEN_AFTER) keys.delete(kid)
}
