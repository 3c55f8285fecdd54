import type { DecisionEvent } from '@scopegate/core'
import {
  createFakeClock,
  createTestIssuer,
  type FakeClock,
  startKeySetServer,
  type TestKey,
} from '@scopegate/core/testing'
import {
  ACME,
  type AccessTokenOfMachine,
  ADA,
  type ApiToken,
  createFronteggServer,
  createToken,
  deleteToken,
  errorListAsSdk,
  exchange,
  FRONTEGG_IDENTITY_ROUTES,
  FRONTEGG_ROUTES,
  type Frontegg,
  type FronteggSettings,
  GLOBEX,
  newAccessToken,
  newApiToken,
  refresh,
  signIn,
  startFrontegg,
  tokenOf,
  toScopes,
  vendorToken,
} from '@scopegate/example-frontegg'
import { type Api, bearer, type Headers, startGatedApis } from '@scopegate/example-harness'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, type Told } from './ask.ts'
import { describeNegatives } from './negative-table.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => await close()))
})

interface Started extends Frontegg {
  readonly clock: FakeClock
}

async function start(settings: Omit<FronteggSettings, 'now'> = {}): Promise<Started> {
  const clock = createFakeClock()
  const frontegg = await startFrontegg({ ...settings, now: clock.now })
  closing.push(frontegg.close)
  return { ...frontegg, clock }
}

const apiKey = (token: string): Headers => [['X-API-KEY', token]]
const ORDERS = `/tenants/${ACME}/orders`
const readOrders = async ({ apis }: { apis: readonly Api[] }, headers: Headers): Promise<Told> =>
  await ask(apis, 'GET', ORDERS, headers)
const statusOf = async (frontegg: { apis: readonly Api[] }, headers: Headers): Promise<number> =>
  (await readOrders(frontegg, headers)).status
const ROLES = { roleIds: ['admin'] }

/** A token of each kind, all of which may read the orders of the tenant but for the vendor's. */
async function oneOfEach(frontegg: Started): Promise<Readonly<Record<string, string>>> {
  const { identity, clock } = frontegg
  const session = { userId: ADA, tenantId: ACME, expiresAt: clock.now() + 3_600_000 }
  return {
    userApiToken: await tokenOf(identity, await newApiToken(frontegg, ADA)),
    tenantApiToken: await tokenOf(identity, await newApiToken(frontegg, undefined, ROLES)),
    userAccessToken: (await newAccessToken(frontegg, ADA)).secret,
    tenantAccessToken: (await newAccessToken(frontegg, undefined, ROLES)).secret,
    userToken: await signIn(identity.sessions, session),
    vendor: frontegg.vendorToken,
  }
}

describe('the headers', () => {
  it('FE-1: take access tokens in X-API-KEY and exchanged ones in Authorization, not the other way round', async () => {
    const frontegg = await start()
    const { userAccessToken = '', userApiToken = '' } = await oneOfEach(frontegg)
    expect(await statusOf(frontegg, apiKey(userAccessToken))).toBe(200)
    expect(await statusOf(frontegg, bearer(userAccessToken))).toBe(401)
    expect(await statusOf(frontegg, apiKey(userApiToken))).toBe(401)
    const asSdk = await startGatedApis(
      () =>
        createFronteggServer({
          ...frontegg.identity.profiles,
          renderError: errorListAsSdk,
          now: frontegg.clock.now,
        }),
      FRONTEGG_ROUTES,
    )
    closing.push(...asSdk.map(({ close }) => close))
    const wrongType = { status: 400, body: { errors: ['Invalid token type'] } }
    expect(await readOrders({ apis: asSdk }, bearer(userAccessToken))).toMatchObject(wrongType)
    expect(await readOrders({ apis: asSdk }, apiKey(userApiToken))).toMatchObject(wrongType)
    expect(await statusOf({ apis: asSdk }, bearer(userApiToken))).toBe(200)
  })

  it('FE-2: are ambiguous where both are there', async () => {
    const frontegg = await start()
    const { userAccessToken = '', userApiToken = '' } = await oneOfEach(frontegg)
    const both = [...bearer(userApiToken), ...apiKey(userAccessToken)]
    for (const headers of [both, [...both].reverse(), [...bearer('x'), ...apiKey(userAccessToken)]])
      expect(await statusOf(frontegg, headers)).toBe(400)
  })

  it('FE-3: take each kind in one of them', async () => {
    const frontegg = await start()
    const answers: Record<string, readonly number[]> = {}
    for (const [kind, token] of Object.entries(await oneOfEach(frontegg)))
      answers[kind] = [await statusOf(frontegg, bearer(token)), await statusOf(frontegg, apiKey(token))]
    expect(answers).toEqual({
      userApiToken: [200, 401],
      tenantApiToken: [200, 401],
      userAccessToken: [401, 200],
      tenantAccessToken: [401, 200],
      userToken: [200, 401],
      vendor: [403, 401],
    })
  })
})

