import { ConfigurationError, KeySetUnavailableError } from '@scopegate/core'
import { describe, expect, it } from 'vitest'

describe('an error', () => {
  const cause = new Error('underneath')

  it('of configuration names the option before the problem', () => {
    const error = new ConfigurationError('routes[1].path', 'is wrong', { cause })
    expect(error).toMatchObject({
      name: 'ConfigurationError',
      code: 'ERR_CONFIGURATION',
      key: 'routes[1].path',
      message: 'routes[1].path: is wrong',
      cause,
    })
    expect(error).toBeInstanceOf(Error)
  })

  it('of the options as a whole names none', () => {
    expect(new ConfigurationError('', 'is wrong')).toMatchObject({ key: '', message: 'is wrong' })
  })

  it('of a key set that could not be had has a code and a cause', () => {
    expect(new KeySetUnavailableError('is down', { cause })).toMatchObject({
      name: 'KeySetUnavailableError',
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'is down',
      cause,
    })
  })
})
