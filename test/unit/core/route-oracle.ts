import fc from 'fast-check'
import { parseRequestTarget, type RequestTarget } from '../../../packages/core/src/request-target.ts'
import { segmentsOf } from './segments-of.ts'

/** What the oracle reads of a rule. */
export interface OracleRule {
  readonly method: string | readonly string[]
  readonly path: string
  readonly overrides?: string | readonly string[]
}

/**
 * The meaning of a route table, as a loop over all of its rules: the places of those that must allow. Written from the
 * prose of the documentation, not from the matcher; nothing in it is fast.
 */
export function matchByLoop(rules: readonly OracleRule[], method: string, target: RequestTarget): number[] {
  const places = rules.map((_, place) => place)
  const speaks = (rule: OracleRule): boolean => namesMethod(rule, method) && matchesPath(rule.path, target)
  const matching = places.filter((place) => speaks(rules[place] as OracleRule))
  const exact = matching.filter((place) => spelt(rules[place] as OracleRule, target))
  const replaced = exact.flatMap((place) => [(rules[place] as OracleRule).overrides ?? []].flat())
  return matching.filter((place) => !replaced.some((path) => shape(path) === shape(rules[place]?.path ?? '')))
}

function namesMethod({ method }: OracleRule, asked: string): boolean {
  return method === '*' || [method].flat().includes(asked === 'HEAD' ? 'GET' : asked)
}

/** Whether a path pattern matches, under the one loose reading. */
export function matchesPath(path: string, target: RequestTarget): boolean {
  const decoded = segmentsOf(target.decoded)
  const parts = partsOf(path)
  const wildcard = parts.at(-1) === '*'
  const fixed = wildcard ? parts.slice(0, -1) : parts
  if (wildcard ? decoded.length < fixed.length : decoded.length !== fixed.length) return false
  return fixed.every((part, i) => isParameter(part) || fold(part) === fold(decoded[i] ?? ''))
}

function spelt({ path }: OracleRule, target: RequestTarget): boolean {
  const raw = segmentsOf(target.raw)
  const parts = partsOf(path)
  if (target.trailingSlash || raw.length < parts.length) return false
  return parts.every((part, i) => part === '*' || isParameter(part) || part === raw[i])
}

function shape(path: string): string {
  return JSON.stringify(partsOf(path).map((part) => (isParameter(part) ? ':' : fold(part))))
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function isParameter(part: string): boolean {
  return /^[:{]/.test(part)
}

function fold(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Few names, so that random rules and random targets meet. */
const LITERALS = ['a', 'Admin', 'me', '@me']

/** Random rule paths over few names; every parameter has a name of its own. */
export function pathPatterns(): fc.Arbitrary<string> {
  const parts = fc.array(fc.constantFrom(...LITERALS, ':', ':'), { maxLength: 3 })
  return fc.tuple(parts, fc.boolean()).map(([names, wildcard]) => {
    const written = names.map((name, i) => (name === ':' ? `:p${i}` : name))
    return `/${[...written, ...(wildcard ? ['*'] : [])].join('/')}`
  })
}

/** Random targets that spell the same few names in many ways. */
export function targets(): fc.Arbitrary<RequestTarget> {
  const spellings = [
    ...LITERALS,
    'A',
    'ADMIN',
    'admin',
    'ME',
    '%61',
    '%6de',
    '%40me',
    'x',
    'a%2fb',
    ';',
    '%2f',
  ]
  const parts = fc.array(fc.constantFrom(...LITERALS, ...spellings), { maxLength: 4 })
  return fc
    .tuple(parts, fc.constantFrom('', '', '/', '?q=/admin', '/?q'))
    .map(([names, tail]) => parseRequestTarget(`/${names.join('/')}${names.length === 0 ? '' : tail}`))
    .filter((target) => target !== undefined)
}

/** Random methods, `'*'` among them. */
export function methods(): fc.Arbitrary<string | readonly string[]> {
  const named = fc.uniqueArray(fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'), {
    minLength: 1,
    maxLength: 3,
  })
  return fc.oneof(fc.constant('*'), fc.constantFrom('GET', 'POST'), named)
}

/**
 * Random tables, in random order, without the rules that `accepts` says no to. A rule overrides some of those its path lies
 * inside of, chosen by the bits of `overriding`.
 */
export function routeTables<Rule extends OracleRule>(
  rule: fc.Arbitrary<Rule>,
  accepts: (rules: readonly Rule[]) => boolean,
): fc.Arbitrary<Rule[]> {
  const candidates = fc.array(fc.tuple(rule, fc.nat(3), fc.nat()), { minLength: 1, maxLength: 9 })
  return candidates.map((drawn) => {
    let kept: Rule[] = []
    for (const [candidate, overriding, place] of drawn) {
      const wider = kept.map(({ path }) => path).filter((path) => isInside(candidate.path, path))
      const overrides = [...new Set(wider)].filter((_, i) => (overriding >> i) & 1)
      const written = overrides.length > 0 ? { ...candidate, overrides } : candidate
      const next = kept.toSpliced(place % (kept.length + 1), 0, written)
      if (accepts(next)) kept = next
    }
    return kept
  })
}

function isInside(path: string, wider: string): boolean {
  const witness = path.replace(/:\w+/g, 'zz').replace(/\*$/, 'zz/zz')
  const target = parseRequestTarget(witness)
  return target !== undefined && shape(path) !== shape(wider) && matchesPath(wider, target)
}
