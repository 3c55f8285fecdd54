import '@scopegate/express/augment'
import type { Request } from 'express'

/** Whoever asks for it gets `req.auth` typed, and still has to say what happens without a token. */
export function clientOf(req: Request): string | undefined {
  // @ts-expect-error on public and optional routes there may be no token
  req.auth.clientId
  return req.auth?.clientId
}
