import { createAccessTokenVerifier } from './access-token-verifier.ts'
import { type Authenticator, createAuthenticator } from './authenticator.ts'
import { type Challenger, createChallenger } from './challenge.ts'
import type { DecisionEvent } from './decision-event.ts'
import type { ErrorRenderer } from './error-renderer.ts'
import { ConfigurationError } from './errors.ts'
import type { CorsOptions } from './origin-options.ts'
import { createOriginPolicy, type OriginPolicy } from './origin-policy.ts'
import { parseOptions } from './parse-options.ts'
import { createHeaderReader, type HeaderReader } from './request-headers.ts'
import {
  type ResourceServerOptions,
  type ServerOptions,
  schemaOf,
  withDefaults,
} from './resource-server-options.ts'
import { compileRouteRules, type RouteTable } from './route-rules.ts'
import { ignoreRejection } from './stray-promise.ts'
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
  readonly readHeaders: HeaderReader
  readonly origins: OriginPolicy
  readonly challenge: Challenger
  readonly refusesMethodOverride: boolean
  /** Whether nothing is enforced: every request goes on and is only reported. */
  readonly monitors: boolean
  readonly now: () => number
  readonly onDecision: ((event: DecisionEvent) => void | Promise<void>) | undefined
}

/** Checks and compiles the options. @throws ConfigurationError naming the offending key */
export function compileGate(input: ResourceServerOptions): Gate {
  const options = withDefaults(parseOptions(schemaOf(input), input, ''))
  refuseCorsWithoutEffect(options)
  refuseMonitoringForNobody(options)
  const now = failingClosed(options.now)
  const clock = failingLoudly(options.now)
  const challengerOf = (render: ErrorRenderer | undefined, where: string): Challenger =>
    createChallenger({ realm: options.realm, noRule: options.noRule ?? 403, render, where })
  const where = Object.hasOwn(input, 'tokens') ? (index: number) => `tokens[${index}].` : () => ''
  const profiles = compileTokenProfiles(options.profiles, { fetch: options.fetch, now }, challengerOf, where)
  const kinds = new Set(profiles.map(({ kind }) => kind).filter((kind) => kind !== undefined))
  const credentialHeaders = [...new Set(profiles.map(({ header }) => header))]
  const challenge = sharedChallenger(options, profiles) ?? challengerOf(options.renderError, 'renderError')
  return Object.freeze({
    table: compileRouteRules(options.routes ?? [], kinds, options.basePath),
    profiles,
    kinds,
    authenticator: createAuthenticator({
      verifier: createAccessTokenVerifier(profiles, clock),
      limits: options.tokenCache,
      maxTokenLength: options.maxTokenLength,
      now: clock,
    }),
    credentialHeaders,
    readHeaders: createHeaderReader(credentialHeaders),
    origins: createOriginPolicy(options.origins, corsFor(options.cors, credentialHeaders), now),
    challenge,
    refusesMethodOverride: options.methodOverride !== 'ignore',
    monitors: options.mode === 'monitor',
    onDecision: options.onDecision,
    now: clock,
  })
}

/** That of the token profiles, where the server has none of its own and they have all the same. */
function sharedChallenger(
  { renderError }: ServerOptions,
  [first, ...others]: readonly TokenProfile[],
): Challenger | undefined {
  const isShared = others.every(({ challenge }) => challenge === first?.challenge)
  return renderError === undefined && isShared ? first?.challenge : undefined
}

function refuseMonitoringForNobody({ mode, onDecision }: ServerOptions): void {
  if (mode !== 'monitor' || onDecision !== undefined) return
  throw new ConfigurationError('mode', "'monitor' only reports to `onDecision`; without it, nothing is left")
}

function refuseCorsWithoutEffect({ cors, origins, routes }: ServerOptions): void {
  if (cors !== undefined && origins === undefined)
    throw new ConfigurationError('cors', 'has no effect without `origins`')
  if (origins === undefined || routes !== undefined) return
  throw new ConfigurationError('origins', 'needs `routes`, by which preflights are answered')
}

/** A page must be able to send its token: unless told otherwise it may send whatever header a token comes in. */
function corsFor(cors: CorsOptions | undefined, tokenHeaders: readonly string[]): CorsOptions {
  const names = tokenHeaders.map((name) => (name === 'authorization' ? 'Authorization' : name))
  const allowedHeaders = cors?.allowedHeaders ?? [...names, 'Content-Type']
  if (!allowedHeaders.some((name) => tokenHeaders.includes(name.toLowerCase()))) {
    throw new ConfigurationError('cors.allowedHeaders', `must name what tokens come in: ${names.join(', ')}`)
  }
  return Object.assign(Object.create(null) as CorsOptions, cors, { allowedHeaders })
}

/** For what is kept: a clock that throws or gives no number reads as not-a-number, by which nothing is ever fresh. */
function failingClosed(now: () => number): () => number {
  const clock = failingLoudly(now)
  return () => {
    try {
      return clock()
    } catch {
      return Number.NaN
    }
  }
}

/** For tokens: without a clock nothing can be said of one, and the fault is ours. */
function failingLoudly(now: () => number): () => number {
  return () => {
    const time: unknown = now()
    if (typeof time === 'number' && !Number.isNaN(time)) return time
    ignoreRejection(time)
    throw new TypeError('the clock gives no number')
  }
}
