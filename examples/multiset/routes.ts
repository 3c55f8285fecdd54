import type { RouteRule } from '@scopegate/core'

/** What a credential can be given. None of them brings another with it. */
export type MultisetScope = 'query' | 'write' | 'delete'

const MAP = '/v1/vps/map'
const SET = '/v1/vps/map-set'
const OBJECT = '/v1/vps/object'

/** Reads, and whatever localizes: half of it by POST, so no method says which scope a route takes. */
const QUERY: readonly RouteRule<MultisetScope>[] = [
  { method: 'GET', path: MAP, scopes: 'query' },
  { method: 'GET', path: `${MAP}/:mapCode`, scopes: 'query' },
  { method: 'POST', path: `${MAP}/query`, scopes: 'query' },
  { method: 'POST', path: `${MAP}/query-form`, scopes: 'query' },
  { method: 'POST', path: `${MAP}/multi-image-query`, scopes: 'query' },
  { method: 'POST', path: `${MAP}/process-offline-metadata/:mapCode`, scopes: 'query' },
  { method: 'GET', path: SET, scopes: 'query' },
  { method: 'GET', path: `${SET}/:code`, scopes: 'query' },
  { method: 'GET', path: OBJECT, scopes: 'query' },
  { method: 'GET', path: `${OBJECT}/:code`, scopes: 'query' },
  { method: 'POST', path: `${OBJECT}/query`, scopes: 'query' },
  { method: 'GET', path: '/v1/file', scopes: 'query' },
  { method: 'GET', path: '/v1/simulation-data', scopes: 'query' },
  { method: 'GET', path: '/v1/account/plan-details', scopes: 'query' },
]

const WRITE: readonly RouteRule<MultisetScope>[] = [
  { method: 'POST', path: MAP, scopes: 'write' },
  { method: 'POST', path: '/v2/vps/map', scopes: 'write' },
  { method: 'POST', path: '/v2/vps/map/complete-upload/:mapId', scopes: 'write' },
  { method: 'POST', path: `${MAP}/re-upload/:mapId`, scopes: 'write' },
  { method: 'POST', path: `${MAP}/:mapCode/georeference`, scopes: 'write' },
  { method: 'POST', path: `${MAP}/:mapId/archive`, scopes: 'write' },
  { method: 'POST', path: `${MAP}/:mapId/unarchive`, scopes: 'write' },
  { method: 'POST', path: SET, scopes: 'write' },
  { method: 'PUT', path: `${SET}/:code`, scopes: 'write' },
  { method: 'PUT', path: `${SET}/data/:id`, scopes: 'write' },
  { method: 'POST', path: OBJECT, scopes: 'write' },
  { method: 'POST', path: '/v1/simulation-data', scopes: 'write' },
]

const DELETE: readonly RouteRule<MultisetScope>[] = [
  { method: 'DELETE', path: `${MAP}/:mapId`, scopes: 'delete' },
  { method: 'DELETE', path: `${SET}/:code`, scopes: 'delete' },
  { method: 'DELETE', path: `${OBJECT}/:id`, scopes: 'delete' },
]

/** The API's routes and the scope that each takes. */
export const ROUTES: readonly RouteRule<MultisetScope>[] = [...QUERY, ...WRITE, ...DELETE]
