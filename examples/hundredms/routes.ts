import type { RouteRule } from '@scopegate/core'

/** What a role of a template allows its holder. */
export type Permission =
  | 'endRoom'
  | 'removeOthers'
  | 'mute'
  | 'unmute'
  | 'changeRole'
  | 'sendRoomState'
  | 'pollRead'
  | 'pollWrite'
  | 'browserRecording'
  | 'rtmpStreaming'
  | 'hlsStreaming'

const tokens = 'management'
const ACTIVE = '/v2/active-rooms/:roomId'
const ROLE = '/v2/templates/:templateId/roles/:role'
const CODES = '/v2/room-codes/room/:roomId'

/** The REST API: for the customer's backend, by management tokens alone. Its verbs are GET, POST and DELETE. */
const REST: readonly RouteRule[] = [
  { method: ['GET', 'POST'], path: '/v2/rooms', tokens },
  { method: ['GET', 'POST'], path: '/v2/rooms/:roomId', tokens },
  { method: 'GET', path: ACTIVE, tokens },
  { method: 'GET', path: `${ACTIVE}/peers`, tokens },
  { method: 'POST', path: `${ACTIVE}/send-message`, tokens },
  { method: 'POST', path: `${ACTIVE}/remove-peers`, tokens },
  { method: 'POST', path: `${ACTIVE}/end-room`, tokens },
  { method: ['GET', 'POST', 'DELETE'], path: ROLE, tokens },
  { method: ['GET', 'POST'], path: CODES, tokens },
  { method: 'POST', path: `${CODES}/role/:role`, tokens },
  { method: 'GET', path: '/v2/recordings', tokens },
  { method: 'GET', path: '/v2/live-streams', tokens },
  { method: 'GET', path: '/v2/external-streams', tokens },
  { method: 'GET', path: '/v2/stream-keys', tokens },
  { method: 'GET', path: '/v2/sessions', tokens },
  { method: ['GET', 'POST'], path: '/v2/polls', tokens },
  { method: 'GET', path: '/v2/analytics/events', tokens },
]

const binding = { tokens: 'app', match: { roomId: 'room_id' } } as const
const ROOM = '/signal/rooms/:roomId'

/** What a participant does in its room: by app tokens alone, and for no other room. */
const CLIENT: readonly RouteRule<Permission>[] = [
  { method: 'POST', path: '/v2/sip/dtmf', tokens: 'app' },
  { method: 'POST', path: `${ROOM}/join`, ...binding },
  { method: 'POST', path: `${ROOM}/end`, ...binding, scopes: 'endRoom' },
  { method: 'POST', path: `${ROOM}/remove-peers`, ...binding, scopes: 'removeOthers' },
  { method: 'POST', path: `${ROOM}/mute`, ...binding, scopes: 'mute' },
  { method: 'POST', path: `${ROOM}/change-role`, ...binding, scopes: 'changeRole' },
  { method: 'GET', path: `${ROOM}/polls`, ...binding, scopes: 'pollRead' },
  { method: 'POST', path: `${ROOM}/polls`, ...binding, scopes: 'pollWrite' },
  { method: 'POST', path: `${ROOM}/recording`, ...binding, scopes: 'browserRecording' },
  {
    method: 'POST',
    path: `${ROOM}/rtmp-recording`,
    ...binding,
    scopes: { all: ['rtmpStreaming', 'browserRecording'] },
  },
]

/** Every route, with the kind of token that it takes. */
export const ROUTES: readonly RouteRule[] = [...REST, ...CLIENT]
