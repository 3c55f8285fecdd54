import type { VerifiedToken } from './access-token.ts'
import { own } from './own.ts'
import type { RequirementOptions } from './route-rule-options.ts'
import { type ScopeAlternatives, satisfies, toAlternatives } from './scope.ts'

/** What a rule asks of the sign-in behind a token (RFC 9470), compiled. */
export interface StepUp {
  readonly acr: ReadonlySet<string> | undefined
  readonly amr: ScopeAlternatives | undefined
  /** In seconds. */
  readonly maxAge: number | undefined
  /** What the challenge says of it (RFC 9470 section 3). */
  readonly parameters: string
}

/** Compiles it; `undefined` where the rule asks nothing of the kind. */
export function compileStepUp({ acr, amr, maxAge }: RequirementOptions): StepUp | undefined {
  if (acr === undefined && amr === undefined && maxAge === undefined) return undefined
  const classes = typeof acr === 'string' ? [acr] : acr
  const parameters = [
    ...(classes ? [`acr_values="${classes.join(' ')}"`] : []),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
  ]
  return Object.freeze({
    acr: classes && new Set(classes),
    amr: amr === undefined ? undefined : toAlternatives(amr),
    maxAge,
    parameters: parameters.map((parameter) => `, ${parameter}`).join(''),
  })
}

/** Whether the token's user signed in strongly and recently enough. A claim that is missing or of another type does not. */
export function isSteppedUp(
  { acr, amr, maxAge }: StepUp,
  { accessToken, profile }: VerifiedToken,
  now: number,
): boolean {
  const claim = (name: string): unknown => own(accessToken.claims, name)
  if (acr !== undefined && !acr.has(claim('acr') as string)) return false
  if (amr !== undefined && !listsMethods(claim('amr'), amr)) return false
  return maxAge === undefined || isRecent(claim('auth_time'), now, maxAge, profile.clockTolerance)
}

function listsMethods(claim: unknown, wanted: ScopeAlternatives): boolean {
  return Array.isArray(claim) && satisfies(new Set(claim), wanted)
}

function isRecent(claim: unknown, now: number, maxAge: number, tolerance: number): boolean {
  if (typeof claim !== 'number') return false
  const age = now / 1000 - claim
  return age >= -tolerance && age <= maxAge + tolerance
}
