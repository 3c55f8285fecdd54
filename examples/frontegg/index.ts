export { createDirectory, type Directory } from './directory.ts'
export { ENVIRONMENT, EXCHANGE_PATH, REFRESH_PATH, VENDOR_PATH } from './environment.ts'
export { errorList, errorListAsSdk } from './errors.ts'
export {
  ACME,
  ADA,
  type Frontegg,
  type FronteggSettings,
  GLOBEX,
  newAccessToken,
  newApiToken,
  startFrontegg,
} from './frontegg.ts'
export { type Grants, grantsIn, oneOfEach, role, toScopes } from './grants.ts'
export { type Identity, startIdentity } from './identity.ts'
export type { MachineOptions } from './machines.ts'
export {
  createFronteggServer,
  FRONTEGG_IDENTITY_ROUTES,
  FRONTEGG_KINDS,
  FRONTEGG_ROUTES,
  type FronteggProfilesOptions,
  type FronteggServerOptions,
  fronteggProfiles,
} from './policy.ts'
export {
  type AccessTokenOfMachine,
  type Answer,
  type ApiToken,
  createToken,
  deleteToken,
  exchange,
  refresh,
  tokenOf,
  vendorToken,
} from './requests.ts'
export { createVendor, type SignIn, signIn, type Vendor } from './sessions.ts'
