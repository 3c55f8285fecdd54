import type { BundleRule } from './check-bundle.ts'

const FRAMEWORK_OR_DRIVER = /^(express|koa|@koa\/.*|hono|@hono\/.*|kysely|pg|@libsql\/.*)$/
/** An adapter brings its own lines and nothing else, not even core: it is handed a resource server. */
const ANYTHING_ELSE = /^(?!@scopegate\/(express|koa|hono|client)$)/

/** By package. Coverage checks and `testing` run in tests, where weight is nobody's concern. */
export const BUNDLE_RULES: Readonly<Record<string, readonly BundleRule[]>> = {
  core: [{ entry: '@scopegate/core', budget: 30_000, without: /^(?!@scopegate\/core$|zod$)/ }],
  express: [{ entry: '@scopegate/express', budget: 1500, without: ANYTHING_ELSE }],
  koa: [{ entry: '@scopegate/koa', budget: 1500, without: ANYTHING_ELSE }],
  hono: [{ entry: '@scopegate/hono', budget: 1500, without: ANYTHING_ELSE }],
  issuer: [{ entry: '@scopegate/issuer', budget: 40_000, without: FRAMEWORK_OR_DRIVER, builtIns: true }],
  client: [
    { entry: '@scopegate/client', budget: 3000, without: ANYTHING_ELSE },
    { entry: '@scopegate/client/dialects', budget: 1600, without: ANYTHING_ELSE },
    { entry: '@scopegate/client/fetch', budget: 1100, without: ANYTHING_ELSE },
    { entry: '@scopegate/client/mint', budget: 1100, without: ANYTHING_ELSE },
  ],
}
