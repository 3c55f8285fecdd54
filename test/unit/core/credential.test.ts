import { describe, expect, it } from 'vitest'
import type { VerifiedToken } from '../../../packages/core/src/access-token.ts'
import { type CredentialExtraction, extractCredential } from '../../../packages/core/src/credential.ts'
import { createHeaderReader } from '../../../packages/core/src/request-headers.ts'

const NAMES = ['authorization', 'x-api-key']

const TOKEN = { accessToken: { token: 'a' } } as VerifiedToken

describe('the credential of a request', () => {
  it('is the one token, with the header it came in', () => {
    expect(extract('Authorization', 'Bearer a')).toEqual({
      text: 'a',
      header: 'authorization',
      value: 'Bearer a',
    })
    expect(extract('X-Api-Key', 'Bearer a')).toMatchObject({ text: 'Bearer a', header: 'x-api-key' })
    expect(extract('X-Api-Key', 'a')).toEqual({ text: 'a', header: 'x-api-key', value: 'a' })
  })

  it('is found beside a header that carries none', () => {
    expect(extract('Authorization', '', 'X-API-KEY', 'a')).toMatchObject({ text: 'a' })
    expect(extract('Authorization', 'Basic YTpi', 'X-API-KEY', 'a')).toMatchObject({ text: 'a' })
    expect(extract('X-API-KEY', '', 'Authorization', 'Bearer a')).toMatchObject({ text: 'a' })
  })

  it.each([
    ['nothing', []],
    ['an empty header', ['Authorization', '']],
    ['two empty headers of different names', ['Authorization', '', 'X-API-KEY', '']],
    ['another scheme', ['Authorization', 'Basic YTpi']],
    ['a scheme with nothing behind it', ['Authorization', 'Bearer']],
    ['a token in a header that nobody configured', ['X-Token', 'a']],
  ])('is absent with %s', (_, rawHeaders) => {
    expect(extract(...rawHeaders)).toBe('no_credentials')
  })

  it.each([
    ['the same header twice', ['Authorization', 'Bearer a', 'Authorization', 'Bearer b']],
    ['the same token twice', ['Authorization', 'Bearer a', 'authorization', 'Bearer a']],
    ['an empty one first', ['Authorization', '', 'Authorization', 'Bearer b']],
    ['an empty one last', ['Authorization', 'Bearer a', 'Authorization', '']],
    ['two empty ones', ['Authorization', '', 'Authorization', '']],
    ['two schemes', ['Authorization', 'Basic YTpi', 'Authorization', 'Bearer b']],
    ['joined values', ['Authorization', 'Bearer a, Bearer b']],
    ['joined values without a space', ['Authorization', 'Bearer a,b']],
    ['a comma and no token', ['Authorization', 'Bearer ,']],
    ['a comma alone', ['Authorization', ',']],
    ['a comma before a token', ['Authorization', ', Bearer b']],
    ['a comma behind a token', ['Authorization', 'Bearer a,']],
    ['two schemes joined', ['Authorization', 'Basic YTpi, Bearer b']],
    ['parameters of another scheme', ['Authorization', 'Digest a="b", c="d"']],
    ['commas without end', ['Authorization', ','.repeat(5_000_000)]],
    ['a comma in place of a key', ['X-API-KEY', ',']],
    ['a joined key without a space', ['X-API-KEY', 'a,b']],
    ['tokens in two places', ['Authorization', 'Bearer a', 'X-API-KEY', 'b']],
    ['the same token in two places', ['X-API-KEY', 'a', 'Authorization', 'Bearer a']],
    ['a token and a doubtful value elsewhere', ['X-API-KEY', 'a', 'Authorization', 'Digest a, b']],
    ['a key sent twice', ['X-API-KEY', 'a', 'X-API-KEY', 'a']],
    ['a joined key', ['X-API-KEY', 'a, a']],
  ])('is ambiguous with %s', (_, rawHeaders) => {
    expect(extract(...rawHeaders)).toBe('ambiguous_credentials')
    expect(extractKnowing('Bearer a', ...rawHeaders)).toBe('ambiguous_credentials')
    expect(extractKnowing('a', ...rawHeaders)).toBe('ambiguous_credentials')
  })

  it('is the token itself where its header value is known, and nothing else of ours beside it', () => {
    expect(extractKnowing('Bearer a', 'Authorization', 'Bearer a')).toBe(TOKEN)
    expect(extractKnowing('a', 'Authorization', 'Basic YTpi', 'X-API-KEY', 'a')).toBe(TOKEN)
    expect(extractKnowing('Bearer a', 'Authorization', 'Bearer b')).toMatchObject({ text: 'b' })
  })
})

function extract(...rawHeaders: string[]): CredentialExtraction {
  return extractCredential(createHeaderReader(NAMES)(rawHeaders), NAMES, () => undefined)
}

/** Where every header of this one value is known to carry the token. */
function extractKnowing(known: string, ...rawHeaders: string[]): CredentialExtraction {
  const recall = (_: string, value: string): VerifiedToken | undefined =>
    value === known ? TOKEN : undefined
  return extractCredential(createHeaderReader(NAMES)(rawHeaders), NAMES, recall)
}
