import { KeySetUnavailableError } from './errors.ts'

/** The `fetch` that core uses: the platform's, or one that is injected. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What bounds one download. */
export interface RemoteJsonLimits {
  /** Milliseconds for the whole of it, body included. */
  readonly timeout: number
  readonly maxBytes: number
}

/** The answer of a server that was reached but said no. */
export class RemoteStatusError extends KeySetUnavailableError {
  readonly status: number

  constructor(status: number) {
    super(`the key source answered with status ${status}`)
    this.status = status
  }
}

/**
 * Downloads a JSON document. Redirects are refused, time and size are bounded, also for a `fetch` that ignores its signal.
 * @throws KeySetUnavailableError with a fixed text; what went wrong underneath is its `cause`
 */
export async function fetchJson(fetch: Fetch, url: string, limits: RemoteJsonLimits): Promise<unknown> {
  const signal = AbortSignal.timeout(limits.timeout)
  try {
    return await Promise.race([download(fetch, url, limits.maxBytes, signal), rejectWhenAborted(signal)])
  } catch (error) {
    if (error instanceof KeySetUnavailableError) throw error
    throw new KeySetUnavailableError('the key source could not be read', { cause: error })
  }
}

async function download(fetch: Fetch, url: string, maxBytes: number, signal: AbortSignal): Promise<unknown> {
  const headers = { accept: 'application/json' }
  const response = await fetch(url, { method: 'GET', headers, redirect: 'manual', signal })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new RemoteStatusError(response.status)
  }
  return JSON.parse(await readText(response, maxBytes))
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = response.body?.getReader()
  if (!reader) return ''
  let text = ''
  let size = 0
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    size += chunk.value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      throw new KeySetUnavailableError('the key source sent a document over the size limit')
    }
    text += decoder.decode(chunk.value, { stream: true })
  }
  return text + decoder.decode()
}

async function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new KeySetUnavailableError('the key source took too long')))
  })
}
