export { accessToken, optionalAccessToken, type Variables } from './access-token.ts'
export { protect, requireScopes } from './protect.ts'
