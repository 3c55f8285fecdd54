import { describe, expect, it } from 'vitest'
import {
  type Challenge,
  type ChallengeDetails,
  createChallenger,
} from '../../../packages/core/src/challenge.ts'
import type { ResponseHeaders } from '../../../packages/core/src/decision.ts'
import type { DenialReason } from '../../../packages/core/src/denial-reason.ts'
import type { ErrorRenderer } from '../../../packages/core/src/error-renderer.ts'
import { ConfigurationError } from '../../../packages/core/src/errors.ts'
import { compileRequirement } from '../../../packages/core/src/requirement.ts'
import type { RequirementOptions } from '../../../packages/core/src/route-rule-options.ts'

const MALFORMED_TARGET = 'The request target is malformed or ambiguous'
const INVALID_TOKEN = 'The access token is not valid for this API'
const NO_TOKENS_NOW = 'Access tokens cannot be verified at the moment'

type Row = readonly [status: number, error: string, description: string, challenge?: 'bare' | 'error']

/** The status contract: it is public, and changes in a major release only. */
const CONTRACT: Readonly<Record<DenialReason, Row>> = {
  malformed_method: [400, 'invalid_request', 'The request method is malformed'],
  malformed_target: [400, 'invalid_request', MALFORMED_TARGET],
  malformed_host: [400, 'invalid_request', 'The Host header is malformed or repeated'],
  malformed_origin: [400, 'invalid_request', 'A CORS request header is repeated'],
  encoding_not_accepted: [400, 'invalid_request', MALFORMED_TARGET],
  method_override: [400, 'invalid_request', 'Method override headers are not accepted'],
  method_not_allowed: [405, 'method_not_allowed', 'The request method is not supported'],
  preflight_refused: [403, 'access_denied', 'The cross-origin request is not allowed'],
  no_rule: [403, 'access_denied', 'Access to this resource is not allowed'],
  no_credentials: [401, 'unauthorized', 'An access token is required', 'bare'],
  ambiguous_credentials: [400, 'invalid_request', 'More than one credential was sent', 'error'],
  token_too_long: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_malformed: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_header: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_unrecognised: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_algorithm: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_type: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_key_unknown: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_signature: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_claim: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_issuer: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_audience: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_expired: [401, 'invalid_token', 'The access token has expired', 'error'],
  token_not_yet_valid: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_lifetime: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_binding: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_revoked: [401, 'invalid_token', INVALID_TOKEN, 'error'],
  token_kind: [403, 'access_denied', 'This kind of access token is not accepted here'],
  insufficient_scope: [
    403,
    'insufficient_scope',
    'The access token does not have the required scope',
    'error',
  ],
  resource_mismatch: [403, 'access_denied', 'The access token is not for this resource'],
  insufficient_user_authentication: [
    401,
    'insufficient_user_authentication',
    'A more recent or stronger authentication is required',
    'error',
  ],
  origin_not_allowed: [403, 'access_denied', 'The origin is not allowed'],
  key_set_unavailable: [503, 'temporarily_unavailable', NO_TOKENS_NOW],
  status_unavailable: [503, 'temporarily_unavailable', NO_TOKENS_NOW],
  grants_unavailable: [503, 'temporarily_unavailable', 'Permissions cannot be looked up at the moment'],
  origins_unavailable: [503, 'temporarily_unavailable', 'Origins cannot be looked up at the moment'],
  internal_error: [500, 'server_error', 'The request could not be authorized'],
}

describe.each(Object.entries(CONTRACT) as [DenialReason, Row][])('%s', (reason, row) => {
  const [status, error, description, challenge] = row
  const answer = challenger()(reason, {})

  it(`is answered ${status} ${error}`, () => {
    expect(answer.status).toBe(status)
    expect(answer.body).toBe(`{"error":"${error}","error_description":"${description}"}`)
  })

  it('has exactly these headers', () => {
    const authenticate = {
      bare: 'Bearer realm="api"',
      error: `Bearer realm="api", error="${error}", error_description="${description}"`,
    }
    expect(answer.headers).toEqual([
      ['Cache-Control', 'no-store'],
      ['Content-Type', 'application/json'],
      ['X-Content-Type-Options', 'nosniff'],
      ...(challenge ? [['WWW-Authenticate', authenticate[challenge]]] : []),
      ...(status === 503 ? [['Retry-After', '5']] : []),
    ])
  })

  it('cannot be changed by whoever is given it', () => {
    expect(Object.isFrozen(answer)).toBe(true)
    expect([answer.headers, ...answer.headers].every(Object.isFrozen)).toBe(true)
  })
})

