import { readTextPool } from './text-pool.ts'
import { ORIGIN, type TokenSet } from './token-set.ts'

/** What of a request differs from the allowed one of a program. */
export interface RequestShape {
  readonly method?: string
  readonly origin?: boolean
  readonly token?: boolean
  readonly headers?: readonly string[]
}

/** The same request with each of the tokens, as bytes. */
export function makeRequests(tokens: TokenSet, shape: RequestShape = {}): readonly Buffer[] {
  const { method = 'GET', origin = false, token = true, headers = [] } = shape
  const texts = readTextPool(tokens.file)
  return Array.from({ length: texts.count }, (_, at) => {
    const lines = [
      `${method} /maps/m${at} HTTP/1.1`,
      'Host: api.example',
      'User-Agent: bench',
      'Accept: application/json',
      ...(origin ? [`Origin: ${ORIGIN}`] : []),
      ...(token ? [`Authorization: Bearer ${texts.fresh(at)}`] : []),
      ...headers,
    ]
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  })
}
