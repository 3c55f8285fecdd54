import type { RouteRule } from '@scopegate/core'

/** What the handler of a rule is called. */
export function nameOf({ method, path }: RouteRule): string {
  return `${String(method)} ${path}`
}

/** As an application would register them: the routers run the first match. */
export function literalsFirst(rules: readonly RouteRule[]): readonly RouteRule[] {
  const openness = ({ path }: RouteRule): number => (path.includes('*') ? 2 : path.includes(':') ? 1 : 0)
  return [...rules].sort((one, other) => openness(one) - openness(other))
}