describe('the table', () => {
  it('gives every 401 a challenge (RFC 9110 section 15.5.2), and no 403 one but for scope', () => {
    for (const [reason, [status]] of Object.entries(CONTRACT)) {
      const challenged = authenticate(challenger()(reason as DenialReason, {})) !== undefined
      expect(challenged, reason).toBe(
        status === 401 || ['insufficient_scope', 'ambiguous_credentials'].includes(reason),
      )
    }
  })

  it('never says more in one invalid token than in another, but that it has expired', () => {
    const texts = Object.values(CONTRACT).filter(([, error]) => error === 'invalid_token')
    expect(new Set(texts.map(([, , description]) => description))).toEqual(
      new Set([INVALID_TOKEN, 'The access token has expired']),
    )
  })

  it('needs no escaping in a challenge (RFC 6750 section 3)', () => {
    for (const [, , description] of Object.values(CONTRACT))
      expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  })
})

describe('what is required', () => {
  it('is put together once for each rule and reason, and cannot be changed by whoever is given it', () => {
    const make = challenger()
    const [one, other] = [requiring({ scopes: 'a', maxAge: 60 }), requiring({ scopes: 'b' })]
    const [scope, later] = [make('insufficient_scope', one), make('insufficient_user_authentication', one)]
    expect(authenticate(scope)).toContain('scope="a"')
    expect(authenticate(later)).toContain('max_age="60"')
    expect(authenticate(make('insufficient_scope', other))).toContain('scope="b"')
    expect(make('insufficient_scope', one)).toBe(scope)
    expect(make('insufficient_user_authentication', one)).toBe(later)
    for (const answer of [scope, later])
      expect([answer, answer.headers, ...answer.headers].every(Object.isFrozen)).toBe(true)
  })

  it.each([
    [{ scopes: 'a b' }, ', scope="a b"'],
    [{ scopes: { any: ['a', 'b'] } }, ', scope="a"'],
    [{ scopes: { anyOf: [['a', 'b'], ['c']] } }, ', scope="a b"'],
    [{ tokens: 'user' }, ''],
  ] as const)('of %j is named in a challenge for scope', (options, parameter) => {
    expect(authenticate(ask('insufficient_scope', requiring(options)))).toBe(
      'Bearer realm="api", error="insufficient_scope", ' +
        `error_description="The access token does not have the required scope"${parameter}`,
    )
  })

  it.each([
    [{ access: 'authenticated', acr: ['gold', 'silver'] }, ', acr_values="gold silver"'],
    [{ access: 'authenticated', maxAge: 300 }, ', max_age="300"'],
    [{ scopes: 'a', acr: 'gold', maxAge: 0 }, ', acr_values="gold", max_age="0"'],
    [{ access: 'authenticated', amr: 'otp' }, ''],
    [{ scopes: 'a' }, ''],
  ] as const)('of %j is named in a challenge for a better sign-in', (options, parameters) => {
    expect(authenticate(ask('insufficient_user_authentication', requiring(options)))).toBe(
      'Bearer realm="api", error="insufficient_user_authentication", ' +
        `error_description="A more recent or stronger authentication is required"${parameters}`,
    )
  })

  it('changes nothing else of the answer', () => {
    const { headers, ...answer } = ask('insufficient_scope', requiring({ scopes: 'a' }))
    const plain = ask('insufficient_scope', {})
    expect(answer).toMatchObject({ status: plain.status, body: plain.body })
    const others = plain.headers.filter(([name]) => name !== 'WWW-Authenticate')
    expect(headers.filter(([name]) => name !== 'WWW-Authenticate')).toEqual(others)
    expect(headers.length).toBe(others.length + 1)
  })

  it('is named in no other challenge', () => {
    for (const reason of ['no_credentials', 'token_expired', 'token_signature'] as const)
      expect(written(ask(reason, requiring({ scopes: 'secret', acr: 'gold' })))).toEqual(
        written(ask(reason, {})),
      )
    expect(authenticate(ask('insufficient_scope', requiring({ scopes: 'a', acr: 'gold' })))).not.toMatch(
      'gold',
    )
  })

  it('does not stick to the table', () => {
    ask('insufficient_scope', requiring({ scopes: 'a' }))
    expect(authenticate(ask('insufficient_scope', {}))).not.toMatch('scope="')
  })
})

