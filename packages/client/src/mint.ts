export { type MintTokenOptions, mintToken } from './mint-token.ts'
export { appToken, managementToken, type TokenKind } from './token-kind.ts'
