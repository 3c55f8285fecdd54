import { addToHash, beginHash } from './hash.ts'
import { type PathPattern, shapeOf } from './path-pattern.ts'
import type { RequestTarget } from './request-target.ts'
import { type CompiledRule, createRuleSet, NO_RULES, type RuleSet } from './rule-set.ts'

/** The paths of a table that have their literals in the same places and end alike: one look-up finds the one that matches. */
export interface PathForm {
  /** How many segments there are, a final `/*` aside. */
  readonly length: number
  readonly wildcard: boolean
  /** Where the literals stand. */
  readonly places: readonly number[]
  /** The rules of each path: those whose patterns match equal targets. */
  readonly paths: readonly (readonly CompiledRule[])[]
  /**
   * For each path its literals and then its rules: for each method, and for every other one. What is read together lies
   * together, as in a table of thousands of rules every other place is another trip to main memory.
   */
  readonly rows: readonly (string | RuleSet)[]
  /** How long one of the rows is. */
  readonly width: number
  /** A hash table: in each pair of numbers that of a path, counted from 1, and the hash of its literals. */
  readonly slots: Int32Array
}

/** What a path is found by. In place of a parameter stands what no literal equals. */
type Spelling = Pick<RequestTarget, 'hashes'> & { readonly folded: readonly (string | undefined)[] }

/** Arranges the rules of a table by the forms of their paths: even thousands of rules have but a few. */
export function createPathForms(
  rules: readonly CompiledRule[],
  methods: readonly string[],
): readonly PathForm[] {
  const paths = group(rules, ({ pattern }) => shapeOf(pattern))
  const alike = group(paths, (path) => nameOf(patternOf(path)))
  return alike.map((each) => createForm(each, [...methods, undefined]))
}

function group<Item>(items: readonly Item[], by: (item: Item) => string): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const name = by(item)
    const known = groups.get(name)
    if (known) known.push(item)
    else groups.set(name, [item])
  }
  return [...groups.values()]
}

function nameOf({ segments, wildcard }: PathPattern): string {
  let name = wildcard ? '*' : ''
  for (const { literal } of segments) name += literal === undefined ? ':' : 'x'
  return name
}

function createForm(paths: PathForm['paths'], columns: readonly (string | undefined)[]): PathForm {
  const { segments, wildcard } = patternOf(paths[0] as readonly CompiledRule[])
  const places = segments.flatMap(({ literal }, place) => (literal === undefined ? [] : [place]))
  const width = places.length + columns.length
  const rows: (string | RuleSet)[] = []
  const slots = new Int32Array(2 ** (34 - Math.clz32(paths.length)))
  const form = { length: segments.length, wildcard, places, paths, rows, width, slots }
  paths.forEach((rules, at) => {
    const spelling = spellingOf(patternOf(rules))
    const slot = slotOf(form, spelling)
    slots[slot] = at + 1
    slots[slot + 1] = hashLiterals(form, spelling)
    for (const place of places) rows.push(spelling.folded[place] as string)
    for (const method of columns) rows.push(rulesFor(method, rules))
  })
  return form
}

function patternOf(path: readonly CompiledRule[]): PathPattern {
  return (path[0] as CompiledRule).pattern
}

function rulesFor(method: string | undefined, rules: readonly CompiledRule[]): RuleSet {
  const speaking = rules.filter(({ methods }) => methods === '*' || methods.includes(method as string))
  return speaking.length === 0 ? NO_RULES : createRuleSet(speaking)
}

function spellingOf({ segments }: PathPattern): Spelling {
  return { folded: segments.map(({ literal }) => literal), hashes: segments.map(({ hash }) => hash) }
}

/** Whether paths of this form can match a target of so many segments. */
export function takesLength({ length, wildcard }: PathForm, segments: number): boolean {
  return wildcard ? segments >= length : segments === length
}

/** What the path that matches says of a method, by the method's place; of a target whose length the form takes. */
export function findRules(form: PathForm, target: RequestTarget, column: number): RuleSet {
  const path = findPath(form, target)
  return path === 0 ? NO_RULES : (form.rows[(path - 1) * form.width + form.places.length + column] as RuleSet)
}

/** Every rule, of whatever method, whose pattern contains the given one. */
export function containing(forms: readonly PathForm[], pattern: PathPattern): readonly CompiledRule[] {
  return forms.flatMap((form) => {
    if (!takesLength(form, pattern.segments.length) || (pattern.wildcard && !form.wildcard)) return []
    const path = findPath(form, spellingOf(pattern))
    return path === 0 ? [] : (form.paths[path - 1] as readonly CompiledRule[])
  })
}

function findPath(form: PathForm, spelling: Spelling): number {
  return form.slots[slotOf(form, spelling)] as number
}

/**
 * The slot of the path, or the free one at which the search for it ends: at least half of them are free. Who sends segments
 * cannot make it long, as nothing but the literals of rules is in it.
 */
function slotOf(form: PathForm, spelling: Spelling): number {
  const { slots } = form
  const last = slots.length - 1
  const hash = hashLiterals(form, spelling)
  // The lower bits of a hash are made of the lower bits of characters alone.
  for (let at = ((hash ^ (hash >>> 15)) << 1) & last; ; at = (at + 2) & last) {
    const path = slots[at] as number
    if (path === 0 || (slots[at + 1] === hash && isSpelt(form, path, spelling))) return at
  }
}

function hashLiterals({ places }: PathForm, { hashes }: Spelling): number {
  let hash = beginHash()
  for (const place of places) hash = addToHash(hash, hashes[place] as number)
  return hash
}

function isSpelt({ places, rows, width }: PathForm, path: number, { folded }: Spelling): boolean {
  let at = (path - 1) * width
  for (const place of places) if (rows[at++] !== folded[place]) return false
  return true
}
