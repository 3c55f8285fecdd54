import {
  type AccessToken,
  type AuthorizationDecision,
  createResourceServer,
  type ResourceRequest,
  type Secrets,
} from '@scopegate/core'

type Scope = 'query' | 'write'
const issuer = 'https://issuer.example'
const audience = 'https://api.example'
const secret = 'a secret of at least 32 bytes....'
const url = 'https://api.example/maps'
const route = { method: 'GET', path: '/maps' } as const

/** What must be said, or given up in words. */
export function profiles(): void {
  createResourceServer({ issuer, audience })
  createResourceServer({ issuer, audience: null, claims: { token_use: 'access' } })
  createResourceServer({ tokens: [{ issuer, audience }] })
  // @ts-expect-error the audience is missing
  createResourceServer({ issuer })
  // @ts-expect-error the issuer is missing
  createResourceServer({ audience })
  // @ts-expect-error an audience given up without a claim that ties the token to this API
  createResourceServer({ issuer, audience: null })
  // @ts-expect-error a profile without its audience
  createResourceServer({ tokens: [{ issuer }] })
  // @ts-expect-error no issuer, and no keys: nothing says where they are
  createResourceServer({ issuer: null, audience })
  // @ts-expect-error two sources of keys
  createResourceServer({ issuer, audience, jwksUri: `${issuer}/keys`, secret })
  // @ts-expect-error keys that are given are never fetched anew
  createResourceServer({ issuer, audience, secret, keySet: { maxAge: 60 } })
  // @ts-expect-error an algorithm that is none
  createResourceServer({ issuer, audience, algorithms: ['none'] })
  // @ts-expect-error an option that does not exist
  createResourceServer({ issuer, audience, algorithm: ['RS256'] })
}

/** What is a secret, and what finds one: its parameter needs no type, wherever it is written. */
export function secrets(bytes: Uint8Array, buffer: Buffer, several: Secrets): void {
  const one = { issuer, audience, algorithms: ['HS256'] } as const
  for (const given of [secret, bytes, buffer, [secret, bytes, buffer], [secret], [bytes], several])
    createResourceServer({ ...one, secret: given })
  createResourceServer({ ...one, secret: { by: 'kid', find: (key) => key.concat('x') } })
  createResourceServer({ ...one, secret: { by: { claim: 'key' }, find: async (key) => [key, bytes] } })
  createResourceServer({
    tokens: [{ ...one, secret: { by: 'kid', find: (key) => new Map([[key, buffer]]).get(key) } }],
  })
  createResourceServer({
    ...{ issuer: null, audience: null },
    secret: { by: { claim: 'key' }, find: (key) => (key === 'one' ? secret : undefined) },
  })
  // @ts-expect-error a number is no secret
  createResourceServer({ ...one, secret: 5 })
  // @ts-expect-error nor is an empty object
  createResourceServer({ ...one, secret: {} })
  // @ts-expect-error nor is a list of numbers
  createResourceServer({ ...one, secret: [5] })
  // @ts-expect-error what is found is found by something
  createResourceServer({ ...one, secret: { find: () => secret } })
  // @ts-expect-error a key id is text
  createResourceServer({ ...one, secret: { by: 'kid', find: (key: number) => String(key) } })
  // @ts-expect-error and so is what is found
  createResourceServer({ ...one, secret: { by: 'kid', find: (key) => key.length } })
}

/** What a rule must say. */
export function rules(): void {
  const server = (...routes: Parameters<typeof createResourceServer>[0]['routes'] & object): void =>
    void createResourceServer({ issuer, audience, routes })
  server({ ...route, scopes: 'query write' }, { ...route, scopes: { any: ['query', 'write'] } })
  server(
    { ...route, access: 'public' },
    { ...route, tokens: 'app' },
    { ...route, scopes: 'a', access: 'optional' },
  )
  // @ts-expect-error nothing is asked
  server({ ...route })
  // @ts-expect-error a bare array does not say whether all or any are meant
  server({ ...route, scopes: ['query', 'write'] })
  // @ts-expect-error an access that does not exist
  server({ ...route, access: 'none' })
  // @ts-expect-error a public route asks for no scope
  server({ ...route, access: 'public', scopes: 'query' })
  // @ts-expect-error no method
  server({ path: '/maps', scopes: 'query' })
  // @ts-expect-error no regular expressions
  server({ method: 'GET', path: /maps/, scopes: 'query' })
  // @ts-expect-error a misspelt key
  server({ ...route, scope: 'query' })
}

/** A union of scopes, where one is given. */
export function knownScopes(): void {
  const server = createResourceServer<Scope>({ issuer, audience, routes: [{ ...route, scopes: 'query' }] })
  server.requiring('write')
  server.requiring({ anyOf: [['query', 'write'], ['query']] })
  // @ts-expect-error an unknown scope in the table
  createResourceServer<Scope>({ issuer, audience, routes: [{ ...route, scopes: 'delete' }] })
  // @ts-expect-error an unknown scope in a requirement
  server.requiring({ all: ['query', 'delete'] })
  // @ts-expect-error an unknown scope in a route's own requirement
  server.requiring({ scopes: 'delete' })
  // @ts-expect-error a requirement knows no route, so it binds no parameter
  server.requiring({ scopes: 'query', match: { id: 'sub' } })
}

/** What a decision gives away, and when. */
export function decisions(decision: AuthorizationDecision): unknown {
  // @ts-expect-error a refused request has no token
  decision.token
  // @ts-expect-error an allowed request has no status
  decision.status
  if (decision.allowed === false) return decision.status
  // @ts-expect-error public and optional routes have no token
  const clientId: string | undefined = decision.token.clientId
  return clientId
}

/** What nobody changes. */
export function readOnly(token: AccessToken): void {
  // @ts-expect-error claims are as the issuer signed them
  token.claims.sub = 'someone else'
  // @ts-expect-error scopes too
  token.scopes.push('write')
  // @ts-expect-error a claim may be anything
  const tenant: string = token.claims.tenant
  void tenant
}

/** What an adapter must hand over. */
export function requests(): readonly ResourceRequest[] {
  const rawHeaders = ['Host', 'api.example']
  return [
    { method: 'GET', target: '/maps', rawHeaders },
    { method: 'GET', url, rawHeaders },
    // @ts-expect-error neither target nor URL
    { method: 'GET', rawHeaders },
    // @ts-expect-error target and URL: which of them is it?
    { method: 'GET', target: '/maps', url, rawHeaders },
    // @ts-expect-error merged headers hide a repeated credential
    { method: 'GET', target: '/maps', rawHeaders: { host: 'api.example' } },
  ]
}

/** A decision in the making is no decision. */
export async function awaited(request: ResourceRequest): Promise<boolean> {
  const server = createResourceServer({ issuer, audience, routes: [{ ...route, access: 'public' }] })
  // @ts-expect-error not awaited
  if (server.authorize(request).allowed) return true
  // @ts-expect-error there may be none yet
  if (server.authorizeNow(request).allowed) return true
  return (await server.authorize(request)).allowed
}