describe('roles and permissions', () => {
  it('FE-4: come from the token where it was exchanged, and from the records where it was handed out', async () => {
    const frontegg = await start()
    const { directory } = frontegg.identity
    const tokens = await oneOfEach(frontegg)
    const claims = (kind: string): object =>
      JSON.parse(Buffer.from(tokens[kind]?.split('.')[1] ?? '', 'base64url').toString())
    for (const kind of ['userApiToken', 'tenantApiToken'])
      expect(claims(kind)).toMatchObject({ roles: expect.any(Array), permissions: expect.any(Array) })
    for (const kind of ['userAccessToken', 'tenantAccessToken'])
      for (const claim of ['roles', 'permissions', 'scope']) expect(claims(kind)).not.toHaveProperty(claim)
    directory.setRole('admin', [])
    frontegg.clock.advance(11)
    expect(await statusOf(frontegg, bearer(tokens.tenantApiToken ?? ''))).toBe(200)
    expect(await statusOf(frontegg, apiKey(tokens.tenantAccessToken ?? ''))).toBe(403)
  })

  it('FE-4: can be the records` for all, as where tokens leave them out', async () => {
    const frontegg = await start({ grantedBy: 'live' })
    const tokens = await oneOfEach(frontegg)
    for (const kind of ['userApiToken', 'tenantApiToken', 'userToken'])
      expect(await statusOf(frontegg, bearer(tokens[kind] ?? ''))).toBe(200)
    frontegg.identity.directory.setRole('admin', [])
    frontegg.clock.advance(11)
    for (const kind of ['userApiToken', 'tenantApiToken', 'userToken'])
      expect(await statusOf(frontegg, bearer(tokens[kind] ?? ''))).toBe(403)
  })

  it('FE-5: of a tenant`s token are those of its roles together; without roles there is no token', async () => {
    const frontegg = await start()
    const { apis, identity } = frontegg
    const statuses = async (roleIds: readonly string[]): Promise<readonly number[]> => {
      const token = bearer(await tokenOf(identity, await newApiToken(frontegg, undefined, { roleIds })))
      const targets = [ORDERS, `/tenants/${ACME}/reports`]
      return await Promise.all(targets.map(async (target) => (await ask(apis, 'GET', target, token)).status))
    }
    expect(await statuses(['reader'])).toEqual([200, 403])
    expect(await statuses(['auditor'])).toEqual([403, 200])
    expect(await statuses(['reader', 'auditor'])).toEqual([200, 200])
    expect(await statuses(['no-such-role'])).toEqual([403, 403])
    for (const fields of [{}, { roleIds: [] }, { roleIds: 'admin' }, { roleIds: [7] }])
      for (const resource of ['tenants/api-tokens/v2', 'tenants/access-tokens/v1'] as const) {
        const answer = await createToken(identity, frontegg.vendorToken, resource, { tenantId: ACME }, fields)
        expect(answer).toEqual({ status: 400, body: { errors: ['roleIds must name at least one role'] } })
      }
  })

  it('FE-6: of a user reach an access token in ten seconds, and an exchanged one at the next exchange', async () => {
    const frontegg = await start()
    const { identity, clock } = frontegg
    const machine = await newApiToken(frontegg, ADA)
    const [exchanged, handed] = [
      await tokenOf(identity, machine),
      (await newAccessToken(frontegg, ADA)).secret,
    ]
    for (const headers of [bearer(exchanged), apiKey(handed)])
      expect(await statusOf(frontegg, headers)).toBe(200)
    identity.directory.setUser(ADA, ACME, ['auditor'])
    expect(await statusOf(frontegg, apiKey(handed))).toBe(200)
    clock.advance(10)
    expect(await statusOf(frontegg, apiKey(handed))).toBe(403)
    expect(await statusOf(frontegg, bearer(exchanged))).toBe(200)
    expect(await statusOf(frontegg, bearer(await tokenOf(identity, machine)))).toBe(403)
  })

  it('FE-7: are asked for as any of a list, as all of it, or one of the roles and one of the permissions', async () => {
    const frontegg = await start()
    const { directory } = frontegg.identity
    const statuses = async (role: string, permissions: readonly string[]): Promise<readonly number[]> => {
      directory.setRole(role, permissions)
      const machine = await newApiToken(frontegg, undefined, { roleIds: [role] })
      const token = bearer(await tokenOf(frontegg.identity, machine))
      const targets = ['invoices', 'invoices/i1/file', 'reports'].map((path) => `/tenants/${ACME}/${path}`)
      const answers = targets.map(async (target) => (await ask(frontegg.apis, 'GET', target, token)).status)
      return await Promise.all(answers)
    }
    expect(await statuses('one', ['invoices.read'])).toEqual([200, 403, 403])
    expect(await statuses('one', ['invoices.export'])).toEqual([200, 403, 403])
    expect(await statuses('one', ['invoices.read', 'invoices.export'])).toEqual([200, 200, 403])
    expect(await statuses('one', ['reports.read'])).toEqual([403, 403, 403])
    expect(await statuses('auditor', ['reports.export'])).toEqual([403, 403, 200])
    expect(await statuses('auditor', ['orders.read'])).toEqual([403, 403, 403])
    expect(await statuses('one', ['role:auditor', 'reports.read'])).toEqual([403, 403, 403])
  })

  it('FE-18: may end in a wildcard, which stands for whole segments and makes nobody of a role', async () => {
    const frontegg = await start()
    const { directory } = frontegg.identity
    for (const [permission, status] of [
      ['orders.*', 200],
      ['orders.read', 200],
      ['ordersx.*', 403],
      ['ordersx.read', 403],
      ['order*', 403],
      ['orders.r*', 403],
      ['orders.rea.', 403],
      ['orders+read', 403],
      ['ordersXread', 403],
      ['(orders|x).read', 403],
      ['orders.read.*', 403],
      ['*', 403],
      ['*.read', 403],
    ] as const) {
      directory.setRole('probe', [permission])
      const machine = await newApiToken(frontegg, undefined, { roleIds: ['probe'] })
      const token = bearer(await tokenOf(frontegg.identity, machine))
      expect([permission, await statusOf(frontegg, token)]).toEqual([permission, status])
    }
    expect(toScopes({ roles: ['a', 'b.*'], permissions: ['role:c', '*', 'orders.*'] })).toEqual([
      'role:a',
      'orders.*',
    ])
  })
})

