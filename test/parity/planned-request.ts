/** A request as it is put on the wire, byte for byte: strings are latin1. */
export interface PlannedRequest {
  readonly method: string
  readonly target: string
  /** `undefined`: none is sent. */
  readonly host: string | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whose scopes it comes with, where a token is asked for: an index of the tokens. */
  readonly token: number
}
