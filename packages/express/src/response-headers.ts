import type { ServerResponse } from 'node:http'
import type { ResponseHeaders } from '@scopegate/core'

// The same text in the adapters of Express and Koa, held to be so by a test: they import only types from core.

export function writeHeaders(res: ServerResponse, { remove, set, append }: ResponseHeaders): void {
  for (const name of remove) res.removeHeader(name)
  for (const [name, value] of set) res.setHeader(name, value)
  for (const [name, value] of append) res.setHeader(name, joined(res.getHeader(name), value))
}

/**
 * What handlers set would undo what the gate owns, and Koa drops all headers when something throws, so they are written once
 * more when the headers go out; not only then, as not all that sends headers comes by.
 */
export function keepHeaders(res: ServerResponse, headers: ResponseHeaders): void {
  if (headers.remove.length + headers.set.length + headers.append.length === 0) return
  writeHeaders(res, headers)
  const { writeHead } = res
  res.writeHead = (status: number, reason?: unknown, given?: unknown) => {
    const isWorded = typeof reason === 'string'
    setAll(res, isWorded ? given : (given ?? reason))
    writeHeaders(res, headers)
    return Reflect.apply(writeHead, res, isWorded ? [status, reason] : [status])
  }
}

/** Sets what `writeHead` was given, in either of its two forms, which it would set after us. */
function setAll(res: ServerResponse, given: unknown): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given ?? {})) res.setHeader(name, value as string)
    return
  }
  for (let at = 0; at < given.length; at += 2) res.removeHeader(given[at])
  for (let at = 0; at < given.length; at += 2) res.appendHeader(given[at], given[at + 1])
}

/** Names nothing twice. */
function joined(before: ReturnType<ServerResponse['getHeader']>, value: string): string {
  if (before === undefined || before === value) return value
  const names = `${[before, value].flat()}`.split(/, */)
  const lower = names.map((name) => name.toLowerCase())
  return names.filter((_, at) => lower.indexOf(lower[at] as string) === at).join(', ')
}
