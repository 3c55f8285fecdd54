import { describe, expect, it } from 'vitest'
import { runCampaign } from '../parity/campaign.ts'
import { FRAMEWORKS } from '../parity/frameworks.ts'
import { createRandom } from '../parity/random.ts'
import { mintTokens } from '../parity/tokens.ts'

/** Fixed, so that a red run is red again; `npm run test:parity` takes any other. */
const SEED = 4
const REQUESTS = 20_000
const MINUTES = 60_000

const tokens = await mintTokens(createRandom(`${SEED}/tokens`))
const campaign = (control: boolean, requests: number) => ({
  source: { seed: SEED, tokens, control },
  requests,
  firstApp: 0,
  progress: () => undefined,
})

describe.each(FRAMEWORKS)('random apps on $name', (framework) => {
  it('run no handler whose own rule was not satisfied', { timeout: 5 * MINUTES }, async () => {
    const tally = await runCampaign(framework, campaign(false, REQUESTS))
    expect(tally.example).toBeUndefined()
    expect(tally).toMatchObject({ requests: REQUESTS, violations: 0 })
    expect(tally.admitted).toBeGreaterThan(REQUESTS / 10)
  })

  it('show that a gate which asks the most specific rule only is slipped past', {
    timeout: MINUTES,
  }, async () => {
    const tally = await runCampaign(framework, campaign(true, 1000))
    expect(tally.violations).toBeGreaterThan(10)
    expect(tally.example).toContain('violation on')
  })
})
