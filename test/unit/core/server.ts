import {
  type AuthorizationDecision,
  type Authorizer,
  ConfigurationError,
  createResourceServer,
  type DeniedDecision,
  type ResourceRequest,
} from '@scopegate/core'
import { createTestIssuer, type TestIssuer } from '@scopegate/core/testing'
import { expect } from 'vitest'

/** An issuer whose tokens the servers of these tests take. */
export const issuer: TestIssuer = await createTestIssuer()

/** The smallest token profile there is. */
export const profile = Object.freeze({
  issuer: issuer.issuer,
  audience: issuer.audience,
  keys: issuer.jwks,
})

/** The error that options are refused with; options that are not refused fail the test. */
export function configurationError(options: unknown): ConfigurationError {
  try {
    createResourceServer(options as Parameters<typeof createResourceServer>[0])
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return explained(error as ConfigurationError)
  }
  throw new Error('the options were taken')
}

/** The error, once it was seen that it names its option and says in words what is wrong. */
export function explained(error: ConfigurationError): ConfigurationError {
  const named = error.key === '' ? '' : `${error.key}: `
  expect(error.message.slice(0, named.length)).toBe(named)
  expect(error.message.slice(named.length)).toMatch(/[a-z]+\W+[a-z]+/i)
  expect(error.message).not.toMatch(/invalid input|undefined/i)
  return error
}

/** Headers by name; a list is a header sent several times. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** A request as it comes off the wire, `'GET /maps?x'`, with a `Host` unless one is given. */
export function request(line: string, headers: Headers = {}): ResourceRequest {
  const end = line.indexOf(' ')
  const rawHeaders = Object.entries({ Host: 'api.example', ...headers }).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  )
  return { method: line.slice(0, end), target: line.slice(end + 1), rawHeaders }
}

/** Asks for a decision in every way there is; they must agree. */
export async function ask(
  authorizer: Authorizer,
  line: string,
  headers: Headers = {},
): Promise<AuthorizationDecision> {
  return await decide(authorizer, request(line, headers))
}

/** {@link ask} for a request that no server would hand on like this. */
export async function decide(authorizer: Authorizer, asked: ResourceRequest): Promise<AuthorizationDecision> {
  const cold = authorizer.authorizeNow(asked)
  const decision = await authorizer.authorize(asked)
  const warm = authorizer.authorizeNow(asked)
  if (cold !== undefined) expect(cold).toEqual(decision)
  if (cold !== undefined || warm !== undefined) expect(warm).toEqual(decision)
  expect(await authorizer.authorize(asked)).toEqual(decision)
  return decision
}

/** A header that an answer sets; `undefined` if it does not, and a failure if it does so twice. */
export function headerOf(decision: AuthorizationDecision, name: string): string | undefined {
  const values = decision.headers.set.filter((line) => line[0].toLowerCase() === name.toLowerCase())
  expect(values.length, name).toBeLessThan(2)
  return values[0]?.[1]
}

/** A denial, or a failed test. */
export function denied(decision: AuthorizationDecision): DeniedDecision {
  if (decision.allowed) throw new Error('the request was allowed')
  return decision
}