describe('CORS headers', () => {
  const cors = (origin: string): ResponseHeaders => ({
    remove: ['A'],
    set: [['Access-Control-Allow-Origin', origin]],
    append: [['Vary', 'Origin']],
  })

  it('come after those of the denial, and are put together once for requests that follow each other', () => {
    const challenge = ask('no_rule', {})
    const [one, other] = [cors('https://a.example'), cors('https://b.example')]
    for (const each of [one, other, one]) {
      const headers = challenge.withCors(each)
      expect(headers).toEqual({ ...each, set: [...challenge.headers, ...each.set] })
      expect(challenge.withCors(each)).toBe(headers)
      expect([headers, headers.set].every(Object.isFrozen)).toBe(true)
    }
  })
})

describe('the methods that are allowed', () => {
  it.each(['GET, HEAD', ''])('"%s" are named in Allow', (methods) => {
    const { headers } = ask('method_not_allowed', { methods })
    expect(headers.filter(([name]) => name === 'Allow')).toEqual([['Allow', methods]])
    expect(ask('method_not_allowed', {}).headers.some(([name]) => name === 'Allow')).toBe(false)
  })

  it('are put together once for requests that follow each other', () => {
    const make = challenger()
    for (const methods of ['GET, HEAD', 'POST', 'GET, HEAD']) {
      const challenge = make('method_not_allowed', { methods })
      expect(challenge.headers).toContainEqual(['Allow', methods])
      expect(make('method_not_allowed', { methods })).toBe(challenge)
      expect([challenge, challenge.headers, ...challenge.headers].every(Object.isFrozen)).toBe(true)
    }
  })
})

describe('options of the table', () => {
  it('set the realm of every challenge', () => {
    const make = createChallenger({ realm: "it's [my] API!", noRule: 403, render: undefined, where: 'x' })
    expect(authenticate(make('no_credentials', {}))).toBe(`Bearer realm="it's [my] API!"`)
    expect(authenticate(make('token_expired', {}))).toMatch(/^Bearer realm="it's \[my\] API!", error=/)
  })

  it('make a request that no rule matches look like a route that does not exist', () => {
    const make = createChallenger({ realm: 'api', noRule: 404, render: undefined, where: 'x' })
    expect(make('no_rule', {}).status).toBe(404)
    expect(make('token_kind', {}).status).toBe(403)
  })
})

