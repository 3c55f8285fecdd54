import type { ResourceServerOptions, RouteRule } from '@scopegate/core'
import { FRONTEGG_ROUTES, type FronteggProfilesOptions, fronteggProfiles } from '@scopegate/example-frontegg'
import { appProfile, type HundredmsSources, managementProfile } from '@scopegate/example-hundredms'
import { ROUTES as HUNDREDMS_ROUTES } from '@scopegate/example-hundredms/routes.ts'
import { METAFOLD_ROUTES, type MetafoldProfileOptions, metafoldProfile } from '@scopegate/example-metafold'
import { type MultisetSources, multisetProfile } from '@scopegate/example-multiset'
import { ROUTES as MULTISET_ROUTES } from '@scopegate/example-multiset/routes.ts'

/** What each system asks of its own side. */
export interface AllInOneSources {
  readonly multiset: MultisetSources
  readonly metafold: MetafoldProfileOptions
  readonly frontegg: FronteggProfilesOptions
  readonly hundredms: HundredmsSources
  readonly now: () => number
}

/** The routes of each system; every one of them names the tokens that it takes. */
export const ROUTES_OF: Readonly<
  Record<'multiset' | 'metafold' | 'frontegg' | 'hundredms', readonly RouteRule[]>
> = {
  multiset: MULTISET_ROUTES,
  metafold: METAFOLD_ROUTES,
  frontegg: FRONTEGG_ROUTES,
  hundredms: HUNDREDMS_ROUTES,
}

/** All routes behind one gate. */
export const ROUTES: readonly RouteRule[] = Object.values(ROUTES_OF).flat()

/** The four policies, put together: nothing in them is changed. */
export function allInOnePolicy(sources: AllInOneSources): ResourceServerOptions {
  const { multiset, metafold, frontegg, hundredms, now } = sources
  const { origins } = multiset
  return {
    tokens: [
      multisetProfile(multiset),
      metafoldProfile(metafold),
      ...fronteggProfiles(frontegg),
      managementProfile(hundredms),
      appProfile(hundredms),
    ],
    routes: ROUTES,
    // One system alone has pages: a page that sends another's token is nobody's.
    origins: {
      ...origins,
      allows: async (origin, token) => token.kind === 'multiset' && (await origins.allows(origin, token)),
    },
    now,
  }
}
