import type { ResourceServer } from '@scopegate/core'
import {
  createFakeClock,
  createTestIssuer,
  type KeySetServer,
  startKeySetServer,
  type TestIssuer,
} from '@scopegate/core/testing'
import { HOSTS, type Host, type StartHost } from '../../conformance/hosts.ts'
import { createServer, RULES } from '../../conformance/policy.ts'
import { liveHeap, toMegabytes } from '../heap.ts'
import { type Client, createClient } from './client.ts'
import { rightStatuses } from './expectation.ts'
import { KEY_SET, SLACK } from './settings.ts'
import { createTimeline, type Timeline } from './timeline.ts'
import { createTraffic, type Message, type NextMessage } from './traffic.ts'
import { createWeather } from './weather.ts'

/** What a soak of one framework came to. */
export interface Outcome {
  requests: number
  /** Requests for which one status alone was right. */
  certain: number
  wrong: number
  /** The first few wrong ones, in words. */
  readonly examples: string[]
  /** How often each status came. */
  readonly statuses: Map<number, number>
  /** Growth of the heap from a tenth of the time to the end, in megabytes. */
  heapGrowth: number
  keyFetches: number
}

const CLIENTS = 6
const EXAMPLES = 5

/** Mixed traffic through one framework while keys come and go and their source fails. */
export async function soak(
  framework: string,
  seconds: number,
  progress: (outcome: Outcome) => void,
): Promise<Outcome> {
  const issuer = await createTestIssuer()
  const keySet = await startKeySetServer(issuer)
  const timeline = createTimeline()
  const weather = await createWeather(issuer, keySet, timeline)
  const host = await (HOSTS[framework] as StartHost)(createSoakedServer(issuer, keySet, timeline), RULES)
  const traffic = createTraffic(issuer, weather, await foreignToken(weather.newest(), issuer))
  const [outcome, ending] = [emptyOutcome(), new AbortController()]
  const watch = watchProcess(timeline)
  const clients = Array.from({ length: CLIENTS }, () => createClient(host.port))
  const work = clients.map(
    async (client) => await keepAsking(client, traffic, timeline, outcome, ending.signal),
  )
  const climate = weather.run(ending.signal)
  const ticker = setInterval(() => progress(outcome), 10_000)

  const handled = await measureHeap(seconds, host, outcome)
  ending.abort()
  await Promise.all([...work, climate])
  for (const client of clients) client.close()
  clearInterval(ticker)
  clearInterval(watch)
  judgeHandlers(handled + drain(host), outcome)
  outcome.keyFetches = keySet.requests.jwks
  await Promise.all([host.close(), keySet.close()])
  return outcome
}

function emptyOutcome(): Outcome {
  return {
    requests: 0,
    certain: 0,
    wrong: 0,
    examples: [],
    statuses: new Map(),
    heapGrowth: 0,
    keyFetches: 0,
  }
}

/** The table of the conformance cases; its keys come from the key source, each fetch of which is watched. */
function createSoakedServer(
  issuer: TestIssuer,
  { jwksUri }: KeySetServer,
  timeline: Timeline,
): ResourceServer {
  const profile = { issuer: issuer.issuer, audience: issuer.audience, jwksUri, keySet: KEY_SET }
  return createServer(issuer, createFakeClock(), {
    tokens: [
      { ...profile, name: 'plain', claims: { type: 'plain' } },
      { ...profile, kind: 'app', claims: { type: 'app' } },
      { ...profile, kind: 'management', claims: { type: 'management' } },
    ],
    tokenCache: { maxEntries: 200 },
    now: Date.now,
    fetch: async (url, init) => {
      const from = timeline.now()
      try {
        return await fetch(url, init)
      } catch (error) {
        timeline.disturb(from)
        throw error
      }
    },
  })
}

async function foreignToken(key: string, issuer: TestIssuer): Promise<string> {
  return await issuer.mintToken({
    key,
    claims: { type: 'plain', iss: 'https://evil.example', exp: 4_102_444_800 },
  })
}

/** A process that stands still lets fetches run into their time limit: an outage that nobody planned. */
function watchProcess(timeline: Timeline): NodeJS.Timeout {
  let seen = timeline.now()
  return setInterval(() => {
    const now = timeline.now()
    if (now - seen > SLACK / 2) timeline.disturb(seen)
    seen = now
  }, 20)
}

async function keepAsking(
  client: Client,
  next: NextMessage,
  timeline: Timeline,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const message = await next()
    const from = timeline.now()
    const status = await client.send(message)
    judge(message, status, rightStatuses(message.truth, { from, to: timeline.now() }, timeline), outcome)
  }
}

function judge({ name }: Message, status: number, right: ReadonlySet<number>, outcome: Outcome): void {
  outcome.requests++
  outcome.statuses.set(status, (outcome.statuses.get(status) ?? 0) + 1)
  if (right.size === 1) outcome.certain++
  if (!right.has(status)) complain(`${name}: ${status}, right would be ${[...right].join(' or ')}`, outcome)
}

function complain(example: string, outcome: Outcome): void {
  outcome.wrong++
  if (outcome.examples.length < EXAMPLES) outcome.examples.push(example)
}

/** Answers how many handlers ran meanwhile: their record is emptied now and then, lest it be the thing that grows. */
async function measureHeap(seconds: number, host: Host, outcome: Outcome): Promise<number> {
  const ends = performance.now() + seconds * 1000
  let before: number | undefined
  let handled = 0
  for (let left = seconds * 1000; left > 0; left = ends - performance.now()) {
    if (before === undefined && left <= seconds * 900) before = await liveHeap()
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 100)))
    handled += drain(host)
  }
  outcome.heapGrowth = toMegabytes((await liveHeap()) - (before ?? 0))
  return handled
}

function drain({ ran }: Host): number {
  return (ran as string[]).splice(0).length
}

/** A handler ran for each answer of 200 and for nothing else. */
function judgeHandlers(handled: number, outcome: Outcome): void {
  const answered = outcome.statuses.get(200) ?? 0
  if (handled !== answered) complain(`${handled} handlers ran for ${answered} answers of 200`, outcome)
}
