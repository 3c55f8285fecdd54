import type { Random } from './random.ts'

/** Changes a target in a way that some router overlooks and another does not. */
export type Mutation = (target: string, random: Random) => string

const insert = (target: string, at: number, text: string): string =>
  target.slice(0, at) + text + target.slice(at)

/** Somewhere in the target, the first character left alone. */
const somewhere = (target: string, random: Random): number => 1 + random.below(Math.max(1, target.length))

const atSlash = (target: string, random: Random): number => {
  const slashes = [...target].flatMap((character, i) => (character === '/' ? [i] : []))
  return slashes.length === 0 ? 0 : random.pick(slashes)
}

const replaceOne = (target: string, at: number, change: (character: string) => string): string =>
  target.slice(0, at) + change(target[at] ?? '') + target.slice(at + 1)

const hex = (character: string): string => (character.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')

const otherCase = (text: string): string =>
  text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase()

const flipCase: Mutation = (target, random) => replaceOne(target, somewhere(target, random), otherCase)
const upperCase: Mutation = (target) => target.toUpperCase()
const addSlash: Mutation = (target) => `${target}/`
const doubleSlash: Mutation = (target, random) => insert(target, atSlash(target, random), '/')
const escapeOne: Mutation = (target, random) =>
  replaceOne(target, somewhere(target, random), (character) => `%${hex(character)}`)
const escapeOneUpper: Mutation = (target, random) =>
  replaceOne(target, somewhere(target, random), (character) => `%${hex(character).toUpperCase()}`)
const escapeTwice: Mutation = (target, random) =>
  replaceOne(target, somewhere(target, random), (character) => `%25${hex(character)}`)
const escapeNibbles: Mutation = (target, random) =>
  replaceOne(target, somewhere(target, random), (character) =>
    [...hex(character)].reduce((text, nibble) => `${text}%${hex(nibble)}`, '%'),
  )
const escapeLetters: Mutation = (target) => target.replace(/[a-z@]/gi, (letter) => `%${hex(letter)}`)

const DOTS = [
  '.',
  '..',
  '%2e',
  '%2e%2e',
  '.%2E',
  '%2e.',
  '..;x',
  '..;',
  '.;a=b',
  '%252e%252e',
  '...',
  '..%00',
  '..%2f',
  '%2e%2e%2fa',
  '..%5c',
]
const dotSegment: Mutation = (target, random) =>
  insert(target, atSlash(target, random), `/${random.pick(DOTS)}`)
const upAndBack: Mutation = (target, random) => {
  const segments = target.split('/')
  return insert(target, atSlash(target, random), `/${random.pick(segments) || 'x'}/..`)
}
const dotsAtEnd: Mutation = (target, random) => `${target}/${random.pick(DOTS)}`

const SEPARATORS = ['%2f', '%2F', '%5c', '%5C', '\\', '%252f', '%255c', '//', '/\\', '%c0%af', '%e2%88%95']
const otherSeparator: Mutation = (target, random) => {
  const at = atSlash(target, random)
  return at === 0 && random.chance(0.8) ? target : replaceOne(target, at, () => random.pick(SEPARATORS))
}
const encodedInside: Mutation = (target, random) =>
  insert(target, somewhere(target, random), random.pick(['%2f', '%5c', '%25', '%2561', ';', '%3b']))

const PARAMETERS = [';', ';x', ';x=1', '%3b', '%3Bx=1', ';/..', ';?', ';a/b']
const matrix: Mutation = (target, random) => {
  const at = random.chance(0.5) ? target.length : Math.max(1, atSlash(target, random))
  return insert(target, at, random.pick(PARAMETERS))
}

const TAILS = [
  '#',
  '#frag',
  '#/../admin',
  '%23',
  '?#',
  '?a=#/admin',
  '?',
  '??',
  '?a=1',
  '?a=/admin',
  '?/../admin',
  '?a=%',
  '?_method=DELETE',
  '?a=%2f..%2f',
  '?\\',
  '&a=1',
  '?;/admin',
]
const tail: Mutation = (target, random) => target + random.pick(TAILS)
const fragmentInside: Mutation = (target, random) =>
  insert(target, somewhere(target, random), random.pick(['#', '?']))

const ORIGINS = [
  'http://evil.example',
  'http://localhost',
  'HTTP://localhost',
  'https://evil.example:1',
  'http://',
  'http:/',
  'http:',
  '//evil.example',
  '///',
  '/http://localhost',
  'ws://x',
  'a@b',
]
const absolute: Mutation = (target, random) => random.pick(ORIGINS) + target
const otherForm: Mutation = (_, random) =>
  random.pick(['*', '', '?', '#', '.', 'admin', 'localhost:80', '/', '//', '/?'])

const BYTES = [
  '\x80',
  '\xa0',
  '\xbc',
  '\xff',
  '\t',
  '\x01',
  '\x7f',
  '\0',
  '\x0b',
  ' ',
  '|',
  '"',
  '<',
  '^',
  '`',
  '{',
  '\xc3\xbc',
]
const rawByte: Mutation = (target, random) => insert(target, somewhere(target, random), random.pick(BYTES))
const byteAtEnd: Mutation = (target, random) => target + random.pick(BYTES)
const ESCAPES = [
  '%',
  '%2',
  '%zz',
  '%u0061',
  '%00',
  '%0a',
  '%0d%0a',
  '%09',
  '%20',
  '%7f',
  '%ff',
  '%c0%ae',
  '%c3%bc',
  '%C3%9C',
  '%ef%bc%8f',
  '%e2%84%aa',
]
const oddEscape: Mutation = (target, random) =>
  insert(target, somewhere(target, random), random.pick(ESCAPES))

/** Each with how often it is drawn. */
export const MUTATIONS: readonly (readonly [weight: number, mutation: Mutation])[] = [
  [8, flipCase],
  [3, upperCase],
  [6, addSlash],
  [3, doubleSlash],
  [6, escapeOne],
  [3, escapeOneUpper],
  [3, escapeTwice],
  [1, escapeNibbles],
  [2, escapeLetters],
  [4, dotSegment],
  [2, upAndBack],
  [2, dotsAtEnd],
  [4, otherSeparator],
  [4, encodedInside],
  [4, matrix],
  [5, tail],
  [2, fragmentInside],
  [2, absolute],
  [0.5, otherForm],
  [2, rawByte],
  [1, byteAtEnd],
  [3, oddEscape],
]
