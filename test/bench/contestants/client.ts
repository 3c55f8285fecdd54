import { createTokenManager, type TokenManager } from '@scopegate/client'
import { createFetch } from '@scopegate/client/fetch'
import { measure } from 'mitata'
import type { Measurement } from '../bursts.ts'
import type { Contestant } from '../sampler.ts'

/** A token endpoint that answers at once, with a token that outlives the run. */
const tokenEndpoint = async (): Promise<Response> =>
  Response.json({ access_token: 'token', token_type: 'Bearer', expires_in: 86_400 })

function createManager(): TokenManager {
  return createTokenManager({
    tokenEndpoint: 'https://issuer.example/oauth/token',
    credentials: { clientId: 'reader', clientSecret: 'secret' },
    scope: 'query',
    fetch: tokenEndpoint,
  })
}

/** Microseconds per call, by mitata. */
async function perCall(call: () => Promise<unknown>): Promise<Measurement> {
  await call()
  return async () => ((await measure(call)) as { readonly avg: number }).avg / 1000
}

const API = 'https://api.example'
const answer = new Response(null, { status: 204 })
const api = async (_: unknown, __?: unknown): Promise<Response> => answer

export const contestants: Readonly<Record<string, Contestant<unknown>>> = {
  'token()': async () => {
    const tokens = createManager()
    return await perCall(() => tokens.token())
  },
  'fetch()': async () => {
    const authorized = createFetch(createManager(), { api: API, fetch: api })
    return await perCall(() => authorized(`${API}/maps`))
  },
}
