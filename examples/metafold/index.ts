export { codedError, fieldErrors, msgError } from './errors.ts'
export { type MetafoldIssuer, startMetafoldIssuer, TOKEN_PATH } from './issuer.ts'
export { type Metafold, type MetafoldClient, type MetafoldSettings, startMetafold } from './metafold.ts'
export {
  createMetafoldServer,
  METAFOLD_AUDIENCE,
  METAFOLD_ROUTES,
  METAFOLD_SCOPES,
  type MetafoldProfileOptions,
  type MetafoldServerOptions,
  metafoldProfile,
} from './policy.ts'
export { createProjects, type Projects } from './projects.ts'
export { exchangeFields, requestToken } from './request-token.ts'
