import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccessToken, VerifiedToken } from '../../../packages/core/src/access-token.ts'
import type { DenialReason } from '../../../packages/core/src/denial-reason.ts'
import { ConfigurationError } from '../../../packages/core/src/errors.ts'
import { type PathPattern, parsePathPattern } from '../../../packages/core/src/path-pattern.ts'
import { OPAQUE, parseRequestTarget, type RequestTarget } from '../../../packages/core/src/request-target.ts'
import {
  compileBindings,
  compileRequirement,
  judgeToken,
  type Requirement,
} from '../../../packages/core/src/requirement.ts'
import type { RequirementOptions } from '../../../packages/core/src/route-rule-options.ts'
import { explained } from './server.ts'

describe('a requirement', () => {
  it.each([
    [{ access: 'public' }, 'public'],
    [{ access: 'optional' }, 'optional'],
    [{ access: 'optional', scopes: 'a' }, 'optional'],
    [{ access: 'authenticated' }, 'token'],
    [{ scopes: 'a' }, 'token'],
    [{ tokens: 'user' }, 'token'],
  ] as const)('%j has the access %s', (options, access) => {
    expect(compile(options).access).toBe(access)
  })

  it.each([
    ['a b', 'a b'],
    [{ all: ['a', 'b'] }, 'a b'],
    [{ any: ['a', 'b'] }, 'a'],
    [{ anyOf: [['a', 'b'], ['c']] }, 'a b'],
  ] as const)('tells a client that lacks %j to get %j', (scopes, scope) => {
    expect(compile({ scopes }).scope).toBe(scope)
  })

  it('knows the spellings it accepts by their bits', () => {
    expect(compile({ scopes: 'a' }).opaque).toBe(0)
    expect(compile({ scopes: 'a', opaque: ['%2f', ';'] }).opaque).toBe(OPAQUE['%2f'] | OPAQUE[';'])
  })

  it.each([
    ['', {}],
    ['', { opaque: ['%2f'] }],
    ['.access', { access: 'public', scopes: 'a' }],
    ['.access', { access: 'authenticated', tokens: 'a' }],
    ['.acr', { access: 'public', acr: 'gold' }],
    ['.amr', { access: 'public', amr: 'otp' }],
    ['.maxAge', { access: 'public', maxAge: 0 }],
  ] as const)('is refused by the name rule%s', (key, options) => {
    expect(refusal(() => compile(options)).key).toBe(`rule${key}`)
  })
})

describe('judging a token', () => {
  const everything = compile({ scopes: 'a', tokens: 'user', acr: 'gold' }, '/:id', { id: 'sub' })
  const good = { kind: 'user', scopes: ['a'], claims: { sub: 'x', acr: 'gold' } }

  it('lets one pass that has all that is asked', () => {
    expect(judge(everything, good, '/x')).toBeUndefined()
  })

  it('finds fault with the kind first, then the scopes, then the resource, then the sign-in', () => {
    const faults = [{ kind: 'machine' }, { scopes: [] }, { claims: { sub: 'y' } }, { claims: { sub: 'x' } }]
    const reasons = [
      'token_kind',
      'insufficient_scope',
      'resource_mismatch',
      'insufficient_user_authentication',
    ]
    for (const [i, reason] of reasons.entries()) {
      const token = Object.assign({}, good, ...faults.slice(i).reverse())
      expect(judge(everything, token, '/x')).toBe(reason)
    }
  })

  it('asks for nothing but a token where any will do', () => {
    expect(judge(compile({ access: 'authenticated' }), { scopes: [] })).toBeUndefined()
    expect(judge(compile({ access: 'optional' }), { scopes: [] })).toBeUndefined()
  })

  it.each([
    [undefined, 'token_kind'],
    ['machine', 'token_kind'],
    ['User', 'token_kind'],
    ['user', undefined],
    ['admin', undefined],
  ])('takes a token of the kind %s or not: %s', (kind, reason) => {
    expect(judge(compile({ tokens: ['user', 'admin'] }), { kind })).toBe(reason)
  })
})