describe('a renderer', () => {
  it('is told what is fixed, once for every answer, and cannot reach into the table', () => {
    const seen: unknown[] = []
    const make = challenger((answer) => {
      seen.push(answer)
      expect(Object.isFrozen(answer)).toBe(true)
      return {}
    })
    expect(seen).toEqual(
      Object.entries(CONTRACT).map(([reason, [status, error, description]]) => {
        return { reason, status, error, description }
      }),
    )
    make('no_rule', {})
    expect(seen).toHaveLength(Object.keys(CONTRACT).length)
  })

  it('that changes nothing gives the table', () => {
    const nothing = { status: undefined, body: undefined, contentType: undefined } as object
    for (const reason of Object.keys(CONTRACT) as DenialReason[]) {
      for (const rendered of [{}, nothing])
        expect(written(challenger(() => rendered)(reason, {}))).toEqual(written(ask(reason, {})))
    }
  })

  it.each([
    [{ body: 'plain' }, 'plain'],
    [{ body: '' }, ''],
    [{ body: { msg: 'no' } }, '{"msg":"no"}'],
    [{ body: ['no'] }, '["no"]'],
    [{ body: null }, 'null'],
    [{ body: 0 }, '0'],
  ])('answers %j with %j', (rendered, body) => {
    expect(challenger(() => rendered)('token_kind', {})).toMatchObject({ status: 403, body })
  })

  it('may give another type of content', () => {
    const make = challenger(({ status, description }) => {
      return { contentType: 'application/problem+json', body: { status, title: description } }
    })
    const { headers, body } = make('token_kind', {})
    expect(headers).toContainEqual(['Content-Type', 'application/problem+json'])
    expect(JSON.parse(body)).toEqual({ status: 403, title: 'This kind of access token is not accepted here' })
  })

  it('may give another status of the class; a 401 has a challenge and a 503 a Retry-After, none else', () => {
    const statuses: Partial<Record<DenialReason, number>> = {
      insufficient_scope: 401,
      token_kind: 401,
      no_rule: 404,
      token_expired: 403,
      key_set_unavailable: 500,
      internal_error: 503,
    }
    const make = challenger(({ reason, status }) => ({ status: statuses[reason] ?? status }))
    expect(make('insufficient_scope', requiring({ scopes: 'a' }))).toMatchObject({ status: 401 })
    expect(authenticate(make('insufficient_scope', requiring({ scopes: 'a' })))).toMatch(/scope="a"$/)
    expect(authenticate(make('token_kind', {}))).toBe('Bearer realm="api"')
    expect(make('no_rule', {}).status).toBe(404)
    expect(make('token_expired', {}).status).toBe(403)
    expect(make('key_set_unavailable', {}).headers.some(([name]) => name === 'Retry-After')).toBe(false)
    expect(make('internal_error', {}).headers).toContainEqual(['Retry-After', '5'])
  })

  it.each([
    ['turns a refusal into a success', () => ({ status: 200 })],
    ['turns a refusal into a redirect', () => ({ status: 302 })],
    ['turns every refusal into a fault of ours', () => ({ status: 500 })],
    ['gives half a status', () => ({ status: 403.5 })],
    ['gives a status as text', () => ({ status: '403' })],
    ['gives no status a server could send', () => ({ status: Number.NaN })],
    ['breaks a header', () => ({ contentType: 'text/html\r\nSet-Cookie: a=b' })],
    ['gives an empty content type', () => ({ contentType: '' })],
    ['gives a content type that is no text', () => ({ contentType: 1 })],
    ['gives a body that is no JSON', () => ({ body: 1n })],
    ['gives a function for a body', () => ({ body: () => 'x' })],
    ['sets headers', () => ({ headers: { 'X-A': 'b' } })],
    ['mistypes', () => ({ Body: 'x' })],
    ['answers nothing', () => undefined],
    ['answers null', () => null],
    ['answers text', () => 'no'],
    ['answers later', async () => ({ body: 'x' })],
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
  ])('is refused at set-up when it %s', (_, render) => {
    const make = (): unknown => challenger(render as unknown as ErrorRenderer)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(/^renderError: /)
  })
})

function challenger(render?: ErrorRenderer): ReturnType<typeof createChallenger> {
  return createChallenger({ realm: 'api', noRule: 403, render, where: 'renderError' })
}

/** What is seen of it. */
function written({ status, headers, body }: Challenge): Omit<Challenge, 'withCors'> {
  return { status, headers, body }
}

function ask(reason: DenialReason, details: ChallengeDetails): Challenge {
  return challenger()(reason, details)
}

function requiring(options: RequirementOptions): ChallengeDetails {
  return { requirement: compileRequirement(options, 'x') }
}

function authenticate({ headers }: Challenge): string | undefined {
  return headers.find(([name]) => name === 'WWW-Authenticate')?.[1]
}
