import { ConfigurationError } from './errors.ts'

/**
 * Parses a URL that a secret or token may be sent to: https, or http on loopback, where nobody listens in.
 * @throws ConfigurationError for any other, and for one with userinfo, which would put a secret into error messages
 */
export function secureUrl(key: string, text: string, allowHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowHttp || isLoopback(url)))
  if (url && isSecure && !url.username && !url.password) return url
  throw new ConfigurationError(key, 'must be an https URL (http on loopback only) without userinfo')
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
