import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TokenIssuer } from './token-issuer.ts'

/** What the mounts need of an issuer. */
export type MountableIssuer = Pick<TokenIssuer, 'issuer' | 'paths' | 'handle'>

/** As Express has it; it fits `app.use` at the root of an application. */
export type ExpressMiddleware = (
  request: IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The part of Koa's context that is used. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly originalUrl: string
  readonly request: { readonly body?: unknown; readonly rawBody?: unknown }
  status: number
  body: unknown
  set(name: string, value: string): void
}

/** As Koa has it; it fits `app.use`. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/**
 * Mounts an issuer in Express: `app.use(expressIssuer(issuer))`. Requests for other paths go on to the next handler. It may
 * stand before or behind body parsers: what they have consumed is taken from `req.body`.
 */
export function expressIssuer(issuer: MountableIssuer): ExpressMiddleware {
  return function scopegateIssuer(request, response, next) {
    const target = originForm(request.originalUrl ?? request.url ?? '')
    if (!isOurs(issuer, target)) return next()
    answer(issuer, request, target, request.body)
      .then(async (answered) => await write(answered, response))
      .catch(next)
  }
}

/** Mounts an issuer in Koa: `app.use(koaIssuer(issuer))`; otherwise as {@link expressIssuer}. */
export function koaIssuer(issuer: MountableIssuer): KoaMiddleware {
  return async function scopegateIssuer(context, next) {
    const target = originForm(context.originalUrl)
    if (!isOurs(issuer, target)) return void (await next())
    const { rawBody, body } = context.request
    const answered = await answer(issuer, context.req, target, rawBody ?? body)
    for (const [name, value] of answered.headers) context.set(name, value)
    context.body = answered.body === null ? null : await answered.text()
    context.status = answered.status
    if (answered.status === 413) context.set('Connection', 'close')
  }
}

/** Mounts an issuer on a server of its own: `createServer(issuerListener(issuer))`. Other paths get 404. */
export function issuerListener(
  issuer: MountableIssuer,
): (request: IncomingMessage, response: ServerResponse) => void {
  const mount = expressIssuer(issuer)
  return (request, response) =>
    mount(request, response, (error) => {
      response.writeHead(error === undefined ? 404 : 500, { 'Cache-Control': 'no-store' }).end()
    })
}

/** The path and query of a request-target, also of one in absolute form (RFC 9112 section 3.2.2). */
function originForm(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, '')
}

function isOurs({ paths }: MountableIssuer, target: string): boolean {
  return paths.includes(target.split('?', 1)[0] as string)
}

async function answer(
  issuer: MountableIssuer,
  request: IncomingMessage,
  target: string,
  parsed: unknown,
): Promise<Response> {
  const method = webMethod(request)
  const init = { method, headers: headersOf(request), duplex: 'half' as const }
  const body = method === 'GET' || method === 'HEAD' ? undefined : bodyOf(request, parsed)
  const url = new URL(target, issuer.issuer)
  return await issuer.handle(new Request(url, body === undefined ? init : { ...init, body }))
}

/** The Web's Request refuses to be made with some methods: another that is answered nowhere gets the same answer. */
function webMethod({ method = 'GET' }: IncomingMessage): string {
  return /^(?:CONNECT|TRACE|TRACK)$/i.test(method) ? 'DELETE' : method
}

/** Every header line as it came: what was sent twice must not look as if it was sent once. */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (!name.startsWith(':')) headers.append(name, rawHeaders[i + 1] as string)
  }
  return headers
}

/** What is left of the body to be read, or else what a body parser made of it: waiting for more would never end. */
function bodyOf(request: IncomingMessage, parsed: unknown): ReadableStream | Uint8Array | string | undefined {
  if (!request.readableDidRead && !request.readableEnded) return streamOf(request)
  if (parsed === undefined || parsed === null) return undefined
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) return parsed
  const isForm = request.headers['content-type']
    ?.toLowerCase()
    .startsWith('application/x-www-form-urlencoded')
  return isForm ? toForm(parsed) : toJson(parsed)
}

/** What cannot be written again is answered as what cannot be read. */
function toJson(parsed: unknown): string {
  try {
    return JSON.stringify(parsed) ?? UNREADABLE
  } catch {
    return UNREADABLE
  }
}

const UNREADABLE = '{'

/** Stops reading without destroying the request: the answer has to go out on the same connection. */
function streamOf(request: IncomingMessage): ReadableStream {
  const chunks = request.iterator({ destroyOnReturn: false })
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: async () => void (await chunks.return?.()),
    },
    // Nothing is read ahead: Node throws away a body that nobody began to read, and stalls on one that was left half read.
    { highWaterMark: 0 },
  )
}

/** A value that was sent twice is an array here, and is refused as such; nested objects are no parameter of ours. */
function toForm(parsed: object): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parsed)) {
    for (const one of [value].flat()) if (typeof one === 'string') form.append(name, one)
  }
  return form.toString()
}

async function write(answered: Response, response: ServerResponse): Promise<void> {
  const body = answered.body === null ? undefined : Buffer.from(await answered.arrayBuffer())
  for (const [name, value] of answered.headers) response.setHeader(name, value)
  // The rest of a body that was too large is not waited for.
  if (answered.status === 413) response.setHeader('Connection', 'close')
  if (body !== undefined) response.setHeader('Content-Length', body.length)
  response.writeHead(answered.status).end(body)
}
