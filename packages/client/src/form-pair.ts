/** Id and secret, each as a form writes it, with a colon between: all ASCII, as `btoa` needs it (RFC 6749 section 2.3.1). */
export function formPair(clientId: string, clientSecret: string): string {
  return `${new URLSearchParams({ [clientId]: clientSecret })}`.replace('=', ':')
}
