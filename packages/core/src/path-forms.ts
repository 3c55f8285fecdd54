import { type Codes, codesOf } from './ascii.ts'
import { ConfigurationError } from './errors.ts'
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
  /**
   * A hash table. Of each place two numbers: the hash of a path's literals, or 0 where no path is, and where they begin in
   * {@link letters}.
   */
  readonly slots: Int32Array
  /** For each place in the hash table, what its path says of each method. */
  readonly rows: readonly RuleSet[]
  /** Of how many methods each place says something. */
  readonly width: number
  /**
   * The literals of all paths, each with a 0 behind it, which is in no target. Here they lie side by side; as strings, each
   * would be a trip to main memory to compare.
   */
  readonly letters: Codes
}

/** Rules whose patterns match equal targets. */
type Path = readonly CompiledRule[]

/** The methods that are told apart; `undefined` is every other one, where some rule speaks of all. */
export type Columns = readonly (string | undefined)[]

/** What a path is found by. */
type Spelling = Pick<RequestTarget, 'hashes' | 'folded'>

/**
 * Arranges the rules of a table by the forms of their paths: even thousands of rules have but a few. Refuses two that match
 * the same requests.
 */
export function createPathForms(rules: readonly CompiledRule[], columns: Columns): readonly PathForm[] {
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
  return [...forms.values()].map((byLetters) => createForm(byLetters, columns))
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
function createForm(byLetters: ReadonlyMap<string, Path>, columns: Columns): PathForm {
  const paths = [...byLetters.values()]
  const { segments, wildcard } = patternOf(paths[0] as Path)
  // At least a quarter of the places are free.
  const count = 2 ** (32 - Math.clz32((4 * paths.length) / 3))
  const slots = new Int32Array(2 * count)
  const rows = new Array<RuleSet>(columns.length * count)
  let start = 0
  for (const [letters, path] of byLetters) {
    const slot = takeSlot(slots, patternOf(path))
    slots[2 * slot + 1] = start
    start += letters.length
    for (let at = 0; at < columns.length; at++) rows[slot * columns.length + at] = rulesFor(columns[at], path)
  }
  return {
    length: segments.length,
    wildcard,
    places: segments.flatMap(({ literal }, place) => (literal === undefined ? [] : [place])),
    slots,
    rows,
    width: columns.length,
    letters: codesOf([...byLetters.keys()].join('')),
  }
}

function takeSlot(slots: Int32Array, { segments }: PathPattern): number {
  let literals = beginHash()
  for (const { literal, hash } of segments) if (literal !== undefined) literals = addToHash(literals, hash)
  const hash = endHash(literals)
  const count = slots.length / 2
  let slot = placeOf(hash, count)
  while (slots[2 * slot] !== 0) slot = placeAfter(slot, count)
  slots[2 * slot] = hash
  return slot
}

function patternOf(path: Path): PathPattern {
  return (path[0] as CompiledRule).pattern
}

/**
 * What a path says of a method, or of every one that no rule names. Refuses two that say something. How many there are tells
 * the length alone: whatever a list may inherit must not become a rule.
 */
function rulesFor(method: string | undefined, path: Path): RuleSet {
  const speaking = path.filter(({ methods }) => methods === '*' || methods.includes(method as string))
  if (speaking.length === 0) return NO_RULES
  if (speaking.length > 1) {
    const [rule, other] = speaking as [CompiledRule, CompiledRule]
    throw new ConfigurationError(
      `routes[${other.index}]`,
      `matches the same requests as routes[${rule.index}]`,
    )
  }
  // Most paths have one rule, and need no list but their own.
  return createRuleSet(path.length === 1 ? path : speaking)
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
  const { slots, rows, width } = form
  const count = slots.length / 2
  const hash = hashLiterals(form.places, spelling.hashes)
  // Who sends segments cannot make this long, as nothing but the literals of rules is in the table.
  for (let slot = placeOf(hash, count); slots[2 * slot] !== 0; slot = placeAfter(slot, count)) {
    if (slots[2 * slot] !== hash) continue
    const rules = rows[slot * width + column] as RuleSet
    // Asked first, the rules are on their way from main memory while letters are.
    const isTheirs = rules.demand.access !== 'none' && isSpelt(form, slots[2 * slot + 1] as number, spelling)
    if (isTheirs) return rules
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

/** Never 0, which is where no path is. */
function endHash(hash: number): number {
  return hash || 1
}
