import { type Codes, codesOf } from './ascii.ts'
import { addToHash, beginHash, placeAfter, placeOf } from './hash.ts'
import type { PathPattern } from './path-pattern.ts'
import type { RequestTarget } from './request-target.ts'
import { type CompiledRule, createRuleSet, NO_RULES, type RuleSet } from './rule-set.ts'
import { joinSegments, startOf } from './segments.ts'

/** The paths of a table that have their literals in the same places and end alike: one look-up finds the one that matches. */
export interface PathForm {
  /** How many segments there are, a final `/*` aside. */
  readonly length: number
  readonly wildcard: boolean
  /** Where the literals stand. */
  readonly places: readonly number[]
  /** The rules of each path that has several. */
  readonly shared: readonly Path[]
  /**
   * A hash table, one row a slot: the hash of a path's literals, or 0 where no path is; where those begin in
   * {@link letters}; and the path's rules for each method and for every other one. All in one place, since each place is a
   * trip to main memory.
   */
  readonly rows: readonly (number | RuleSet)[]
  /** How much a row holds. */
  readonly width: number
  /** How many rows there are, a power of two. */
  readonly count: number
  /**
   * The literals of all paths, each with a 0 behind it, which is in no target. Here they lie side by side; as strings, each
   * would be a trip to main memory to compare.
   */
  readonly letters: Codes
}

/** Rules whose patterns match equal targets. */
type Path = readonly CompiledRule[]

/** Where a row says where letters begin, and from where on it holds rules. */
const START = 1
const RULES = 2

/** What a path is found by. */
type Spelling = Pick<RequestTarget, 'hashes' | 'folded'>

/** Arranges the rules of a table by the forms of their paths: even thousands of rules have but a few. */
export function createPathForms(
  rules: readonly CompiledRule[],
  methods: readonly string[],
): readonly PathForm[] {
  const forms = new Map<string, Map<string, CompiledRule[]>>()
  for (const rule of rules) {
    const name = nameOf(rule.pattern)
    const byLetters = forms.get(name) ?? new Map<string, CompiledRule[]>()
    forms.set(name, byLetters)
    const letters = lettersOf(rule.pattern)
    const alike = byLetters.get(letters)
    if (alike) alike.push(rule)
    else byLetters.set(letters, [rule])
  }
  return [...forms.values()].map((byLetters) => createForm(byLetters, methods))
}

function nameOf({ segments, wildcard }: PathPattern): string {
  let name = wildcard ? '*' : ''
  for (const { literal } of segments) name += literal === undefined ? ':' : 'x'
  return name
}

function lettersOf({ segments }: PathPattern): string {
  let letters = ''
  for (const { literal } of segments) if (literal !== undefined) letters += `${literal}\0`
  return letters
}

/** `byLetters` are paths of one form, each by its literals. */
function createForm(byLetters: ReadonlyMap<string, Path>, methods: readonly string[]): PathForm {
  const paths = [...byLetters.values()]
  const { segments, wildcard } = patternOf(paths[0] as Path)
  // At least a quarter of the slots are free.
  const count = 2 ** (32 - Math.clz32((4 * paths.length) / 3))
  const width = RULES + methods.length + 1
  const rows = new Array<number | RuleSet>(count * width).fill(0)
  let start = 0
  for (const [letters, path] of byLetters) {
    const row = width * takeSlot(rows, width, patternOf(path))
    rows[row + START] = start
    start += letters.length
    for (let at = 0; at <= methods.length; at++) rows[row + RULES + at] = rulesFor(methods[at], path)
  }
  return {
    length: segments.length,
    wildcard,
    places: segments.flatMap(({ literal }, place) => (literal === undefined ? [] : [place])),
    shared: paths.filter(({ length }) => length > 1),
    rows,
    width,
    count,
    letters: codesOf([...byLetters.keys()].join('')),
  }
}

function takeSlot(rows: (number | RuleSet)[], width: number, { segments }: PathPattern): number {
  let literals = beginHash()
  for (const { literal, hash } of segments) if (literal !== undefined) literals = addToHash(literals, hash)
  const hash = endHash(literals)
  const count = rows.length / width
  let slot = placeOf(hash, count)
  while (rows[width * slot] !== 0) slot = placeAfter(slot, count)
  rows[width * slot] = hash
  return slot
}

function patternOf(path: Path): PathPattern {
  return (path[0] as CompiledRule).pattern
}

/** What a path says of a method; of every one that no rule names, where there is none. */
function rulesFor(method: string | undefined, path: Path): RuleSet {
  const speaking = path.filter(({ methods }) => methods === '*' || methods.includes(method as string))
  if (speaking.length === 0) return NO_RULES
  // Most paths have one rule, and need no list but their own.
  return createRuleSet(speaking.length === path.length ? path : speaking)
}

/** In place of a parameter stands what no literal equals. */
function spellingOf({ segments }: PathPattern): Spelling {
  const folded = joinSegments(segments.map(({ literal = ':' }) => literal))
  return { folded, hashes: segments.map(({ hash }) => hash) }
}

/** Whether paths of this form can match a target of so many segments. */
export function takesLength({ length, wildcard }: PathForm, segments: number): boolean {
  return wildcard ? segments >= length : segments === length
}

/** What the path that matches says of a method, by the method's place; of a target whose length the form takes. */
export function findRules(form: PathForm, spelling: Spelling, column: number): RuleSet {
  const { rows, width, count } = form
  const hash = hashLiterals(form.places, spelling.hashes)
  // Who sends segments cannot make this long, as nothing but the literals of rules is in the table.
  for (let slot = placeOf(hash, count); rows[width * slot] !== 0; slot = placeAfter(slot, count)) {
    const row = width * slot
    if (rows[row] !== hash) continue
    const rules = rows[row + RULES + column] as RuleSet
    // Asked first, the rules are on their way from main memory while letters are.
    if (rules.demand.access !== 'none' && isSpelt(form, rows[row + START] as number, spelling)) return rules
  }
  return NO_RULES
}

/** Every rule, of whatever method, whose pattern contains the given one; in the order of the table. */
export function containing(forms: readonly PathForm[], pattern: PathPattern): readonly CompiledRule[] {
  const spelling = spellingOf(pattern)
  const found = new Set<CompiledRule>()
  for (const form of forms) {
    if (!takesLength(form, pattern.segments.length) || (pattern.wildcard && !form.wildcard)) continue
    for (let column = 0; column < form.width - RULES; column++)
      for (const rule of findRules(form, spelling, column).compiled) found.add(rule)
  }
  return [...found].sort((one, other) => one.index - other.index)
}

function hashLiterals(places: PathForm['places'], hashes: readonly number[]): number {
  let hash = beginHash()
  for (const place of places) hash = addToHash(hash, hashes[place] as number)
  return endHash(hash)
}

function isSpelt({ places, letters }: PathForm, start: number, { folded }: Spelling): boolean {
  const { text, ends } = folded
  let at = start
  for (const place of places) {
    const end = ends[place] as number
    for (let i = startOf(folded, place); i < end; i++) if (letters[at++] !== text.charCodeAt(i)) return false
    if (letters[at++] !== 0) return false
  }
  return true
}

/** Never 0, which is where no path is; of 30 bits, which every V8 keeps in the list itself. */
function endHash(hash: number): number {
  return hash >>> 2 || 1
}
