import { createResourceServer } from '@scopegate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCanonicalOrigin } from '../../../packages/core/src/origin-options.ts'
import { configurationError, profile } from './server.ts'

const yes = (): boolean => true
const routes = [{ method: 'GET', path: '/a', access: 'public' }] as const

describe('an origin', () => {
  it.each([
    'https://app.example',
    'http://localhost:3000',
    'http://127.0.0.1',
    'https://app.example:8443',
    'https://xn--bcher-kva.example',
    'http://[::1]:3000',
    'https://app.example.',
    'null',
    'chrome-extension://abcdefghijklmnop',
    'capacitor://localhost',
  ])('may be %s', (origin) => {
    expect(isCanonicalOrigin(origin)).toBe(true)
    expect(() => createResourceServer({ ...profile, routes, origins: [origin] })).not.toThrow()
  })

  it.each([
    '',
    '*',
    'app.example',
    'https://',
    'https:app.example',
    'https:/app.example',
    '//app.example',
    `https://${'a.'.repeat(250)}example`,
    'https://app.example/',
    'https://app.example/path',
    'https://app.example?x',
    'https://app.example#x',
    'https://app.example:443',
    'http://app.example:80',
    'https://app.example:',
    'https://app.example:0443',
    'https://app.example:99999',
    'HTTPS://app.example',
    'https://App.example',
    'https://bücher.example',
    'https://app\u3002example',
    'https://user@app.example',
    'https://user:pass@app.example',
    'https://app.example\\',
    'https://app.example ',
    ' https://app.example',
    'https://app.example\t',
    'https://app.example\n',
    'https://app.example\0',
    'https://*.app.example',
    'https://*',
    'https://a.example,https://b.example',
    'https://a.example https://b.example',
    'http://127.1',
    'http://0x7f.0.0.1',
    'http://[0:0:0:0:0:0:0:1]',
    'http://[::1%25eth0]',
    'https://app.exa%6dple',
    'file://',
    'file://app.example',
    'capacitor://',
    'capacitor://App',
    'capacitor://app/',
    'capacitor://app?x',
    'capacitor://app#x',
    'capacitor://user@app',
    'capacitor://*',
    'capacitor://a,b',
    'blob:https://app.example',
    'NULL',
    'Null',
    'data:text/html,x',
    'javascript://app.example/%0a',
  ])('may not be %j', (origin) => {
    expect(isCanonicalOrigin(origin)).toBe(false)
    const error = configurationError({ ...profile, routes, origins: ['https://good.example', origin] })
    expect(error.key).toBe('origins[1]')
  })

  it('is ASCII, also where the platform has looked at so many that it takes bytes for characters', () => {
    const beyond = 'https://a\u00e2\u0082\u00acb'
    for (let i = 0; i < 20_000; i++) isCanonicalOrigin(i % 2 === 0 ? beyond : `https://a${i}.example`)
    expect(isCanonicalOrigin(beyond)).toBe(false)
  })

  it('has 512 characters at most', () => {
    const [scheme, rest] = ['capacitor://', 'a'.repeat(500)]
    expect(isCanonicalOrigin(scheme + rest)).toBe(true)
    expect(isCanonicalOrigin(`${scheme}${rest}a`)).toBe(false)
  })

  it('is what a URL with that origin says, for the schemes of the web', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['http', 'https'] }), (url) => {
        const { origin, href } = new URL(url)
        expect(isCanonicalOrigin(origin)).toBe(true)
        expect(isCanonicalOrigin(href)).toBe(false)
      }),
    )
  })
})

