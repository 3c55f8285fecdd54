import { type AppPlan, isGroup, type Member, PLAIN, routesOf } from './app-plan.ts'
import type { Case } from './case.ts'
import type { PlannedRequest } from './planned-request.ts'

/** A case and the one request that breaks it. */
export interface CounterExample {
  readonly at: Case
  readonly request: PlannedRequest
}

const ATTEMPTS = 400

/** Takes away from a counter-example what it does without: handlers, options, headers, pieces of the target. */
export async function shrink(
  found: CounterExample,
  isStillOne: (smaller: CounterExample) => Promise<boolean>,
): Promise<CounterExample> {
  let smallest = found
  let left = ATTEMPTS
  for (let candidates = smaller(smallest); left > 0; left--) {
    const candidate = candidates.shift()
    if (candidate === undefined) return smallest
    if (!(await isStillOne(candidate))) continue
    smallest = candidate
    candidates = smaller(smallest)
  }
  return smallest
}

function smaller({ at, request }: CounterExample): CounterExample[] {
  const plans = [...smallerPlans(at.plan)]
    .filter(({ members }) => routesOf(members).length > 0)
    .map((plan) => ({ at: { ...at, plan }, request }))
  return [...plans, ...smallerRequests(request).map((each) => ({ at, request: each }))]
}

function* smallerPlans(plan: AppPlan): Generator<AppPlan> {
  for (const members of smallerLists(plan.members)) yield { ...plan, members }
  if (plan.options !== PLAIN) yield { ...plan, options: PLAIN }
}

function* smallerLists(members: readonly Member[]): Generator<readonly Member[]> {
  for (let i = 0; i < members.length; i++) {
    yield members.filter((_, at) => at !== i)
    for (const member of smallerMembers(members[i] as Member)) yield members.with(i, member)
  }
}

function* smallerMembers(member: Member): Generator<Member> {
  if (!isGroup(member)) {
    if (member.passes) yield { ...member, passes: false }
    return
  }
  for (const members of smallerLists(member.members)) yield { ...member, members }
  if (member.options !== PLAIN) yield { ...member, options: PLAIN }
}

function smallerRequests(request: PlannedRequest): PlannedRequest[] {
  const { target, host, headers, method } = request
  const requests = smallerTargets(target).map((each) => ({ ...request, target: each }))
  if (host !== 'localhost') requests.unshift({ ...request, host: 'localhost' })
  if (headers.length > 0) requests.unshift({ ...request, headers: [] })
  if (method !== 'GET') requests.push({ ...request, method: 'GET' })
  return requests
}

function smallerTargets(target: string): string[] {
  const withoutQuery = target.replace(/\?.*$/s, '')
  const shorter = [...target].map((_, i) => target.slice(0, i) + target.slice(i + 1))
  const plain = [target.toLowerCase(), decodedOnce(target), withoutQuery, ...shorter]
  return [...new Set(plain)].filter((each) => each !== target && each !== '')
}

function decodedOnce(target: string): string {
  return target.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
