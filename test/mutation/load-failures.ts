import type { Reporter, TestModule, Vitest } from 'vitest/node'

/** A file of tests that fails to load has no test to fail: without this it would pass for one that noticed nothing. */
export function reportLoadFailures(): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit: (running: Vitest) => {
      vitest = running
    },
    onTestModuleEnd: (module: TestModule) => {
      const [error] = module.errors()
      if (error === undefined) return
      vitest?.state.catchError(error, 'Unhandled Error')
      // Not awaited: it waits for the end of the run, which waits for its reporters.
      void vitest?.cancelCurrentRun('test-failure')
    },
  }
}
