const MAX_LENGTH = 65_536

/** What JSON is in a body; an empty object for a body that is none or longer than 64 Ki, of which no more is read. */
export async function boundedJson({ body }: Response): Promise<Readonly<Record<string, unknown>>> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let chunk: Uint8Array | undefined
  do {
    chunk = (await reader?.read())?.value
    text += decoder.decode(chunk, { stream: true })
  } while (chunk && text.length <= MAX_LENGTH)
  if (chunk) await reader?.cancel()
  try {
    return JSON.parse(chunk ? '' : text) ?? {}
  } catch {
    // The parser's own error quotes the body.
    return {}
  }
}
