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

/** Rules whose patterns match equal targets, and the hash of their literals. */
interface Path {
  readonly hash: number
  readonly rules: CompiledRule[]
}

/** The methods that are told apart; `undefined` is every other one, where some rule speaks of all. */
export type Columns = readonly (string | undefined)[]

/** What a path is found by. */
type Spelling = Pick<RequestTarget, 'hashes' | 'folded'>

/**
 * Arranges the rules of a table by the forms of their paths: even thousands of rules have but a few. Refuses two that match
 * the same requests.
 */
export function createPathForms(rules: readonly CompiledRule[], columns: Columns): readonly PathForm[] {
  const forms = new Map<string, Map<string, Path>>()
  for (const rule of rules) {
    const { form, letters, hash } = literalsOf(rule.pattern)
    const paths = forms.get(form) ?? new Map<string, Path>()
    forms.set(form, paths)
    const path = paths.get(letters)
    if (path) path.rules.push(rule)
    else paths.set(letters, { hash, rules: [rule] })
  }
  return [...forms].map(([form, paths]) => createForm(form, paths, columns))
}

/** A path in one look at its segments: what it is found by, and its form, a character for each segment and for a final `/*`. */
interface Literals {
  readonly form: string
  readonly letters: string
  readonly hash: number
}

function literalsOf({ segments, wildcard }: PathPattern): Literals {
  let form = ''
  let letters = ''
  let hash = beginHash()
  for (const segment of segments) {
    const { literal } = segment
    form += literal === undefined ? ':' : LITERAL
    if (literal === undefined) continue
    letters += `${literal}\0`
    hash = addToHash(hash, segment.hash)
  }
  return { form: wildcard ? form + WILDCARD : form, letters, hash: endHash(hash) }
}

const LITERAL = 'x'
const WILDCARD = '*'

/** `paths` are of one form, each by its literals. */
function createForm(form: string, paths: ReadonlyMap<string, Path>, columns: Columns): PathForm {
  // At least a quarter of the places are free.
  const count = 2 ** (32 - Math.clz32((4 * paths.size) / 3))
  const slots = new Int32Array(2 * count)
  const rows = new Array<RuleSet>(columns.length * count).fill(NO_RULES)
  let start = 0
  for (const [letters, { hash, rules }] of paths) {
    const slot = takeSlot(slots, hash)
    slots[2 * slot + 1] = start
    start += letters.length
    for (const rule of rules) writeRule(rows, slot * columns.length, rule, columns)
  }
  const wildcard = form.endsWith(WILDCARD)
  return {
    length: wildcard ? form.length - 1 : form.length,
    wildcard,
    places: [...form].flatMap((kind, place) => (kind === LITERAL ? [place] : [])),
    slots,
    rows,
    width: columns.length,
    letters: codesOf([...paths.keys()].join('')),
  }
}

function takeSlot(slots: Int32Array, hash: number): number {
  const count = slots.length / 2
  let slot = placeOf(hash, count)
  while (slots[2 * slot] !== 0) slot = placeAfter(slot, count)
  slots[2 * slot] = hash
  return slot
}

/** Writes down what a rule says of each method. No other rule of its path may have said anything of that. */
function writeRule(rows: RuleSet[], row: number, rule: CompiledRule, columns: Columns): void {
  const { methods, index } = rule
  const set = createRuleSet([rule])
  for (let column = 0; column < columns.length; column++) {
    if (methods !== '*' && !methods.includes(columns[column] as string)) continue
    const other = rows[row + column] as RuleSet
    if (other !== NO_RULES) {
      const problem = `matches the same requests as routes[${other.compiled[0]?.index}]`
      throw new ConfigurationError(`routes[${index}]`, problem)
    }
    rows[row + column] = set
  }
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
