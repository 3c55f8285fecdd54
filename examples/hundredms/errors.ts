import type { DenialReason, ErrorRenderer, RenderedError } from '@scopegate/core'

/** `{ code, message, details }`, where the code is the status; a token of the other kind is a bad token to the REST API. */
export const renderRestError: ErrorRenderer = ({ reason, status, description }) => {
  if (reason === 'token_kind') return renderRest(401, 'No valid API management token provided')
  return renderRest(status, description)
}

function renderRest(code: number, description: string): RenderedError {
  const message = code === 401 ? 'Token validation error' : description
  return { status: code, body: { code, message, details: [description] } }
}

/**
 * The codes that client SDKs know. An access key that nobody has and a signature that is not right are one and the same
 * answer: which keys exist is nobody's to find out.
 */
const CLIENT_CODES: Partial<Readonly<Record<DenialReason, number>>> = {
  token_key_unknown: 40101,
  token_signature: 40101,
  token_revoked: 40108,
  token_claim: 40109,
  resource_mismatch: 40002,
}

/** For participants: codes of their own. */
export const renderClientError: ErrorRenderer = ({ reason, status, description }) => {
  const code = CLIENT_CODES[reason] ?? (status === 401 ? 40100 : status)
  return { body: { code, message: description, details: [description] } }
}
