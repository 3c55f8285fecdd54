import { createSingleFlight } from '#single-flight'
import type { AccessToken, VerifiedToken } from './access-token.ts'
import { type Dated, isFresh, withinTime } from './cached-lookup.ts'
import type { SingleFlight } from './single-flight.ts'

/**
 * A question about a verified token to a source outside: its status, its live grants, an origin it may be used from. The
 * answers are kept with the token itself, so that no two tokens can ever share one.
 */
export interface TokenLookup<Value> {
  /** What is known and fresh; `undefined` where the source must be asked. Starts no work. */
  peek(token: VerifiedToken, detail?: string): Value | undefined
  get(token: VerifiedToken, detail?: string): Promise<Value>
}

/** What a {@link TokenLookup} is made of. Times are in milliseconds. */
export interface TokenLookupOptions<Value> {
  /** Must reject rather than resolve to anything that is no answer. */
  readonly load: (token: AccessToken, verified: VerifiedToken, detail: string) => Promise<Value>
  readonly maxAge: number
  readonly timeout: number
  readonly now: () => number
}

type Answers<Value> = Map<string, Dated<Value>>

/** An attacker with a valid token may send any number of details; only so many answers to short ones are kept with one token. */
const MAX_DETAILS = 16
const MAX_DETAIL_LENGTH = 512

/**
 * Creates the lookup; it holds nothing for a token that is no longer held elsewhere. Answers that may not be remembered are
 * not shared either: one asked for another request may be older than this one, or be the one use that a token has.
 */
export function createTokenLookup<Value>(options: TokenLookupOptions<Value>): TokenLookup<Value> {
  const { load, maxAge, timeout, now } = options
  const answers = new WeakMap<VerifiedToken, Answers<Value>>()
  const flights = new WeakMap<VerifiedToken, SingleFlight<string, Value>>()
  const peek = (token: VerifiedToken, detail = ''): Value | undefined => {
    const found = answers.get(token)?.get(detail)
    return found && isFresh(found, maxAge, now()) ? found.value : undefined
  }
  const ask = async (token: VerifiedToken, detail: string): Promise<Value> => {
    const value = await withinTime(async () => await load(token.accessToken, token, detail), timeout)
    keep(answers, token, detail, { value, at: now() })
    return value
  }
  const get = async (token: VerifiedToken, detail = ''): Promise<Value> => {
    if (maxAge === 0) return await ask(token, detail)
    const known = peek(token, detail)
    if (known !== undefined) return known
    const ofToken = flights.get(token) ?? createSingleFlight<string, Value>()
    flights.set(token, ofToken)
    return await ofToken.run(detail, async () => await ask(token, detail))
  }
  return Object.freeze({ peek, get })
}

function keep<Value>(
  answers: WeakMap<VerifiedToken, Answers<Value>>,
  token: VerifiedToken,
  detail: string,
  answer: Dated<Value>,
): void {
  if (detail.length > MAX_DETAIL_LENGTH) return
  const held: Answers<Value> = answers.get(token) ?? new Map()
  if (held.size >= MAX_DETAILS) held.clear()
  held.set(detail, answer)
  answers.set(token, held)
}
