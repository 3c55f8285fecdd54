export { clientSecretBasic } from './client-secret-basic.ts'
export {
  createDialect,
  type DialectDescription,
  type RefreshRequestShape,
  type TokenReplyShape,
  type TokenRequestShape,
} from './create-dialect.ts'
export { clientSecretJson, clientSecretPost, rawBasic } from './ready-made-dialects.ts'
