export { accessToken, optionalAccessToken, type State } from './access-token.ts'
export { protect, requireScopes } from './protect.ts'
