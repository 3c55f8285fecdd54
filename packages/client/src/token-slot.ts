import { joining } from '#join'
import { LONGEST_WAIT } from './longest-wait.ts'
import { isRecent } from './recent.ts'
import type { OwnedGrant, TokenExchange } from './token-exchange.ts'
import type { TokenManagerSettings } from './token-manager-options.ts'

/** The token of one (audience, scope), and the one exchange at most that is under way for it. */
export interface TokenSlot {
  token(): Promise<string>
  invalidate(token: string): void
}

interface Flight {
  /** For all but the one who began it; gives nothing where a refresh failed or the exchange was lost. */
  join(): Promise<string | undefined>
  readonly since: number
}

/** Creates a slot that holds nothing yet. */
export function createTokenSlot(settings: TokenManagerSettings, exchange: TokenExchange): TokenSlot {
  const { now, attempts, timeout, refreshAhead, waitUntil } = settings
  let grant: OwnedGrant | undefined
  let refreshIn: number
  let flight: Flight | undefined
  let invalidatedAt: number // nothing is recent before it has a value

  const usable = (): OwnedGrant | undefined =>
    grant && isRecent(grant.sentAt, grant.lifetime - tenth(grant, 5000), now()) ? grant : undefined

  // A platform that ends a request may end its exchange unsettled: nobody waits for such a one for ever.
  const running = (): Flight | undefined =>
    flight && isRecent(flight.since, (attempts + 1) * (2000 * timeout + LONGEST_WAIT), now())
      ? flight
      : undefined

  const renew = async (background: boolean): Promise<string> => {
    // One attempt in the background means no waiting there, so no timer that keeps a process alive.
    grant = await exchange(background ? 1 : attempts, grant)
    refreshIn = grant.lifetime * (1 - refreshAhead)
    return grant.token
  }

  const forget = (ended: Flight): undefined => {
    if (flight === ended) flight = undefined
  }

  const start = (background: boolean, since = now()): Promise<string> => {
    const token = renew(background)
    const land = (): undefined => forget(mine)
    // What ends a refresh need not end the wait of a caller who has no other token.
    const mine: Flight = { since, join: joining(background ? token.catch(land) : token) }
    flight = mine
    token.then(land, land)
    return token
  }

  const refreshWhenDue = (held: OwnedGrant): void => {
    if (isRecent(held.sentAt, refreshIn, now()) || running()) return
    const refresh = start(true).catch(() => {
      if (grant === held) refreshIn = (now() - held.sentAt + held.lifetime) / 2
    })
    waitUntil?.(refresh)
  }

  return {
    async token() {
      const held = usable()
      if (held) {
        refreshWhenDue(held)
        return held.token
      }
      for (let other = running(); other; other = running()) {
        // An exchange that was given up on may have been answered meanwhile.
        const token = (await other.join()) ?? usable()?.token
        if (token) return token
        forget(other)
      }
      return start(false)
    },
    invalidate(refused) {
      if (grant?.token === refused && !isRecent(invalidatedAt, tenth(grant, 30_000), now())) {
        grant.lifetime = 0
        invalidatedAt = now()
      }
    },
  }
}

/** A tenth of the lifetime, at most so many milliseconds. */
function tenth({ lifetime }: OwnedGrant, most: number): number {
  return Math.min(lifetime / 10, most)
}