describe('the end of tokens', () => {
  it('FE-8: deleted access tokens are refused once the answer is old, and every answer is remembered', async () => {
    let asked = 0
    let down = false
    const frontegg = await start()
    const { identity, clock } = frontegg
    const status = {
      isActive: async (token: Parameters<typeof identity.machines.status.isActive>[0]) => {
        asked++
        if (down) throw new Error('down')
        return await identity.machines.status.isActive(token)
      },
    }
    const apis = await startGatedApis(
      () => createFronteggServer({ ...identity.profiles, status, now: clock.now }),
      FRONTEGG_ROUTES,
    )
    closing.push(...apis.map(({ close }) => close))
    const { id, secret } = await newAccessToken(frontegg, undefined, ROLES)
    for (let i = 0; i < 3; i++) expect(await statusOf({ apis }, apiKey(secret))).toBe(200)
    expect(asked).toBe(apis.length)
    expect(await deleteToken(identity, frontegg.vendorToken, 'tenants/access-tokens/v1', id)).toBe(204)
    expect(await statusOf({ apis }, apiKey(secret))).toBe(200)
    clock.advance(10)
    for (let i = 0; i < 3; i++) expect(await statusOf({ apis }, apiKey(secret))).toBe(401)
    expect(asked).toBe(2 * apis.length)
    down = true
    clock.advance(10)
    expect(await readOrders({ apis }, apiKey(secret))).toMatchObject({ status: 503 })
  })

  it('FE-9: a refresh token gives the next pair, once; unknown, used and expired ones are refused', async () => {
    const { identity, clock, ...frontegg } = await start()
    const machine = await newApiToken({ identity, ...frontegg }, undefined, ROLES)
    const first = await exchange(identity, machine)
    expect(first).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        expires_in: 3600,
        expires: expect.stringMatching(/GMT$/),
      },
    })
    const second = await refresh(identity, first.body.refresh_token)
    expect(second.status).toBe(200)
    expect(await statusOf(frontegg, bearer(String(second.body.access_token)))).toBe(200)
    expect((await refresh(identity, first.body.refresh_token)).status).toBe(401)
    expect((await refresh(identity, second.body.refresh_token)).status).toBe(401)
    for (const unknown of ['x', 'A'.repeat(65)]) expect((await refresh(identity, unknown)).status).toBe(401)
    const third = await exchange(identity, machine)
    clock.advance(31 * 86_400)
    expect((await refresh(identity, third.body.refresh_token)).status).toBe(401)
  })

  it('FE-10: the 101st exchange ends the oldest refresh token and no other', async () => {
    const frontegg = await start()
    const machine = await newApiToken(frontegg, undefined, ROLES)
    const tokens: unknown[] = []
    for (let i = 0; i < 101; i++) {
      tokens.push((await exchange(frontegg.identity, machine)).body.refresh_token)
      frontegg.clock.advance(1)
    }
    const statuses = []
    for (const token of tokens) statuses.push((await refresh(frontegg.identity, token)).status)
    expect(statuses).toEqual([401, ...Array.from({ length: 100 }, () => 200)])
  })

  it('FE-11: the credential has its own clock, beside that of the environment`s tokens', async () => {
    const frontegg = await start({ tokenLifetime: 600 })
    const { identity, clock } = frontegg
    const machine = await newApiToken(frontegg, undefined, { ...ROLES, expiresInMinutes: 30 })
    const { body } = await exchange(identity, machine)
    expect(body.expires_in).toBe(600)
    clock.advance(606)
    expect(await statusOf(frontegg, bearer(String(body.access_token)))).toBe(401)
    const late = await exchange(identity, machine)
    expect([late.status, late.body.expires_in]).toEqual([200, 600])
    clock.advance(900)
    expect((await exchange(identity, machine)).body.expires_in).toBe(294)
    clock.advance(300)
    expect((await exchange(identity, machine)).status).toBe(401)
    const endless = await newApiToken(frontegg, undefined, ROLES)
    clock.advance(365 * 86_400)
    expect((await exchange(identity, endless)).status).toBe(200)
    const create = async (expiresInMinutes: unknown): Promise<number> => {
      const token = await vendorToken(identity, frontegg.vendor)
      const fields = { ...ROLES, expiresInMinutes }
      return (await createToken(identity, token, 'tenants/api-tokens/v2', { tenantId: ACME }, fields)).status
    }
    for (const minutes of [0, -1, 1.5, '30', 5_256_001, null]) expect(await create(minutes)).toBe(400)
    expect(await create(5_256_000)).toBe(201)
  })

  it('FE-16: a deleted user`s tokens are refused, of every kind', async () => {
    const frontegg = await start()
    const { identity, clock } = frontegg
    const { userToken = '', userApiToken = '', userAccessToken = '', ...tenants } = await oneOfEach(frontegg)
    const ofUser = [bearer(userToken), bearer(userApiToken), apiKey(userAccessToken)]
    for (const headers of ofUser) expect(await statusOf(frontegg, headers)).toBe(200)
    await identity.deleteUser(ADA)
    clock.advance(10)
    for (const headers of ofUser) expect(await statusOf(frontegg, headers)).toBe(401)
    expect(await statusOf(frontegg, bearer(tenants.tenantApiToken ?? ''))).toBe(200)
    expect(await statusOf(frontegg, apiKey(tenants.tenantAccessToken ?? ''))).toBe(200)
  })

  it('FE-16: a deleted user`s machines get no others, however many credentials there are', async () => {
    const frontegg = await start()
    const { identity, clock } = frontegg
    const tenants = await newApiToken(frontegg, undefined, ROLES)
    for (let i = 0; i < 100; i++) await newApiToken(frontegg, undefined, ROLES)
    clock.advance(1)
    const machine = await newApiToken(frontegg, ADA)
    const { status, body } = await exchange(identity, machine)
    expect(status).toBe(200)
    await identity.deleteUser(ADA)
    expect((await exchange(identity, machine)).status).toBe(401)
    expect((await refresh(identity, body.refresh_token)).status).toBe(401)
    expect((await exchange(identity, tenants)).status).toBe(200)
  })

  it('lets exchanged tokens of a deleted credential live to their end, and gives it no others', async () => {
    const frontegg = await start()
    const { identity, clock } = frontegg
    const machine = await newApiToken(frontegg, undefined, ROLES)
    const { body } = await exchange(identity, machine)
    await deleteToken(identity, frontegg.vendorToken, 'tenants/api-tokens/v2', machine.clientId)
    expect((await exchange(identity, machine)).status).toBe(401)
    expect((await refresh(identity, body.refresh_token)).status).toBe(401)
    clock.advance(3600)
    expect(await statusOf(frontegg, bearer(String(body.access_token)))).toBe(200)
    clock.advance(5)
    expect(await statusOf(frontegg, bearer(String(body.access_token)))).toBe(401)
  })
})

