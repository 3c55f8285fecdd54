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
      // A new one, as what came from the test's own process has no prototype, and is no text for Stryker.
      vitest?.state.catchError(new Error(error.message), 'Unhandled Error')
      // Not awaited: it waits for the end of the run, which waits for its reporters.
      void vitest?.cancelCurrentRun('test-failure')
    },
  }
}
