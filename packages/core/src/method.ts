import { isUpperCaseWord } from './ascii.ts'

/** TRACE echoes credentials and CONNECT is no request for a resource: no rule can allow them, not even `'*'`. */
export function isNeverAllowed(method: string): boolean {
  return method === 'TRACE' || method === 'CONNECT'
}

/** Whether any rule could speak of a request with this method. */
export function isRoutable(method: string): boolean {
  return isUpperCaseWord(method) && !isNeverAllowed(method)
}
