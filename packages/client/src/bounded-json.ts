const MAX_BYTES = 65_536

/** What JSON is in a body; an empty object for a body that is none or over 64 KiB, of which no more is read. */
export async function boundedJson(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await boundedText(response)
  try {
    return JSON.parse(text) ?? {}
  } catch {
    // The parser's own error quotes the body.
    return {}
  }
}

async function boundedText({ body }: Response): Promise<string> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let size = 0; reader; ) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > MAX_BYTES) {
      await reader.cancel()
      return ''
    }
    text += decoder.decode(value, { stream: true })
  }
  return text
}
