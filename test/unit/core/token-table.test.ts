import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { VerifiedToken } from '../../../packages/core/src/access-token.ts'
import { hashOf } from '../../../packages/core/src/hash.ts'
import { createTokenTable, type TokenTable } from '../../../packages/core/src/token-table.ts'

const HEADER = 'authorization'

function tokenOf(text: string, header = HEADER, value = `Bearer ${text}`): VerifiedToken {
  return { value, profile: { header }, accessToken: { token: text } } as unknown as VerifiedToken
}

/** By the header value it came in when it was verified. */
function find(table: TokenTable, text: string): unknown {
  return table.find(HEADER, `Bearer ${text}`)
}

class NoMemory {
  constructor() {
    throw new RangeError('Array buffer allocation failed')
  }
}

describe('a table of tokens', () => {
  it('finds what was added and not removed since, whatever else was done', () => {
    const step = fc.tuple(fc.constantFrom('add', 'remove'), fc.nat(40))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = createTokenTable()
        const held = new Map<string, VerifiedToken>()
        for (const [what, number] of steps) {
          const text = `token ${number}`
          const known = held.get(text)
          if (what === 'add' && known === undefined) {
            const token = tokenOf(text)
            table.add(token)
            held.set(text, token)
          } else if (what === 'remove' && known !== undefined) {
            table.remove(known)
            held.delete(text)
          }
        }
        for (let number = 0; number <= 40; number++) {
          const text = `token ${number}`
          expect(find(table, text)).toBe(held.get(text))
        }
      }),
    )
  })

  it('finds each of thousands, and nothing when all are gone', () => {
    const table = createTokenTable()
    const tokens = Array.from({ length: 5000 }, (_, i) => tokenOf(`token ${i}`))
    for (const token of tokens) table.add(token)
    for (const token of tokens) expect(find(table, token.accessToken.token)).toBe(token)
    for (const token of tokens) table.remove(token)
    for (const token of tokens) expect(find(table, token.accessToken.token)).toBeUndefined()
  })

  it('does not wait for what it does not hold', () => {
    const table = createTokenTable()
    table.remove(tokenOf('never added'))
    table.add(tokenOf('held'))
    table.remove(tokenOf('never added'))
    expect(find(table, 'held')).toBeDefined()
  })

  it('is whole where there was no memory to grow', () => {
    const table = createTokenTable()
    const tokens = Array.from({ length: 50 }, (_, i) => tokenOf(`token ${i}`))
    const failed = tokens.filter((token, i) => {
      if (i % 3 === 0) vi.stubGlobal('Int32Array', NoMemory)
      try {
        table.add(token)
        return false
      } catch {
        return true
      } finally {
        vi.unstubAllGlobals()
      }
    })
    expect(failed.length).toBeGreaterThan(0)
    for (const token of tokens)
      expect(find(table, token.accessToken.token)).toBe(failed.includes(token) ? undefined : token)
    for (const token of tokens) table.remove(token)
    for (const token of tokens) expect(find(table, token.accessToken.token)).toBeUndefined()
  })

  it('is begun with chance, so that nobody can choose tokens that are all looked for in one place', () => {
    const chances: number[] = []
    const table = createTokenTable(() => {
      chances.push(Math.random())
      return chances.at(-1) as number
    })
    const tokens = Array.from({ length: 100 }, (_, i) => tokenOf(`token ${i}`))
    for (const token of tokens) table.add(token)
    expect(new Set(chances).size).toBeGreaterThan(5)
    for (const token of tokens) expect(find(table, token.accessToken.token)).toBe(token)
  })

  it('takes nothing for a token that lists inherit', () => {
    for (let at = 0; at < 64; at++)
      Object.defineProperty(Array.prototype, at, { value: { evil: 1 }, configurable: true, writable: true })
    const table = createTokenTable()
    const tokens = Array.from({ length: 20 }, (_, i) => tokenOf(`token ${i}`))
    try {
      for (const token of tokens) table.add(token)
    } finally {
      for (let at = 0; at < 64; at++) Reflect.deleteProperty(Array.prototype, at)
    }
    for (const token of tokens) expect(find(table, token.accessToken.token)).toBe(token)
  })

  it('is asked nothing while it is empty', () => {
    expect(find(createTokenTable(), 'token')).toBeUndefined()
  })

  it('never comes to an end of its places, however many come and go', () => {
    const table = createTokenTable()
    const stays = tokenOf('stays')
    table.add(stays)
    for (let i = 0; i < 20_000; i++) {
      const token = tokenOf(`token ${i}`)
      table.add(token)
      expect(find(table, `token ${i}`)).toBe(token)
      table.remove(token)
      expect(find(table, `token ${i}`)).toBeUndefined()
    }
    expect(find(table, 'stays')).toBe(stays)
  })

  it('tells tokens that end alike by their whole text', () => {
    const table = createTokenTable()
    const [one, other] = [tokenOf('one and the same end'), tokenOf('two and the same end')]
    table.add(one)
    expect(find(table, 'two and the same end')).toBeUndefined()
    table.add(other)
    expect(find(table, 'one and the same end')).toBe(one)
    expect(find(table, 'two and the same end')).toBe(other)
    table.remove(one)
    expect(find(table, 'one and the same end')).toBeUndefined()
    expect(find(table, 'two and the same end')).toBe(other)
  })

  it('knows a token by another spelling of its header value, but in no other header', () => {
    const table = createTokenTable()
    const token = tokenOf('a.b.c0123456789')
    table.add(token)
    expect(table.find(HEADER, 'bearer   a.b.c0123456789')).toBe(token)
    expect(table.find('x-api-key', 'Bearer a.b.c0123456789')).toBeUndefined()
    expect(table.find('x-api-key', 'a.b.c0123456789')).toBeUndefined()
    expect(find(table, 'b.b.c0123456789')).toBeUndefined()
  })

  it.each([
    'a.b.c0123456789',
    'Basic a.b.c0123456789',
    'Basic YTpi, Bearer a.b.c0123456789',
    'Bearer a.b.c0123456789, Bearer a.b.c0123456789',
    ',Bearer a.b.c0123456789',
  ])('knows no token in "%s"', (value) => {
    const table = createTokenTable()
    table.add(tokenOf('a.b.c0123456789'))
    expect(table.find(HEADER, value)).toBeUndefined()
  })

  it('keeps one token in two headers as two', () => {
    const table = createTokenTable()
    const text = 'a.b.c0123456789'
    const [one, other] = [tokenOf(text), tokenOf(text, 'x-api-key', text)]
    table.add(one)
    table.add(other)
    expect(find(table, text)).toBe(one)
    expect(table.find('x-api-key', text)).toBe(other)
  })

  it.each([0, 1, -1, 2])('survives being asked for what would be the number %i', (number) => {
    const table = createTokenTable(() => 0)
    const tokens = Array.from({ length: 3 }, (_, i) => tokenOf(`token ${i}`))
    for (const token of tokens) table.add(token)
    for (const token of tokens.slice(1)) table.remove(token)
    const text = textOfHash(number)
    expect(hashOf(text)).toBe(number)
    expect(table.find(HEADER, text)).toBeUndefined()
    const token = tokenOf(text, HEADER, text)
    table.add(token)
    expect(table.find(HEADER, text)).toBe(token)
  })
})

const LENGTH = 12
const PRIME = 0x01000193
const INVERSE = 0x359c449b // of the prime, modulo 2^32

/** Every step of the hash can be undone, so two characters (of 32 bits) and a little luck are enough for any number. */
function textOfHash(number: number): string {
  const begin = hashOf('')
  for (let last = 0; last < 64; last++) {
    let wanted = Math.imul(number, INVERSE) ^ last
    for (let i = 0; i < LENGTH - 3; i++) wanted = Math.imul(wanted, INVERSE)
    for (let first = 0; first < 0x10000; first++) {
      const second = Math.imul(wanted, INVERSE) ^ Math.imul(begin ^ first, PRIME)
      if (second >>> 16 === 0)
        return String.fromCharCode(first, second, ...new Array<number>(LENGTH - 3).fill(0), last)
    }
  }
  throw new Error('no such text')
}