describe('the origins option', () => {
  it.each([
    ['a text that is no list', 'https://app.example', 'origins'],
    ['a regular expression', /app/, 'origins'],
    ['a list with a regular expression', [/app/], 'origins[0]'],
    ['a list with a function', [yes], 'origins[0]'],
    ['a list with a hole', [undefined], 'origins[0]'],
    ['a function', yes, 'origins'],
    ['true', true, 'origins'],
    ['null', null, 'origins'],
    ['a star in a list', ['*'], 'origins[0]'],
    ['one function of two', { known: yes }, 'origins.allows'],
    ['the other function of two', { allows: yes }, 'origins.known'],
    ['what is no function', { known: true, allows: yes }, 'origins.known'],
    ['an age that is none', { known: yes, allows: yes, maxAge: 0 }, 'origins.maxAge'],
    ['an unknown member', { known: yes, allows: yes, ttl: 1 }, 'origins.ttl'],
  ])('is refused for %s', (_, origins, key) => {
    const error = configurationError({ ...profile, routes, origins })
    expect(error.key).toBe(key)
    expect(error.message).toMatch(`${key}: `)
    expect(error.message).not.toMatch(/invalid input/i)
  })

  it('is refused without a route table to answer preflights from', () => {
    expect(configurationError({ ...profile, origins: ['https://app.example'] }).key).toBe('origins')
  })

  it.each([['*'], [['null']], [['https://app.example', 'null']]])(
    'is refused as %j where credentials may be sent',
    (origins) => {
      const error = configurationError({ ...profile, routes, origins, cors: { credentials: true } })
      expect(error.key).toBe('origins')
    },
  )
})

describe('the cors option', () => {
  const origins = ['https://app.example']

  it.each([
    ['an unknown member', { origin: '*' }, 'cors.origin'],
    ['credentials as text', { credentials: 'true' }, 'cors.credentials'],
    ['a negative age', { maxAge: -1 }, 'cors.maxAge'],
    ['half a second', { maxAge: 0.5 }, 'cors.maxAge'],
    ['an age over a day', { maxAge: 86_401 }, 'cors.maxAge'],
    ['no number', { maxAge: Number.NaN }, 'cors.maxAge'],
    ['no header', { allowedHeaders: [] }, 'cors.allowedHeaders'],
    ['headers in one text', { allowedHeaders: 'Authorization' }, 'cors.allowedHeaders'],
    ['a star for headers', { allowedHeaders: ['*'] }, 'cors.allowedHeaders[0]'],
    ['two headers in one', { allowedHeaders: ['Authorization, X-A'] }, 'cors.allowedHeaders[0]'],
    [
      'a header that breaks the line',
      { allowedHeaders: ['Authorization', 'X\r\nA'] },
      'cors.allowedHeaders[1]',
    ],
    ['no way to send a token', { allowedHeaders: ['Content-Type'] }, 'cors.allowedHeaders'],
    ['nothing exposed', { exposedHeaders: [] }, 'cors.exposedHeaders'],
    ['a star exposed', { exposedHeaders: ['*'] }, 'cors.exposedHeaders[0]'],
    ['an empty name exposed', { exposedHeaders: [''] }, 'cors.exposedHeaders[0]'],
    ['a list', [], 'cors'],
    ['true', true, 'cors'],
  ])('is refused for %s', (_, cors, key) => {
    const error = configurationError({ ...profile, routes, origins, cors })
    expect(error.key).toBe(key)
    expect(error.message).not.toMatch(/invalid input/i)
  })

  it('is refused without origins, where it has no effect', () => {
    expect(configurationError({ ...profile, routes, cors: {} }).key).toBe('cors')
  })

  it('takes the header of the token in whatever case', () => {
    const cors = { allowedHeaders: ['AUTHORIZATION', 'X-Trace'] }
    expect(() => createResourceServer({ ...profile, routes, origins, cors })).not.toThrow()
  })

  it('must name the header that the tokens come in, whichever it is', () => {
    const server = { ...profile, header: 'X-API-KEY', routes, origins }
    const error = configurationError({ ...server, cors: { allowedHeaders: ['Authorization'] } })
    expect(error.key).toBe('cors.allowedHeaders')
    expect(() => createResourceServer({ ...server, cors: { allowedHeaders: ['x-api-key'] } })).not.toThrow()
  })
})