describe('a resource binding', () => {
  it('is refused for what is no parameter of the path', () => {
    expect(refusal(() => compile({ scopes: 'a' }, '/rooms/:roomId', { room: 'room_id' })).key).toBe(
      'rule.match.room',
    )
  })

  const bound = compile({ scopes: 'a' }, '/rooms/:roomId/:part', { roomId: 'room_id' })

  it.each([
    ['/rooms/r1/x', 'r1'],
    ['/ROOMS/r1/x/', 'r1'],
    ['/rooms/R1/x', 'R1'],
    ['/rooms/%721/x', 'r1'],
    ['/rooms/a%2fb/x', 'a/b'],
    ['/rooms/caf%C3%A9/x', 'caf\u00e9'],
    ['/rooms/%20/x', ' '],
  ])('is met by %s for the claim %j', (target, claim) => {
    expect(judge(bound, { scopes: ['a'], claims: { room_id: claim } }, target)).toBeUndefined()
  })

  it.each([
    ['/rooms/R1/x', 'r1'],
    ['/rooms/r1/x', 'R1'],
    ['/rooms/x/r1', 'r1'],
    ['/rooms/r1/x', ''],
    ['/rooms/r1/x', 'r1 '],
    ['/rooms/1/x', 1],
    ['/rooms/r1/x', ['r1']],
    ['/rooms/r1/x', { toString: () => 'r1' }],
    ['/rooms/true/x', true],
    ['/rooms/null/x', null],
    ['/rooms/undefined/x', undefined],
    ['/rooms/caf%C3%A9/x', 'cafe\u0301'],
    ['/rooms/%2572/x', 'r'],
  ])('is not met by %s for the claim %j', (target, claim) => {
    const token = { scopes: ['a'], claims: { room_id: claim } }
    expect(judge(bound, token, target)).toBe('resource_mismatch')
  })

  it('is not met by a claim that is missing, or inherited', () => {
    const inherited = compile({ scopes: 'a' }, '/:x', { x: 'constructor' })
    expect(judge(bound, { scopes: ['a'] }, '/rooms/r1/x')).toBe('resource_mismatch')
    expect(judge(inherited, { scopes: ['a'] }, '/x')).toBe('resource_mismatch')
    expect(judge(bound, { scopes: ['a'], claims: Object.create({ room_id: 'r1' }) }, '/rooms/r1/x')).toBe(
      'resource_mismatch',
    )
  })

  it('is not met by a target without such a segment, whatever the claim', () => {
    for (const claim of [undefined, '', 'undefined'])
      expect(judge(bound, { scopes: ['a'], claims: { room_id: claim } }, '/rooms')).toBe('resource_mismatch')
  })

  it('must hold for every parameter that is bound', () => {
    const both = compile({ scopes: 'a' }, '/:tenant/:user', { tenant: 'tid', user: 'sub' })
    const token = { scopes: ['a'], claims: { tid: 't', sub: 'u' } }
    expect(judge(both, token, '/t/u')).toBeUndefined()
    expect(judge(both, token, '/t/x')).toBe('resource_mismatch')
    expect(judge(both, token, '/x/u')).toBe('resource_mismatch')
  })

  it('compares what was captured with the claim and nothing else', () => {
    const any = compile({ access: 'authenticated' }, '/:id', { id: 'sub' })
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const target = parseRequestTarget(`/${encodeURIComponent(one)}`)
        if (target === undefined) return
        const reason = one === other ? undefined : 'resource_mismatch'
        expect(judgeToken(any, tokenOf({ claims: { sub: other } }), target, () => 0)).toBe(reason)
      }),
    )
  })
})

interface TokenFields {
  readonly kind?: string | undefined
  readonly scopes?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
}

function compile(
  options: RequirementOptions,
  path = '/:id',
  match: Readonly<Record<string, string>> = {},
): Requirement {
  const pattern = parsePathPattern(path) as PathPattern
  return { ...compileRequirement(options, 'rule'), bindings: compileBindings(match, pattern, 'rule.match') }
}

function refusal(compiling: () => unknown): ConfigurationError {
  try {
    compiling()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return explained(error as ConfigurationError)
  }
  throw new Error('the rule was taken')
}

function judge(requirement: Requirement, token: TokenFields, target = '/x'): DenialReason | undefined {
  return judgeToken(requirement, tokenOf(token), parseRequestTarget(target) as RequestTarget, () => 0)
}

/** As much of a verified token as a requirement looks at. */
function tokenOf({ kind, scopes = [], claims = {} }: TokenFields): VerifiedToken {
  const accessToken = { kind, scopes, claims } as AccessToken
  const profile = { clockTolerance: 0 } as VerifiedToken['profile']
  return { accessToken, scopes: new Set(scopes), profile } as unknown as VerifiedToken
}
