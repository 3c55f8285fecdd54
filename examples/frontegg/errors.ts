import type { ErrorRenderer } from '@scopegate/core'

/** `{ errors: [text] }`. */
export const errorList: ErrorRenderer = ({ description }) => ({ body: { errors: [description] } })

/**
 * The same, and 400 as its SDK for Node answers a token in the wrong header. The gate cannot tell such a token from one of
 * another issuer, as neither is of any family it knows there, so both get it.
 */
export const errorListAsSdk: ErrorRenderer = (answer) =>
  answer.reason === 'token_unrecognised'
    ? { status: 400, body: { errors: ['Invalid token type'] } }
    : errorList(answer)
