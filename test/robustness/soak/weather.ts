import { setTimeout as sleep } from 'node:timers/promises'
import type { KeySetFaultMode, KeySetServer, TestIssuer } from '@scopegate/core/testing'
import type { Timeline } from './timeline.ts'

const OUTAGES: readonly KeySetFaultMode[] = ['down', 'hang', 'error', 'reset', 'garbage', 'redirect', 'html']
const ODDITIES: readonly KeySetFaultMode[] = ['brokenKey', 'duplicateKid', 'slow']

/** What goes on at the key source, as the traffic sees it. */
export interface Weather {
  readonly newest: () => string
  /** All keys there were of late, withdrawn ones too. */
  readonly keys: () => readonly string[]
  /** Goes through rotation, withdrawal, a short outage, oddities and a long outage, again and again. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

const MEMORY = 6

export async function createWeather(
  issuer: TestIssuer,
  server: KeySetServer,
  timeline: Timeline,
): Promise<Weather> {
  let made: string[] = []
  let cycle = 0
  const rotate = async (): Promise<void> => {
    const kid = crypto.randomUUID()
    await timeline.publish(kid, async () => void (await issuer.rotateKey({ kid })))
    made = [kid, ...made].slice(0, MEMORY)
  }
  const withdraw = (): void => {
    const kid = issuer.keys.at(-1)?.kid
    if (kid === undefined || issuer.keys.length < 2) return
    issuer.withdrawKey(kid)
    timeline.withdraw(kid)
  }
  const during = async (
    outage: boolean,
    modes: readonly KeySetFaultMode[],
    work: () => Promise<void>,
  ): Promise<void> => {
    const span = outage ? timeline.beginOutage() : undefined
    server.setFault(modes[cycle % modes.length], 'jwks')
    await work()
    server.setFault(undefined)
    if (span) span.to = timeline.now()
  }
  const steps = async (pause: (seconds: number) => Promise<void>): Promise<void> => {
    await pause(0.4)
    await rotate()
    await pause(1)
    withdraw()
    await pause(0.5)
    await during(true, OUTAGES, async () => {
      await pause(0.3)
      await rotate()
      await pause(0.3)
    })
    await pause(1)
    await during(false, ODDITIES, async () => await pause(0.3))
    await during(true, OUTAGES, async () => {
      await pause(0.4)
      withdraw()
      await pause(2.3)
    })
    await pause(1)
    cycle++
  }
  await rotate()
  withdraw()
  return {
    newest: () => made[0] as string,
    keys: () => made,
    run: async (signal) => await repeat(steps, signal),
  }
}

async function repeat(
  steps: (pause: (seconds: number) => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const pause = async (seconds: number): Promise<void> => await sleep(seconds * 1000, undefined, { signal })
  while (!signal.aborted) await steps(pause).catch(() => undefined)
}
