import { createMemoryStore, type IssuerStore } from '@scopegate/issuer'

type Part = 'accounts' | 'credentials' | 'accessTokens' | 'refreshTokens' | 'signingKeys'
type Method = (...args: unknown[]) => Promise<unknown>

/** A store whose calls can be left without any answer. */
export interface StallingStore {
  readonly store: IssuerStore
  /** From now on no such call settles. */
  stall(part: Part, method: string): void
  /** New calls are answered again; what was called before never is. */
  heal(): void
  /** How many calls have been left so. */
  stalled(): number
}

export function createStallingStore(): StallingStore {
  const memory = createMemoryStore()
  const mute = new Set<string>()
  let stalled = 0
  const stalling = <Name extends Part>(part: Name): IssuerStore[Name] => {
    const methods = Object.entries(memory[part] as unknown as Record<string, Method>)
    const wrapped = methods.map(([name, method]): [string, Method] => [
      name,
      async (...args) => {
        if (!mute.has(`${part}.${name}`)) return await method(...args)
        stalled++
        return await new Promise(() => undefined)
      },
    ])
    return Object.fromEntries(wrapped) as unknown as IssuerStore[Name]
  }
  return {
    store: {
      ...memory,
      accounts: stalling('accounts'),
      credentials: stalling('credentials'),
      accessTokens: stalling('accessTokens'),
      refreshTokens: stalling('refreshTokens'),
      signingKeys: stalling('signingKeys'),
    },
    stall: (part, method) => void mute.add(`${part}.${method}`),
    heal: () => mute.clear(),
    stalled: () => stalled,
  }
}
