export { createFakeClock, type FakeClock } from './fake-clock.ts'
export type { KeySetFault, KeySetFaultHandler, KeySetFaultMode } from './key-set-faults.ts'
export {
  type KeySetEndpoint,
  type KeySetRequests,
  type KeySetServer,
  type KeySetServerOptions,
  startKeySetServer,
} from './key-set-server.ts'
export { createTestIssuer, type MintOptions, type TestIssuer, type TestIssuerOptions } from './test-issuer.ts'
export { createTestKey, signToken, type TestKey, type TestKeyOptions, type TokenPart } from './test-key.ts'
