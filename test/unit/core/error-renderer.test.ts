import { ConfigurationError } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { type ErrorRenderer, renderError } from '../../../packages/core/src/error-renderer.ts'

const DENIAL = { status: 403, error: 'insufficient_scope', description: 'it lacks a scope' } as const

function rendered(render: ErrorRenderer | undefined): { status: number; contentType: string; body: string } {
  return renderError('insufficient_scope', DENIAL, render, 'tokens[1].renderError')
}

function refusalOf(render: () => unknown): ConfigurationError {
  try {
    rendered(render as ErrorRenderer)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return error as ConfigurationError
  }
  throw new Error('the renderer was taken')
}

describe('a denial', () => {
  it('is JSON where nobody says otherwise', () => {
    const standard = {
      status: 403,
      contentType: 'application/json',
      body: '{"error":"insufficient_scope","error_description":"it lacks a scope"}',
    }
    expect(rendered(undefined)).toEqual(standard)
    expect(rendered(() => ({}))).toEqual(standard)
    expect(rendered(() => ({ status: undefined, body: undefined }) as object)).toEqual(standard)
  })

  it('is shown to its renderer whole, and frozen', () => {
    rendered((answer) => {
      expect(answer).toEqual({ reason: 'insufficient_scope', ...DENIAL })
      expect(Object.isFrozen(answer)).toBe(true)
      return {}
    })
  })

  it('looks as the renderer says', () => {
    const answer = { status: 404, contentType: 'text/html; charset=utf-8', body: '<p>no</p>' }
    expect(rendered(() => answer)).toEqual(answer)
    expect(rendered(() => ({ body: ['no', 1, null] })).body).toBe('["no",1,null]')
    expect(rendered(() => ({ body: '' })).body).toBe('')
  })
})

describe('a renderer', () => {
  it.each<[problem: string, answers: readonly unknown[]]>([
    [
      "must keep the class of a status: 403 for 'insufficient_scope'",
      [
        { status: 399 },
        { status: 500 },
        { status: 200 },
        { status: 403.5 },
        { status: '403' },
        { status: null },
      ],
    ],
    [
      'gives a content type that is no header value',
      [
        { contentType: '' },
        { contentType: 1 },
        { contentType: null },
        { contentType: 'a\r\nb' },
        { contentType: 'ä' },
      ],
    ],
    [
      "must answer with status, contentType, body at once, for 'insufficient_scope'",
      [undefined, null, 'no', 403, Promise.resolve({}), { headers: {} }],
    ],
    ['gives a body that is neither text nor JSON', [{ body: () => {} }, { body: Symbol('no') }]],
  ])('%s', (problem, answers) => {
    for (const answer of answers)
      expect(refusalOf(() => answer).message).toBe(`tokens[1].renderError: ${problem}`)
  })

  it('that fails is refused with its reason', () => {
    const cause = new Error('no template')
    const failing = (): never => {
      throw cause
    }
    expect(refusalOf(failing)).toMatchObject({ message: 'tokens[1].renderError: fails', cause })
    expect(refusalOf(() => ({ body: { toJSON: failing } }))).toMatchObject({
      message: 'tokens[1].renderError: fails',
      cause,
    })
  })

  it('is not waited for, and may reject unheard', () => {
    expect(refusalOf(() => Promise.reject(new Error('no'))).message).toMatch(/ at once, /)
  })

  it('may answer with any status of the same class', () => {
    for (const status of [400, 401, 499]) expect(rendered(() => ({ status })).status).toBe(status)
  })
})
