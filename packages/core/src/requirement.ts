import type { VerifiedToken } from './access-token.ts'
import type { DenialReason } from './denial-reason.ts'
import { ConfigurationError } from './errors.ts'
import { own } from './own.ts'
import { type PathPattern, parameterIndex } from './path-pattern.ts'
import { OPAQUE, type RequestTarget } from './request-target.ts'
import type { RequirementOptions } from './route-rule-options.ts'
import { type ScopeAlternatives, satisfies, toAlternatives } from './scope.ts'
import { segmentAt } from './segments.ts'
import { compileStepUp, isSteppedUp, type StepUp } from './step-up.ts'

/** What a rule asks, compiled: nothing left to interpret when a request comes. */
export interface Requirement {
  /** Whether it lets a request without a token through; `public` does not even look for one. */
  readonly access: 'public' | 'optional' | 'token'
  readonly kinds: ReadonlySet<string> | undefined
  readonly scopes: ScopeAlternatives | undefined
  /** What a challenge names as required: all scopes of the first alternative. */
  readonly scope: string | undefined
  /** What it asks of the sign-in behind the token. */
  readonly stepUp: StepUp | undefined
  /** Path segments that must equal a claim. */
  readonly bindings: readonly ClaimBinding[]
  /** The opaque spellings it accepts, as bits. */
  readonly opaque: number
}

interface ClaimBinding {
  readonly segment: number
  readonly claim: string
}

/** Compiles what a rule asks, or refuses it naming the key: it must say something, and nothing that has no effect. */
export function compileRequirement(
  options: RequirementOptions,
  where: string,
  bindings: Requirement['bindings'] = [],
): Requirement {
  const { access, scopes, tokens } = options
  if (access === undefined && scopes === undefined && tokens === undefined) {
    throw new ConfigurationError(where, 'asks nothing; say `scopes`, `tokens` or `access`')
  }
  if ((access === 'public' || access === 'authenticated') && (scopes !== undefined || tokens !== undefined)) {
    throw new ConfigurationError(
      `${where}.access`,
      `'${access}' contradicts \`scopes\` and \`tokens\`; leave one out`,
    )
  }
  if (access === 'public') refuseBesidePublic(options, where)
  const alternatives = scopes === undefined ? undefined : toAlternatives(scopes)
  return Object.freeze({
    access: access === 'public' || access === 'optional' ? access : 'token',
    kinds: tokens === undefined ? undefined : new Set(typeof tokens === 'string' ? [tokens] : tokens),
    scopes: alternatives,
    scope: alternatives?.[0]?.join(' '),
    stepUp: compileStepUp(options),
    bindings,
    opaque: (options.opaque ?? []).reduce((bits, spelling) => bits | OPAQUE[spelling], 0),
  })
}

function refuseBesidePublic(options: RequirementOptions, where: string): void {
  for (const name of ['acr', 'amr', 'maxAge'] as const) {
    if (options[name] !== undefined)
      throw new ConfigurationError(`${where}.${name}`, 'has no effect on a public route')
  }
}

/** Compiles `match`: every key must be a parameter of the rule's own pattern. */
export function compileBindings(
  match: Readonly<Record<string, string>>,
  pattern: PathPattern,
  where: string,
): ClaimBinding[] {
  return Object.entries(match).map(([parameter, claim]) => {
    const segment = parameterIndex(pattern, parameter)
    if (segment === undefined)
      throw new ConfigurationError(`${where}.${parameter}`, 'is no parameter of `path`')
    return Object.freeze({ segment, claim })
  })
}

/** Judges a verified token: kind, scopes, resource binding, step-up. `undefined` means it may pass. */
export function judgeToken(
  requirement: Requirement,
  token: VerifiedToken,
  target: RequestTarget,
  now: () => number,
): DenialReason | undefined {
  const { kinds, scopes, bindings, stepUp } = requirement
  if (kinds !== undefined && !holdsKind(kinds, token)) return 'token_kind'
  if (scopes !== undefined && !satisfies(token.scopes, scopes)) return 'insufficient_scope'
  for (const binding of bindings) if (!isBound(binding, token, target)) return 'resource_mismatch'
  return stepUp === undefined || isSteppedUp(stepUp, token, now())
    ? undefined
    : 'insufficient_user_authentication'
}

function holdsKind(kinds: ReadonlySet<string>, { accessToken }: VerifiedToken): boolean {
  return accessToken.kind !== undefined && kinds.has(accessToken.kind)
}

/** Byte for byte: the segment decoded once, its case kept, against a claim that is a string. */
function isBound(
  { segment, claim }: ClaimBinding,
  { accessToken }: VerifiedToken,
  target: RequestTarget,
): boolean {
  const bound = own(accessToken.claims, claim)
  return typeof bound === 'string' && bound === segmentAt(target.decoded, segment)
}
