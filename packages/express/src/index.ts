export { accessToken, optionalAccessToken } from './access-token.ts'
export { protect, requireScopes } from './protect.ts'
