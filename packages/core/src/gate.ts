import { createAccessTokenVerifier } from './access-token-verifier.ts'
import { type Challenger, createChallenger } from './challenge.ts'
import type { DecisionEvent } from './decision-event.ts'
import { ConfigurationError } from './errors.ts'
import { KEY_SET_DEFAULTS } from './key-set-options.ts'
import { createOriginPolicy, type OriginPolicy } from './origin-policy.ts'
import { parseOptions } from './parse-options.ts'
import {
  type ResourceServerOptions,
  type ServerOptions,
  schemaOf,
  withDefaults,
} from './resource-server-options.ts'
import { compileRouteRules, type RouteTable } from './route-rules.ts'
import { type Authenticator, createAuthenticator } from './token-cache.ts'
import type { TokenProfile } from './token-profile.ts'
import { compileTokenProfiles } from './token-profiles.ts'

/** A resource server's options, compiled: what the steps read instead of options. */
export interface Gate {
  readonly table: RouteTable
  readonly profiles: readonly TokenProfile[]
  readonly kinds: ReadonlySet<string>
  readonly authenticator: Authenticator
  /** Lower-case names of the headers that may carry a token. */
  readonly credentialHeaders: readonly string[]
  readonly origins: OriginPolicy
  readonly challenge: Challenger
  readonly refusesMethodOverride: boolean
  readonly onDecision: ((event: DecisionEvent) => void | Promise<void>) | undefined
}

/** Checks and compiles the options. @throws ConfigurationError naming the offending key */
export function compileGate(input: ResourceServerOptions): Gate {
  const options = withDefaults(parseOptions(schemaOf(input), input, ''))
  refuseCorsWithoutEffect(options)
  const now = failingClosed(options.now)
  const where = Object.hasOwn(input, 'tokens') ? (index: number) => `tokens[${index}].` : () => ''
  const profiles = compileTokenProfiles(options.profiles, { fetch: options.fetch, now }, where)
  const kinds = new Set(profiles.map(({ kind }) => kind).filter((kind) => kind !== undefined))
  return Object.freeze({
    table: compileRouteRules(options.routes ?? [], kinds),
    profiles,
    kinds,
    authenticator: createAuthenticator({
      verify: createAccessTokenVerifier(profiles, now),
      limits: options.tokenCache,
      maxTokenLength: options.maxTokenLength,
      now,
    }),
    credentialHeaders: ['authorization'],
    origins: createOriginPolicy(options.origins, options.cors),
    challenge: createChallenger(options.realm, options.noRule ?? 403, KEY_SET_DEFAULTS.timeout),
    refusesMethodOverride: options.methodOverride !== 'ignore',
    onDecision: options.onDecision,
  })
}

function refuseCorsWithoutEffect({ cors, origins, routes }: ServerOptions): void {
  if (cors !== undefined && origins === undefined)
    throw new ConfigurationError('cors', 'has no effect without `origins`')
  if (origins === undefined || routes !== undefined) return
  throw new ConfigurationError('origins', 'needs `routes`: a preflight is answered from the route table')
}

/** A clock that throws or gives no number reads as not-a-number, which every comparison of times takes as a denial. */
function failingClosed(now: () => number): () => number {
  return () => {
    try {
      const time: unknown = now()
      return typeof time === 'number' ? time : Number.NaN
    } catch {
      return Number.NaN
    }
  }
}
