const failure = (): Error => new Error('a callback of the application failed')

/** An error that fights back when it is looked at. */
const hostileError = (): unknown => {
  const fail = (): never => {
    throw failure()
  }
  return new Proxy(failure(), { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail })
}

/** Whatever a callback of the application may do instead of answering. */
export const MISBEHAVIOUR: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw failure()
  },
  'throws nothing': () => {
    throw undefined
  },
  'throws what cannot be looked at': () => {
    throw hostileError()
  },
  rejects: async () => await Promise.reject(failure()),
  'rejects with nothing': async () => await Promise.reject(undefined),
  'rejects with what cannot be looked at': async () => await Promise.reject(hostileError()),
  'rejects later': async () => await new Promise((_, reject) => setTimeout(reject, 20, failure())),
  'rejects too late': async () => await new Promise((_, reject) => setTimeout(reject, 80, failure())),
  'never settles': async () => await new Promise(() => {}),
  'gives a thenable that throws': () =>
    thenable(() => {
      throw failure()
    }),
  'gives a thenable that rejects': () => thenable((_, reject) => reject(failure())),
  'gives a thenable that never settles': () => thenable(() => {}),
  'gives what cannot be looked at': hostileError,
  'overflows the stack': function overflow(): unknown {
    return [overflow()]
  },
}

type Then = (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void

function thenable(then: Then): unknown {
  return { then }
}
