/** Base64 of bytes, or of the UTF-8 bytes of a text: `btoa` alone throws beyond Latin-1. */
export function base64(data: string | Uint8Array): string {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  return btoa(String.fromCharCode(...bytes))
}
