import type { Challenger } from './challenge.ts'
import type { ErrorRenderer } from './error-renderer.ts'
import { ConfigurationError } from './errors.ts'
import { createProfileKeys, type KeyEnvironment, profileAlgorithms } from './profile-keys.ts'
import { compileTokenProfile, profileName, type TokenProfile } from './token-profile.ts'
import type { ProfileOptions } from './token-profile-options.ts'

/** Compiles the profiles of a server; `where` is what their option paths begin with (`tokens`, or nothing). */
export function compileTokenProfiles(
  profiles: readonly ProfileOptions[],
  environment: KeyEnvironment,
  challengerOf: (render: ErrorRenderer, where: string) => Challenger,
  where: (index: number) => string,
): readonly TokenProfile[] {
  for (const [index, profile] of profiles.entries()) {
    refuseUnboundAudience(profile, where(index))
    refuseEndless(profile, where(index))
    refuseContradictions(profile, where(index))
    refuseTwins(profiles.slice(0, index), profile, where(index))
  }
  const challengers = new Map<ErrorRenderer, Challenger>()
  return profiles.map((profile, index) => {
    const algorithms = profileAlgorithms(profile, where(index))
    const keys = createProfileKeys(profile, algorithms, environment, where(index))
    const { renderError } = profile
    const challenge =
      renderError && (challengers.get(renderError) ?? challengerOf(renderError, `${where(index)}renderError`))
    if (challenge) challengers.set(renderError, challenge)
    return compileTokenProfile(profile, { keys, algorithms, now: environment.now, challenge })
  })
}

/** Without an audience something else must tie a token to this API: a fixed claim, or the very secret it is signed with. */
function refuseUnboundAudience({ audience, claims, secret }: ProfileOptions, where: string): void {
  const looksUp = typeof secret === 'object' && Object.hasOwn(secret, 'find')
  if (audience !== null || looksUp || Object.keys(claims ?? {}).length > 0) return
  throw new ConfigurationError(
    `${where}audience`,
    'null needs `claims` that tie the token to this API, such as { token_use: "access" }',
  )
}

function refuseEndless({ expiry, status }: ProfileOptions, where: string): void {
  if (expiry !== 'optional' || status !== undefined) return
  throw new ConfigurationError(
    `${where}expiry`,
    "'optional' needs `status`: something must say when such a token ends",
  )
}

function refuseContradictions({ rfc9068, typ, expiry, maxLifetime }: ProfileOptions, where: string): void {
  if (rfc9068 && typ !== undefined) {
    throw new ConfigurationError(`${where}typ`, 'cannot stand beside `rfc9068`, which asks for at+jwt')
  }
  if (expiry === 'optional' && maxLifetime !== undefined) {
    throw new ConfigurationError(
      `${where}maxLifetime`,
      "refuses the tokens without `exp` that `expiry: 'optional'` admits",
    )
  }
}

/** Which profile a token is for must be plain before it is trusted: by issuer, or else by a fixed claim. */
function refuseTwins(earlier: readonly ProfileOptions[], profile: ProfileOptions, where: string): void {
  for (const other of earlier) {
    if (profileName(other) === profileName(profile)) {
      throw new ConfigurationError(`${where}name`, 'is the name of another profile too; name this one')
    }
    if (other.issuer === profile.issuer && sameHeader(other, profile) && !differByClaim(other, profile)) {
      throw new ConfigurationError(
        `${where}issuer`,
        'is that of another profile too; tell their tokens apart by `claims`',
      )
    }
  }
}

function sameHeader(one: ProfileOptions, other: ProfileOptions): boolean {
  return (one.header ?? 'authorization').toLowerCase() === (other.header ?? 'authorization').toLowerCase()
}

function differByClaim(one: ProfileOptions, other: ProfileOptions): boolean {
  return Object.entries(one.claims ?? {}).some(([claim, value]) => {
    return Object.hasOwn(other.claims ?? {}, claim) && other.claims?.[claim] !== value
  })
}
