export { accessToken, optionalAccessToken } from './access-token.ts'
export { type Guard, protect, requireScopes } from './protect.ts'
