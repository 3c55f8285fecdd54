import { createResourceServer } from '@scopegate/core'
import { type Frontegg, startFrontegg } from '@scopegate/example-frontegg'
import { type Api, startGatedApis } from '@scopegate/example-harness'
import { type Hundredms, startHundredms } from '@scopegate/example-hundredms/hundredms.ts'
import { type Metafold, startMetafold } from '@scopegate/example-metafold'
import { type Multiset, sourcesOf, startMultiset } from '@scopegate/example-multiset/multiset.ts'
import { allInOnePolicy, ROUTES } from './policy.ts'

/** The four systems as they are, and the routes of all of them behind one gate. */
export interface AllInOne {
  readonly multiset: Multiset
  readonly metafold: Metafold
  readonly frontegg: Frontegg
  readonly hundredms: Hundredms
  /** The one gate, on every framework. */
  readonly apis: readonly Api[]
  readonly close: () => Promise<void>
}

/** Starts everything. */
export async function startAllInOne(now: () => number): Promise<AllInOne> {
  const [multiset, metafold, frontegg, hundredms] = await Promise.all([
    startMultiset({ now }),
    startMetafold({ now }),
    startFrontegg({ now }),
    startHundredms(now),
  ])
  const { issuer } = metafold.tenant
  const sources = {
    multiset: sourcesOf(multiset.portal),
    metafold: { issuer: issuer.issuer, status: issuer.status },
    frontegg: frontegg.identity.profiles,
    hundredms: hundredms.workspaces,
    now,
  }
  const apis = await startGatedApis(
    () => createResourceServer(allInOnePolicy(sources)),
    ROUTES,
    metafold.projects.answers,
  )
  const running = [multiset, metafold, frontegg, hundredms, ...apis]
  const close = async (): Promise<void> =>
    void (await Promise.all(running.map(async (one) => await one.close())))
  return { multiset, metafold, frontegg, hundredms, apis, close }
}
