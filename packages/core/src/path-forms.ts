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
  /** The rules of each path: those whose patterns match equal targets. */
  readonly paths: readonly Path[]
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
  const alike = group(rules, ({ pattern }) => nameOf(pattern))
  const columns = [...methods, undefined]
  return [...alike.values()].map((each) =>
    createForm(
      group(each, ({ pattern }) => lettersOf(pattern)),
      columns,
    ),
  )
}

function group<Item>(
  items: readonly Item[],
  by: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const name = by(item)
    const known = groups.get(name)
    if (known) known.push(item)
    else groups.set(name, [item])
  }
  return groups
}

function nameOf({ segments, wildcard }: PathPattern): string {
  let name = wildcard ? '*' : ''
  for (const { literal } of segments) name += literal === undefined ? ':' : 'x'
  return name
}

function lettersOf({ segments }: PathPattern): string {
  const letters: string[] = []
  for (const { literal } of segments) if (literal !== undefined) letters.push(literal, '\0')
  return letters.join('')
}

/** `byLetters` are paths of one form, each by its literals. */
function createForm(
  byLetters: ReadonlyMap<string, Path>,
  columns: readonly (string | undefined)[],
): PathForm {
  const paths = [...byLetters.values()]
  const { segments, wildcard } = patternOf(paths[0] as Path)
  // At least a quarter of the places are free.
  const hashes = new Int32Array(2 ** (32 - Math.clz32((4 * paths.length) / 3)))
  const starts = new Int32Array(hashes.length)
  const rows = new Array<RuleSet>(hashes.length * columns.length)
  let start = 0
  for (const [letters, path] of byLetters) {
    const slot = takeSlot(hashes, patternOf(path))
    starts[slot] = start
    start += letters.length
    for (const [at, method] of columns.entries()) rows[slot * columns.length + at] = rulesFor(method, path)
  }
  return {
    length: segments.length,
    wildcard,
    places: segments.flatMap(({ literal }, place) => (literal === undefined ? [] : [place])),
    paths,
    hashes,
    rows,
    width: columns.length,
    starts,
    letters: codesOf([...byLetters.keys()].join('')),
  }
}

function takeSlot(hashes: Int32Array, { segments }: PathPattern): number {
  let hash = beginHash()
  for (const segment of segments) if (segment.literal !== undefined) hash = addToHash(hash, segment.hash)
  const literals = endHash(hash)
  let slot = placeOf(literals, hashes)
  while (hashes[slot] !== 0) slot = placeAfter(slot, hashes)
  hashes[slot] = literals
  return slot
}

function patternOf(path: Path): PathPattern {
  return (path[0] as CompiledRule).pattern
}

function rulesFor(method: string | undefined, path: Path): RuleSet {
  const speaks = ({ methods }: CompiledRule): boolean => methods === '*' || methods.includes(method as string)
  // Most paths have one rule, and need no list but their own.
  const speaking = path.every(speaks) ? path : path.filter(speaks)
  return speaking.length === 0 ? NO_RULES : createRuleSet(speaking)
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
  const hash = hashLiterals(form, spelling.hashes)
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

function hashLiterals({ places }: PathForm, hashes: readonly number[]): number {
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
