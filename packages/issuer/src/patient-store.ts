import type { IssuerStore } from './store.ts'
import { withinTime } from './within-time.ts'

const LONGEST_CALL_MS = 10_000

/** The same store, of which no call lasts for ever: one that takes too long rejects, as if the store were down. */
export function patientStore(store: IssuerStore): IssuerStore {
  return Object.freeze<IssuerStore>({
    persistent: store.persistent,
    accounts: patient(store.accounts),
    credentials: patient(store.credentials),
    accessTokens: patient(store.accessTokens),
    refreshTokens: patient(store.refreshTokens),
    signingKeys: patient(store.signingKeys),
    close: async () => await store.close(),
  })
}

type Methods = Readonly<Record<PropertyKey, (...args: unknown[]) => Promise<unknown>>>

/** Looked up by name at each call: the methods may be those of a class. */
function patient<T extends object>(methods: T): T {
  const get =
    (_: object, name: PropertyKey) =>
    async (...args: unknown[]): Promise<unknown> =>
      await withinTime(async () => await (methods as Methods)[name]?.(...args), LONGEST_CALL_MS)
  return new Proxy<T>(Object.create(null), { get })
}
