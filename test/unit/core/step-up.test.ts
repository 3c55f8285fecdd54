import { type AuthorizationDecision, createResourceServer, type RouteRequirement } from '@scopegate/core'
import { createFakeClock } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { ask, configurationError, denied, headerOf, issuer, profile } from './server.ts'

const START = 1_800_000_000
const { now } = createFakeClock(START * 1000)

describe('a rule that asks how the user signed in', () => {
  it.each([
    ['the class', { acr: 'gold' }, { acr: 'gold' }],
    ['one of the classes', { acr: ['silver', 'gold'] }, { acr: 'gold' }],
    ['the method', { amr: 'otp' }, { amr: ['pwd', 'otp'] }],
    ['all methods', { amr: 'otp pwd' }, { amr: ['pwd', 'otp'] }],
    ['one of the methods', { amr: { any: ['hwk', 'otp'] } }, { amr: ['otp'] }],
    ['a recent sign-in', { maxAge: 60 }, { auth_time: START - 60 }],
    ['a sign-in as old as the clock tolerance allows', { maxAge: 60 }, { auth_time: START - 65 }],
    ['a sign-in just now', { maxAge: 0 }, { auth_time: START }],
    ['a sign-in as far ahead as the clock tolerance allows', { maxAge: 60 }, { auth_time: START + 5 }],
    ['everything', { acr: 'gold', amr: 'otp', maxAge: 60 }, { acr: 'gold', amr: ['otp'], auth_time: START }],
  ] as const)('lets a token pass that shows %s', async (_, asked, claims) => {
    expect(await judge(asked, claims)).toMatchObject({ allowed: true })
  })

  it.each([
    ['no class', { acr: 'gold' }, {}],
    ['another class', { acr: 'gold' }, { acr: 'silver' }],
    ['the class in another case', { acr: 'gold' }, { acr: 'Gold' }],
    ['classes in a list', { acr: 'gold' }, { acr: ['gold'] }],
    ['classes in one text', { acr: 'gold' }, { acr: 'gold silver' }],
    ['no method', { amr: 'otp' }, {}],
    ['methods in one text', { amr: 'otp' }, { amr: 'otp pwd' }],
    ['only one of two methods', { amr: 'otp pwd' }, { amr: ['otp'] }],
    ['no time', { maxAge: 60 }, {}],
    ['a sign-in too long ago', { maxAge: 60 }, { auth_time: START - 66 }],
    ['a sign-in in the future', { maxAge: 60 }, { auth_time: START + 6 }],
    ['a time in milliseconds', { maxAge: 60 }, { auth_time: START * 1000 }],
    ['a time as text', { maxAge: 60 }, { auth_time: String(START) }],
    ['one thing of two', { acr: 'gold', maxAge: 60 }, { acr: 'gold', auth_time: 1 }],
  ] as const)('refuses a token that shows %s', async (_, asked, claims) => {
    expect(await judge(asked, claims)).toMatchObject({
      allowed: false,
      status: 401,
      reason: 'insufficient_user_authentication',
    })
  })

  it.each([
    [{ acr: ['gold', 'silver'] }, ', acr_values="gold silver"'],
    [{ maxAge: 60 }, ', max_age="60"'],
    [{ acr: 'gold', maxAge: 0 }, ', acr_values="gold", max_age="0"'],
    [{ amr: 'otp' }, ''],
  ] as const)('says in its challenge what is asked: %j', async (asked, parameters) => {
    expect(headerOf(await judge(asked, {}), 'WWW-Authenticate')).toBe(
      'Bearer realm="api", error="insufficient_user_authentication", ' +
        `error_description="A more recent or stronger authentication is required"${parameters}`,
    )
  })

  it('finds fault with the scopes first', async () => {
    const decision = await judge({ access: undefined, scopes: 'admin', acr: 'gold' }, {})
    expect(denied(decision)).toMatchObject({ status: 403, reason: 'insufficient_scope' })
  })

  it.each([
    ['a quote', { acr: 'go"ld' }, 'acr'],
    ['a backslash', { acr: ['go\\ld'] }, 'acr'],
    ['a space', { acr: 'gold silver' }, 'acr'],
    ['no class', { acr: '' }, 'acr'],
    ['no classes', { acr: [] }, 'acr'],
    ['a bare list of methods', { amr: ['otp'] }, 'amr'],
    ['no method', { amr: { all: [] } }, 'amr'],
    ['a negative age', { maxAge: -1 }, 'maxAge'],
    ['half a second', { maxAge: 0.5 }, 'maxAge'],
    ['no number', { maxAge: Number.NaN }, 'maxAge'],
    ['an endless age', { maxAge: Number.POSITIVE_INFINITY }, 'maxAge'],
    ['an age as text', { maxAge: '60' }, 'maxAge'],
  ])('is refused for %s', (_, asked, key) => {
    const routes = [{ method: 'GET', path: '/a', access: 'authenticated', ...asked }]
    const error = configurationError({ ...profile, routes })
    expect(error.key).toMatch(`routes[0].${key}`)
    expect(error.message).not.toMatch(/invalid input/i)
  })
})

async function judge(
  asked: Omit<Partial<RouteRequirement>, 'access'> & { access?: undefined },
  claims: Readonly<Record<string, unknown>>,
): Promise<AuthorizationDecision> {
  const requirement = {
    ...(asked.scopes ? {} : { access: 'authenticated' }),
    ...asked,
    method: 'GET',
    path: '/a',
  }
  const routes = [requirement] as Parameters<typeof createResourceServer>[0]['routes']
  const token = await issuer.mintToken({ claims: { iat: START, exp: START + 60, ...claims } })
  return await ask(createResourceServer({ ...profile, now, routes: routes ?? [] }), 'GET /a', {
    Authorization: `Bearer ${token}`,
  })
}
