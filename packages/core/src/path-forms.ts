import { codesOf } from './ascii.ts'
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
  /** A hash table: the hash of a path's literals, or 0 where no path is. */
  readonly hashes: Int32Array
  /** For each place in the hash table, its path's rules for each method and for every other one. */
  readonly rows: readonly RuleSet[]
  /** How many those are. */
  readonly width: number
  /** For each place in the hash table, where the literals of its path begin in {@link letters}. */
  readonly starts: Int32Array
  /**
   * The literals of all paths, each with a 0 behind it, which is in no target. Here they lie side by side; as strings, each
   * would be a trip to main memory to compare.
   */
  readonly letters: Uint16Array
}

/** Rules whose patterns match equal targets. */
type Path = readonly CompiledRule[]

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
  const places = segments.flatMap(({ literal }, place) => (literal === undefined ? [] : [place]))
  // At least a quarter of the places are free.
  const hashes = new Int32Array(2 ** (32 - Math.clz32((4 * paths.length) / 3)))
  const starts = new Int32Array(hashes.length)
  const width = methods.length + 1
  const rows = new Array<RuleSet>(hashes.length * width)
  let start = 0
  for (const [letters, path] of byLetters) {
    const slot = takeSlot(hashes, patternOf(path))
    starts[slot] = start
    start += letters.length
    for (let at = 0; at < width; at++) rows[slot * width + at] = rulesFor(methods[at], path)
  }
  return {
    length: segments.length,
    wildcard,
    places,
    shared: paths.filter(({ length }) => length > 1),
    hashes,
    rows,
    width,
    starts,
    letters: codesOf([...byLetters.keys()].join('')),
  }
}

function takeSlot(hashes: Int32Array, { segments }: PathPattern): number {
  let literals = beginHash()
  for (const { literal, hash } of segments) if (literal !== undefined) literals = addToHash(literals, hash)
  const hash = endHash(literals)
  let slot = placeOf(hash, hashes)
  while (hashes[slot] !== 0) slot = placeAfter(slot, hashes)
  hashes[slot] = hash
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
  const { hashes, rows, width } = form
  const hash = hashLiterals(form.places, spelling.hashes)
  // Who sends segments cannot make this long, as nothing but the literals of rules is in the table.
  for (let slot = placeOf(hash, hashes); hashes[slot] !== 0; slot = placeAfter(slot, hashes)) {
    if (hashes[slot] !== hash) continue
    const rules = rows[slot * width + column] as RuleSet
    // Asked first, the rules are on their way from main memory while letters are.
    if (rules.demand.access !== 'none' && isSpelt(form, slot, spelling)) return rules
  }
  return NO_RULES
}

/** Every rule, of whatever method, whose pattern contains the given one; in the order of the table. */
export function containing(forms: readonly PathForm[], pattern: PathPattern): readonly CompiledRule[] {
  const spelling = spellingOf(pattern)
  const found = new Set<CompiledRule>()
  for (const form of forms) {
    if (!takesLength(form, pattern.segments.length) || (pattern.wildcard && !form.wildcard)) continue
    for (let column = 0; column < form.width; column++)
      for (const rule of findRules(form, spelling, column).compiled) found.add(rule)
  }
  return [...found].sort((one, other) => one.index - other.index)
}

function hashLiterals(places: PathForm['places'], hashes: readonly number[]): number {
  let hash = beginHash()
  for (const place of places) hash = addToHash(hash, hashes[place] as number)
  return endHash(hash)
}

function isSpelt({ places, starts, letters }: PathForm, slot: number, { folded }: Spelling): boolean {
  const { text, ends } = folded
  let at = starts[slot] as number
  for (const place of places) {
    const end = ends[place] as number
    for (let i = startOf(folded, place); i < end; i++) if (letters[at++] !== text.charCodeAt(i)) return false
    if (letters[at++] !== 0) return false
  }
  return true
}

/** Never 0, which is where no path is. */
function endHash(hash: number): number {
  return hash || 1
}
