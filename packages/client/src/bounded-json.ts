const MAX_BYTES = 65_536

/** What JSON is in a body; an empty object for a body that is none or over 64 KiB, of which no more is read. */
export async function boundedJson({ body }: Response): Promise<Readonly<Record<string, unknown>>> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let size = 0; reader && size <= MAX_BYTES; ) {
    const { value } = await reader.read()
    if (!value) break
    size += value.length
    text += decoder.decode(value, { stream: true })
    if (size > MAX_BYTES) {
      text = ''
      await reader.cancel()
    }
  }
  try {
    return JSON.parse(text) ?? {}
  } catch {
    // The parser's own error quotes the body.
    return {}
  }
}
