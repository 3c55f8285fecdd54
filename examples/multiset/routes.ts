import type { RouteRule } from '@scopegate/core'

/** What a credential can be given. None of them brings another with it. */
export type MultisetScope = 'query' | 'write' | 'delete'

const tokens = 'multiset'
const MAP = '/v1/vps/map'
const SET = '/v1/vps/map-set'
const OBJECT = '/v1/vps/object'

/** Reads, and whatever localizes: half of it by POST, so no method says which scope a route takes. */
const QUERY: readonly RouteRule<MultisetScope>[] = [
  { method: 'GET', path: MAP, tokens, scopes: 'query' },
  { method: 'GET', path: `${MAP}/:mapCode`, tokens, scopes: 'query' },
  { method: 'POST', path: `${MAP}/query`, tokens, scopes: 'query' },
  { method: 'POST', path: `${MAP}/query-form`, tokens, scopes: 'query' },
  { method: 'POST', path: `${MAP}/multi-image-query`, tokens, scopes: 'query' },
  { method: 'POST', path: `${MAP}/process-offline-metadata/:mapCode`, tokens, scopes: 'query' },
  { method: 'GET', path: SET, tokens, scopes: 'query' },
  { method: 'GET', path: `${SET}/:code`, tokens, scopes: 'query' },
  { method: 'GET', path: OBJECT, tokens, scopes: 'query' },
  { method: 'GET', path: `${OBJECT}/:code`, tokens, scopes: 'query' },
  { method: 'POST', path: `${OBJECT}/query`, tokens, scopes: 'query' },
  { method: 'GET', path: '/v1/file', tokens, scopes: 'query' },
  { method: 'GET', path: '/v1/simulation-data', tokens, scopes: 'query' },
  { method: 'GET', path: '/v1/account/plan-details', tokens, scopes: 'query' },
]

const WRITE: readonly RouteRule<MultisetScope>[] = [
  { method: 'POST', path: MAP, tokens, scopes: 'write' },
  { method: 'POST', path: '/v2/vps/map', tokens, scopes: 'write' },
  { method: 'POST', path: '/v2/vps/map/complete-upload/:mapId', tokens, scopes: 'write' },
  { method: 'POST', path: `${MAP}/re-upload/:mapId`, tokens, scopes: 'write' },
  { method: 'POST', path: `${MAP}/:mapCode/georeference`, tokens, scopes: 'write' },
  { method: 'POST', path: `${MAP}/:mapId/archive`, tokens, scopes: 'write' },
  { method: 'POST', path: `${MAP}/:mapId/unarchive`, tokens, scopes: 'write' },
  { method: 'POST', path: SET, tokens, scopes: 'write' },
  { method: 'PUT', path: `${SET}/:code`, tokens, scopes: 'write' },
  { method: 'PUT', path: `${SET}/data/:id`, tokens, scopes: 'write' },
  { method: 'POST', path: OBJECT, tokens, scopes: 'write' },
  { method: 'POST', path: '/v1/simulation-data', tokens, scopes: 'write' },
]

const DELETE: readonly RouteRule<MultisetScope>[] = [
  { method: 'DELETE', path: `${MAP}/:mapId`, tokens, scopes: 'delete' },
  { method: 'DELETE', path: `${SET}/:code`, tokens, scopes: 'delete' },
  { method: 'DELETE', path: `${OBJECT}/:id`, tokens, scopes: 'delete' },
]

/** The API's routes and the scope that each takes: of its own tokens, whatever others stand beside them. */
export const ROUTES: readonly RouteRule<MultisetScope>[] = [...QUERY, ...WRITE, ...DELETE]
