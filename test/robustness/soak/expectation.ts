import type { Span, Timeline } from './timeline.ts'

/** What is right for a request: one status whatever the keys do, or one that hangs on the key its token names. */
export type Truth =
  | { readonly status: number; readonly kid?: never }
  | { readonly status: number; readonly kid: string }

/** The statuses that are right for a request sent and answered in this span; one alone wherever the truth is certain. */
export function rightStatuses({ status, kid }: Truth, span: Span, timeline: Timeline): ReadonlySet<number> {
  if (kid === undefined || timeline.mustKnow(kid, span)) return new Set([status])
  const unknown = status === 401 || !timeline.isDark(span) ? [401] : []
  const unavailable = timeline.mayBeOut(span) ? [503] : []
  const known = timeline.mayKnow(kid, span) && !timeline.isDark(span) ? [status] : []
  return new Set([...known, ...unknown, ...unavailable])
}
