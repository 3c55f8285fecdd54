import { FRAMEWORKS } from './apis.ts'
import type { RawResponse } from './raw-request.ts'
import type { Step } from './step.ts'

const WIDTHS = [2, 30, 46, 52, 7, 7, 7]

/** The first line of the table. */
export const HEADING: string = columns(['', 'what', 'request', 'expected', ...FRAMEWORKS])

/** One line of the table: where an answer is as expected, its status says enough. */
export function line({ what, request, expected }: Step, answers: readonly RawResponse[]): string {
  const mark = isRight(expected, answers) ? 'ok' : 'NO'
  const actual = answers.map((answer) => (summarise(answer) === expected ? answer.status : summarise(answer)))
  return columns([mark, what, `${request.method} ${request.target}`, expected, ...actual.map(String)])
}

/** Whether every answer is the expected one, and what the gate wrote is the same in all of them. */
export function isRight(expected: string, answers: readonly RawResponse[]): boolean {
  const written = new Set(answers.map((answer) => JSON.stringify(headersOfGate(answer))))
  return written.size === 1 && answers.every((answer) => summarise(answer) === expected)
}

/** The status and what the body says, as {@link Step.expected} is written. */
export function summarise({ status, headers, body }: RawResponse): string {
  const readable = headers.some(([name]) => name === 'access-control-allow-origin')
  return [status, ...outcome(body), ...(readable ? ['for pages'] : [])].join(' ')
}

const TELLING = ['handler', 'error', 'msg', 'message', 'description', 'name', 'errors']

/** The handler or the error that the body names, however that API spells it; else the names of what it holds. */
function outcome(body: string): readonly string[] {
  try {
    const content = JSON.parse(body) as object
    const told = new Map(Object.entries(content).map(([name, value]) => [name, [value].flat()[0]]))
    const found = TELLING.map((field) => told.get(field)).find((value) => typeof value === 'string')
    return [found ?? `{ ${Object.keys(content).join(', ')} }`]
  } catch {
    return body === '' ? [] : [body]
  }
}

const GATE_HEADER = /^(access-control-.*|allow|cache-control|retry-after|vary|www-authenticate)$/

function headersOfGate({ headers }: RawResponse): readonly string[] {
  return headers
    .filter(([name]) => GATE_HEADER.test(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
}

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join('  ')
    .trimEnd()
}
