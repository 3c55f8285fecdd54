/**
 * What an adapter hands to {@link Authorizer.authorize}: the request as it came off the wire, nothing parsed, nothing
 * repaired. Give `target` where the server has the raw request-target, else `url`.
 */
export type ResourceRequest = RequestWithTarget | RequestWithUrl

interface RequestBase {
  /** The method as sent, case kept: `get` is not `GET`. */
  readonly method: string
  /**
   * Header names and values in turn, as Node's `rawHeaders`: `['Host', 'api.example', 'Origin', 'https://app.example']`.
   * Repeated headers must appear as often as they were sent.
   */
  readonly rawHeaders: readonly string[]
  /**
   * Keeps a promise alive after the response, on platforms that stop a request's work when it is answered
   * (`ctx.waitUntil` on Workers). Default: background work is simply left running.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** A request whose raw request-target is known (RFC 9112 section 3.2): Node's `req.url` before anything rewrote it. */
export interface RequestWithTarget extends RequestBase {
  readonly target: string
  readonly url?: never
}

/**
 * A request of a runtime that only has an absolute URL (Workers, Bun, Deno). The path is cut from the text behind the
 * authority and never parsed; the authority must equal `Host`. Dot segments may already be resolved in it.
 */
export interface RequestWithUrl extends RequestBase {
  readonly url: string
  readonly target?: never
}
