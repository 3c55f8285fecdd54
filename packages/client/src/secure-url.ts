import { ConfigurationError } from './errors.ts'

/** As the URL parser spells them: one with userinfo, which would put a secret into error messages, has an `@`. */
const HTTPS = /^https:\/\/[^/@]+\//
const LOOPBACK = /^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?\//
const HTTP = /^http:\/\/[^/@]+\//

/**
 * The canonical text of a URL that a secret or token may be sent to: https, or http on loopback, where nobody listens in.
 * @throws ConfigurationError for any other, and for one with userinfo
 */
export function secureUrl(key: string, text: string, allowHttp: boolean, base?: string): string {
  const href = URL.canParse(text, base) ? new URL(text, base).href : ''
  if ([HTTPS, allowHttp ? HTTP : LOOPBACK].some((form) => form.test(href))) return href
  throw new ConfigurationError(key, 'must be an https URL (http on loopback only) without userinfo')
}