describe('the environment', () => {
  it('FE-12: makes and takes one kind of token where it is set to one', async () => {
    const handingOut = await start({ strategy: 'AccessToken' })
    await expect(newApiToken(handingOut, undefined, ROLES)).rejects.toThrow('403')
    const off = await exchange(handingOut.identity, { clientId: 'any', secret: 'any' })
    expect(off).toEqual({ status: 400, body: { errors: ['Token exchange is disabled'] } })
    const { secret } = await newAccessToken(handingOut, undefined, ROLES)
    expect(await statusOf(handingOut, apiKey(secret))).toBe(200)
    const exchanging = await start({ strategy: 'ClientCredentials' })
    await expect(newAccessToken(exchanging, undefined, ROLES)).rejects.toThrow('403')
    const machine = await newApiToken(exchanging, undefined, ROLES)
    expect(await statusOf(exchanging, bearer(await tokenOf(exchanging.identity, machine)))).toBe(200)
  })

  it('FE-13: lets nobody but a vendor make and delete tokens, on every framework', async () => {
    const frontegg = await start()
    const { profiles } = frontegg.identity
    const apis = await startGatedApis(
      () => createFronteggServer({ ...profiles, routes: FRONTEGG_IDENTITY_ROUTES, now: frontegg.clock.now }),
      FRONTEGG_IDENTITY_ROUTES,
    )
    closing.push(...apis.map(({ close }) => close))
    const { vendor = '', ...others } = await oneOfEach(frontegg)
    for (const { method, path } of FRONTEGG_IDENTITY_ROUTES) {
      const target = path.replace(':tokenId', 'some-id')
      const status = async (headers: Headers): Promise<number> =>
        (await ask(apis, String(method), target, headers)).status
      expect(await status(bearer(vendor))).toBe(200)
      expect(await status([])).toBe(401)
      for (const [kind, token] of Object.entries(others)) {
        const headers = kind.endsWith('AccessToken') ? apiKey(token) : bearer(token)
        expect(await status(headers)).toBe(403)
      }
    }
  })

  it('FE-13: shows what it makes once, and keeps no copy', async () => {
    const frontegg = await start()
    const { machines } = frontegg.identity
    const credential: ApiToken = await newApiToken(frontegg, undefined, ROLES)
    const handed: AccessTokenOfMachine = await newAccessToken(frontegg, undefined, ROLES)
    const kept = JSON.stringify([
      await machines.credentials.get(credential.clientId),
      await machines.credentials.list(),
      await machines.accessTokens.get(handed.id),
      await machines.accessTokens.list(),
    ])
    expect(kept).toContain(credential.clientId)
    for (const secret of [credential.secret, handed.secret]) expect(kept).not.toContain(secret)
  })

  it('FE-14: keeps tenants apart, whatever a token may do in its own', async () => {
    const frontegg = await start()
    frontegg.identity.directory.setUser(ADA, ACME, ['admin', 'auditor'])
    const tokens = await oneOfEach(frontegg)
    const theirs = bearer(
      await tokenOf(frontegg.identity, await newApiToken(frontegg, undefined, ROLES, GLOBEX)),
    )
    for (const rule of FRONTEGG_ROUTES) {
      const target = rule.path.replace(':tenantId', GLOBEX).replace(/:\w+/, 'x1')
      for (const [kind, token] of Object.entries(tokens)) {
        const headers = kind.endsWith('AccessToken') ? apiKey(token) : bearer(token)
        expect((await ask(frontegg.apis, String(rule.method), target, headers)).status).toBe(403)
      }
    }
    expect((await ask(frontegg.apis, 'GET', `/tenants/${GLOBEX}/orders`, theirs)).status).toBe(200)
    expect(await statusOf(frontegg, theirs)).toBe(403)
    expect((await ask(frontegg.apis, 'GET', '/tenants/GLOBEX/orders', theirs)).status).toBe(403)
  })

  it('FE-15: asks for a second factor, used not long ago, where something cannot be undone', async () => {
    const frontegg = await start()
    const { clock, identity, apis } = frontegg
    const acr = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
    const authTime = Math.floor(clock.now() / 1000)
    const answer = async (how: Partial<Parameters<typeof signIn>[1]>): Promise<Told> => {
      const session = { userId: ADA, tenantId: ACME, expiresAt: clock.now() + 3_600_000 }
      const token = await signIn(identity.sessions, { ...session, ...how })
      return await ask(apis, 'DELETE', `${ORDERS}/o1`, bearer(token))
    }
    const fresh = { acr, amr: ['mfa', 'otp'], authTime }
    for (const amr of [
      ['mfa', 'otp'],
      ['sso', 'pwd', 'mfa'],
      ['mfa', 'hwk'],
    ])
      expect((await answer({ ...fresh, amr })).status).toBe(200)
    expect((await answer({ ...fresh, authTime: authTime - 300 })).status).toBe(200)
    const { acr: _, ...withoutClass } = fresh
    for (const weak of [
      {},
      withoutClass,
      { ...fresh, acr: 'http://schemas.openid.net/pape/policies/2007/06/phishing-resistant' },
      { ...fresh, amr: ['mfa'] },
      { ...fresh, amr: ['otp'] },
      { ...fresh, amr: ['pwd', 'mfa'] },
      { ...fresh, authTime: authTime - 306 },
      { acr, amr: fresh.amr },
    ]) {
      const { status, headers } = await answer(weak)
      expect([status, headers['www-authenticate']]).toEqual([
        401,
        expect.stringMatching(/error="insufficient_user_authentication".*acr_values=.*max_age="?300/),
      ])
    }
    const machine = bearer(await tokenOf(identity, await newApiToken(frontegg, undefined, ROLES)))
    expect((await ask(apis, 'DELETE', `${ORDERS}/o1`, machine)).status).toBe(401)
  })

  it('FE-17: reports what it would have answered, and lets it through, where it only monitors', async () => {
    const events: DecisionEvent[] = []
    const frontegg = await start({ mode: 'monitor', onDecision: (event) => void events.push(event) })
    const { tenantApiToken = '', userAccessToken = '' } = await oneOfEach(frontegg)
    for (const [headers, reason, status] of [
      [[], 'no_credentials', 401],
      [bearer(userAccessToken), 'token_unrecognised', 401],
      [bearer(tenantApiToken), 'allowed', undefined],
    ] as const) {
      events.length = 0
      const answer = await readOrders(frontegg, headers)
      expect(answer.status).toBe(200)
      expect(answer.headers['scopegate-mode']).toBe(status === undefined ? undefined : 'monitor')
      const verdict = { allowed: status === undefined, enforced: status === undefined, reason, status }
      expect(events).toEqual(frontegg.apis.map(() => expect.objectContaining(verdict)))
    }
  })
})

/** The table for one kind, with an issuer that writes whatever it is told. */
function describeNegativesOf(kind: string, header: string | undefined, granted: object): void {
  describeNegatives(`frontegg as ${kind}`, async () => {
    const clock = createFakeClock()
    const issuer = await createTestIssuer({ algorithm: 'RS256', now: clock.now })
    const keySet = await startKeySetServer(issuer)
    const sources = {
      issuer: issuer.issuer,
      audience: 'environment-1',
      status: { isActive: async () => true },
      hasUser: () => true,
      grantsOf: () => ({ roles: [], permissions: ['orders.read'] }),
    }
    return {
      clock,
      routes: FRONTEGG_ROUTES,
      target: ORDERS,
      ...(header && { header }),
      key: issuer.keys[0] as TestKey,
      claims: {
        iss: issuer.issuer,
        aud: 'environment-1',
        sub: 'machine',
        type: kind,
        tenantId: ACME,
        userId: ADA,
        ...granted,
      },
      granting: [...Object.keys(granted), ...(header ? ['type', 'tenantId'] : [])],
      createServer: () => createFronteggServer({ ...sources, now: clock.now }),
      close: keySet.close,
    }
  })
}

for (const kind of ['userToken', 'userApiToken', 'tenantApiToken'])
  describeNegativesOf(kind, undefined, { permissions: ['orders.read'] })
for (const kind of ['userAccessToken', 'tenantAccessToken']) describeNegativesOf(kind, 'X-API-KEY', {})
