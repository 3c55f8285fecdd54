import { readFileSync } from 'node:fs'

/**
 * Texts that are handed out as new strings each time, flat and never hashed before, as an HTTP parser makes them: a string
 * that was looked up once carries its hash with it, and would make every later look-up too cheap.
 */
export interface TextPool {
  readonly count: number
  readonly fresh: (at: number) => string
}

/** Reads one text per line; a `prefix` is put before each. */
export function readTextPool(file: string, prefix = ''): TextPool {
  const lines = readFileSync(file, 'latin1').split('\n').filter(Boolean)
  return createTextPool(lines.map((line) => prefix + line))
}

/** Keeps the texts outside the heap of JavaScript. */
export function createTextPool(texts: readonly string[]): TextPool {
  const bytes = Buffer.from(texts.join(''), 'latin1')
  const ends = new Uint32Array(texts.length)
  let end = 0
  texts.forEach((text, at) => {
    end += text.length
    ends[at] = end
  })
  const fresh = (at: number): string => bytes.toString('latin1', at === 0 ? 0 : ends[at - 1], ends[at])
  return { count: texts.length, fresh }
}
