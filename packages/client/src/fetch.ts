import { ConfigurationError } from './errors.ts'
import { withDefaults } from './option-checks.ts'
import { secureUrl } from './secure-url.ts'
import type { TokenSource } from './token-manager.ts'

/** What `createFetch` makes: `fetch` for one API. */
export type AuthorizedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What a `fetch` with tokens is made of. */
export interface FetchOptions {
  /**
   * The origins that get the token, `https://api.example` for instance; https unless on loopback. Any other URL is an
   * error. Relative URLs are resolved against the first.
   */
  readonly api: string | readonly string[]
  /** Space-separated scopes of the token. Default: the token source's. */
  readonly scope?: string
  /** The audience of the token. Default: the token source's. */
  readonly audience?: string
  /** Lets tokens travel over plain http, for a network that is trusted. Default false. */
  readonly allowHttp?: boolean
  /** What requests are made with. Default the platform's `fetch`. */
  readonly fetch?: AuthorizedFetch
}

/**
 * Creates a `fetch` that adds `Authorization: Bearer` and, where the API answers 401 because of the token, repeats the
 * request once with a new token: never for another 401 (`insufficient_scope`, ...), for 403, or where no newer token is
 * to be had.
 *
 * A body that can be read only once (a stream, or that of a `Request`) is not sent again: the 401 is returned. A request
 * with an `Authorization` of its own goes out as it is. Redirects are not followed but returned (a page gets an opaque
 * response): a token belongs to the API, not to where it points.
 *
 * @throws ConfigurationError naming the option that is wrong or unknown
 * @example
 * const api = createFetch(tokens, { api: 'https://api.example' })
 * const response = await api('/v1/maps')
 * @see RFC 6750 sections 2.1 and 3.1
 */
export function createFetch(tokens: TokenSource, options: FetchOptions): AuthorizedFetch {
  const { api, scope, audience, allowHttp, fetch: send } = withDefaults(options, DEFAULTS)
  const origins = [api.length ? api : ''].flat().map((text) => toOrigin(text, allowHttp))

  return async function authorizedFetch(input, init) {
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    const url = new URL(request?.url ?? String(input), origins[0])
    if (!origins.includes(url.origin))
      throw new ConfigurationError('api', `${url.origin} is not among its origins`)
    const headers = new Headers(init?.headers ?? request?.headers)
    const target = request ?? url.href
    if (headers.has('authorization')) return await send(target, init)

    const redirect = (init?.redirect ?? request?.redirect) === 'error' ? 'error' : 'manual'
    const wanted = { scope, audience, signal: init?.signal ?? request?.signal }
    const sendWith = (token: string): Promise<Response> => {
      headers.set('authorization', `Bearer ${token}`)
      return send(target, { ...init, headers, redirect })
    }
    const token = await tokens.token(wanted)
    const response = await sendWith(token)
    if (!refusesToken(response)) return response
    tokens.invalidate(token)
    if (request?.bodyUsed || !isReplayable(init?.body)) return response
    const next = await tokens.token(wanted)
    if (next === token) return response
    await response.body?.cancel()
    return await sendWith(next)
  }
}

const DEFAULTS = {
  api: '',
  scope: undefined,
  audience: undefined,
  allowHttp: false,
  fetch: ((input, init) => fetch(input, init)) satisfies AuthorizedFetch,
}

function toOrigin(text: string, allowHttp: boolean): string {
  const href = secureUrl('api', text, allowHttp)
  const { origin } = new URL(href)
  if (href !== `${origin}/`) throw new ConfigurationError('api', 'must be an origin, without a path')
  return origin
}

/** A 401 that a new token may cure. Not every API says why, and a page may not be able to read it. */
function refusesToken({ status, headers }: Response): boolean {
  if (status !== 401) return false
  const error = /\berror\s*=\s*"?(\w*)/i.exec(headers.get('www-authenticate') ?? '')?.[1]
  return error === undefined || error === 'invalid_token'
}

function isReplayable(body: unknown): boolean {
  const classes = [URLSearchParams, FormData, Blob, ArrayBuffer]
  return (
    !body ||
    typeof body === 'string' ||
    ArrayBuffer.isView(body) ||
    classes.some((type) => body instanceof type)
  )
}
