/** The seconds a `Retry-After` header asks for (RFC 9110 section 10.2.3), at most an hour; `now` is the server's clock. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const seconds = Number(value) || (Date.parse(value) - now) / 1000
  return seconds > 0 ? Math.min(seconds, 3600) : undefined
}
