import type { AccessToken, RouteRule } from '@scopegate/core'

/** What a handler of the stand-in knows of its request: all of it passed the gate. */
export interface Call {
  /** `GET /v1/maps/:id`, as {@link handlerName} makes it. */
  readonly handler: string
  readonly params: Readonly<Record<string, string>>
  readonly token: AccessToken | undefined
}

/** What a handler of the stand-in answers, as JSON. */
export interface Reply {
  /** Default 200. */
  readonly status?: number
  readonly body: unknown
}

/** One handler of the stand-in. */
export type Answer = (call: Call) => Reply | Promise<Reply>

/** Handlers by name, for routes that answer something of their own. */
export type Answers = Readonly<Record<string, Answer>>

/** How answers and tables call the handler of a rule. */
export function handlerName({ method, path }: RouteRule): string {
  return `${[method].flat().join('|')} ${path}`
}

/** Answers with the handler's name and the client that called, unless there is an answer for it. */
export async function answerCall(call: Call, answers: Answers): Promise<Required<Reply>> {
  const { status = 200, body } = await (answers[call.handler] ?? nameAndClient)(call)
  return { status, body }
}

function nameAndClient({ handler, token }: Call): Reply {
  return { body: { handler, clientId: token?.clientId ?? null } }
}
