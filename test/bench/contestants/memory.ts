import { createResourceServer } from '@scopegate/core'
import { createVerifier } from 'fast-jwt'
import type { Contestant } from '../sampler.ts'
import { readTextPool, type TextPool } from '../text-pool.ts'
import { AUDIENCE, ISSUER, type TokenSet } from '../token-set.ts'

/** What fills a cache with one token after another. */
type Fill = (texts: TextPool) => Promise<unknown>

/** Bytes that a cache holds per token, beside the text of the token itself. */
function heldBy(createFill: (tokens: TokenSet) => Fill): Contestant<{ readonly tokens: TokenSet }> {
  return async ({ tokens }) => {
    const texts = readTextPool(tokens.file)
    const fill = createFill(tokens)
    const textBytes = texts.fresh(0).length
    const before = heapUsed()
    const holder = await fill(texts)
    const perToken = (heapUsed() - before) / texts.count - textBytes
    // The cache must live until it was measured.
    return () => (holder === undefined ? Number.NaN : perToken)
  }
}

function heapUsed(): number {
  for (let times = 0; times < 3; times++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const fillScopegate = (tokens: TokenSet): Fill => {
  const server = createResourceServer({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { keys: [tokens.jwk as NonNullable<TokenSet['jwk']>] },
    routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
    tokenCache: { maxEntries: tokens.count + 1, maxBytes: 4_294_967_296 },
  })
  return async (texts) => {
    for (let at = 0; at < texts.count; at++) {
      const rawHeaders = ['Authorization', `Bearer ${texts.fresh(at)}`]
      await server.authorize({ method: 'GET', target: '/maps', rawHeaders })
    }
    return server
  }
}

const fillFastJwt = (tokens: TokenSet): Fill => {
  const verify = createVerifier({
    key: tokens.key,
    algorithms: [tokens.algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    checkTyp: 'at+jwt',
    cache: tokens.count + 1,
    cacheTTL: Number.POSITIVE_INFINITY,
    cacheKeyBuilder: (token: string) => token,
  })
  return async (texts) => {
    for (let at = 0; at < texts.count; at++) verify(texts.fresh(at))
    return verify
  }
}

export const contestants: Readonly<Record<string, Contestant<{ readonly tokens: TokenSet }>>> = {
  scopegate: heldBy(fillScopegate),
  'fast-jwt cached': heldBy(fillFastJwt),
}
