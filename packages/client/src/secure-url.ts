import { ConfigurationError } from './errors.ts'

/** As the URL parser spells them: one with userinfo, which would put a secret into error messages, has an `@`. */
const WITHOUT_USERINFO = /^https?:\/\/[^/@]+\//
const SAFE = /^https:|^http:\/\/(localhost|127[\d.]+|\[::1\])[:/]/

/**
 * The canonical text of a URL that a secret or token may be sent to: https, or http on loopback, where nobody listens in.
 * @throws ConfigurationError for any other, and for one with userinfo
 */
export function secureUrl(key: string, text: string, allowHttp: boolean, base?: string): string {
  const href = URL.canParse(text, base) ? new URL(text, base).href : ''
  // Text from an environment, 'no' for instance, allows nothing.
  if (WITHOUT_USERINFO.test(href) && (allowHttp === true || SAFE.test(href))) return href
  throw new ConfigurationError(key, 'must be https (or loopback), no userinfo')
}
