import { bearer, type Headers, type Step, step } from '@scopegate/example-harness'
import { ORIGINS } from '@scopegate/example-policy'

/** A token of each client. */
export interface Tokens {
  readonly query: string
  readonly write: string
  readonly delete: string
}

const MAP = '/v1/vps/map'
const [ORIGIN = ''] = ORIGINS

/** The whole walk-through; `afterExpiry` is a number of seconds after which every token has expired. */
export function createSteps(tokens: Tokens, afterExpiry: number): readonly Step[] {
  const query = bearer(tokens.query)
  const write = bearer(tokens.write)
  const tampered = bearer(`${tokens.query.slice(0, -8)}AAAAAAAA`)
  const both: Headers = [...query, ...query]
  return [
    step('a public route', 'GET', '/health', [], '200 GET /health'),
    step('no token', 'GET', MAP, [], '401 unauthorized'),
    step('a good token', 'GET', MAP, query, `200 GET ${MAP}`),
    step('a POST that reads', 'POST', `${MAP}/query-form`, query, `200 POST ${MAP}/query-form`),
    step('the scope is missing', 'POST', MAP, query, '403 insufficient_scope'),
    step('the scope is there', 'POST', MAP, write, `200 POST ${MAP}`),
    step('deleting without the scope', 'DELETE', `${MAP}/m1`, write, '403 insufficient_scope'),
    step('deleting', 'DELETE', `${MAP}/m1`, bearer(tokens.delete), `200 DELETE ${MAP}/:mapId`),
    step('a tampered token', 'GET', MAP, tampered, '401 invalid_token'),
    { ...step('an expired token', 'GET', MAP, query, '401 invalid_token'), clockAhead: afterExpiry },
    step('two rules match, one allows', 'GET', `${MAP}/summary`, query, '403 insufficient_scope'),
    step('two rules match, both allow', 'GET', `${MAP}/summary`, write, `200 GET ${MAP}/summary`),
    step('no rule', 'GET', '/v1/vps/secret', query, '403 access_denied'),
    ...originSteps(query),
    ...trickSteps(query),
    step('two tokens', 'GET', MAP, both, '400 invalid_request'),
    ...wireSteps(query),
  ]
}

/** What no HTTP client sends by itself. */
function wireSteps(token: Headers): readonly Step[] {
  const override: Headers = [...token, ['X-HTTP-Method-Override', 'DELETE']]
  const host: Headers = [...token, ['Host', 'api.example&admin=1']]
  const hosts: Headers = [...token, ['Host', 'api.example'], ['Host', 'evil.example']]
  return [
    step('a method override', 'POST', `${MAP}/query-form`, override, '400 invalid_request'),
    step('a whole URL as target', 'GET', `http://api.example${MAP}`, token, '400 invalid_request'),
    step('a malformed Host', 'GET', MAP, host, '400 invalid_request'),
    step('two Hosts', 'GET', MAP, hosts, '400 invalid_request'),
    step('TRACE', 'TRACE', MAP, token, '405 method_not_allowed'),
  ]
}

function originSteps(token: Headers): readonly Step[] {
  const preflight = (origin: string, method: string): Headers => [
    ['Origin', origin],
    ['Access-Control-Request-Method', method],
  ]
  return [
    step('an allowed origin', 'GET', MAP, [...token, ['Origin', ORIGIN]], `200 GET ${MAP} for pages`),
    step('a denial it may read', 'GET', MAP, [['Origin', ORIGIN]], '401 unauthorized for pages'),
    step('a foreign origin', 'GET', MAP, [...token, ['Origin', 'https://evil.example']], '403 access_denied'),
    step('a preflight', 'OPTIONS', MAP, preflight(ORIGIN, 'POST'), '204 for pages'),
    step('a preflight for no rule', 'OPTIONS', MAP, preflight(ORIGIN, 'PATCH'), '403 access_denied'),
    step(
      'a foreign preflight',
      'OPTIONS',
      MAP,
      preflight('https://evil.example', 'POST'),
      '403 access_denied',
    ),
  ]
}

/** Spellings by which a route would be reached past a gate that reads paths otherwise than the router. */
function trickSteps(token: Headers): readonly Step[] {
  const judged = [`${MAP}/SUMMARY`, `${MAP}/summary/`, `${MAP}/%73ummary`, `${MAP}/summary?x=1`]
  const refused = [
    `/${MAP}`,
    `${MAP}//summary`,
    '/health/../v1/vps/map',
    '/health/%2e%2e/v1/vps/map',
    `${MAP}/a%2fb`,
    `${MAP};x`,
    `${MAP}#x`,
  ]
  return [
    ...judged.map((target) => step('judged as summary', 'GET', target, token, '403 insufficient_scope')),
    step('HEAD is judged as GET', 'HEAD', `${MAP}/summary`, token, '403'),
    ...refused.map((target) => step('an ambiguous target', 'GET', target, token, '400 invalid_request')),
  ]
}
