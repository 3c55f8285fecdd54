import type { DenialReason, ErrorRenderer } from '@scopegate/core'

/** `{ code, message, details }`, where the code is the status. */
export const renderRestError: ErrorRenderer = ({ status, description }) => ({
  body: {
    code: status,
    message: status === 401 ? 'Token validation error' : description,
    details: [description],
  },
})

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

/** For participants: codes of their own, and 401 where the API that they ask takes management tokens only. */
export const renderClientError: ErrorRenderer = (answer) => {
  const { reason, status, description } = answer
  if (reason === 'token_kind') {
    const details = ['No valid API management token provided']
    return { status: 401, body: { code: 401, message: 'Token validation error', details } }
  }
  const code = CLIENT_CODES[reason] ?? (status === 401 ? 40100 : status)
  return { body: { code, message: description, details: [description] } }
}
