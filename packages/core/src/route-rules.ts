import { isUpperCaseWord } from './ascii.ts'
import { ConfigurationError } from './errors.ts'
import { keyOf } from './key-of.ts'
import { memoized } from './memoized.ts'
import { isNeverAllowed } from './method.ts'
import { containing, createPathForms, type PathForm } from './path-forms.ts'
import { contains, parsePathPattern, parseSegment } from './path-pattern.ts'
import type { RequestTarget } from './request-target.ts'
import { compileBindings, compileRequirement, type Requirement } from './requirement.ts'
import type { RequirementOptions, RouteRule } from './route-rule-options.ts'
import { createRuleMatcher } from './rule-matcher.ts'
import { type CompiledRule, leaveOutOverridden, type RuleSet } from './rule-set.ts'

/** The compiled route table. */
export interface RouteTable {
  readonly rules: readonly RouteRule[]
  /** Every rule that matches, those overridden left out. `HEAD` is judged by the `GET` rules. */
  match(method: string, target: RequestTarget): RuleSet
  /**
   * The methods that some rule speaks of for this target, `HEAD` with `GET`, as headers list them; with the one that is
   * known to be among them, which may have no standard name.
   */
  methods(target: RequestTarget, known?: string): string
}

/** What `'*'` stands for where methods must be listed (RFC 9110 section 9.1; never TRACE or CONNECT). */
const STANDARD_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** {@link RouteRule} with its union folded, as the compiler reads it. */
type RuleOptions = RequirementOptions & Pick<RouteRule, 'method' | 'path' | 'match' | 'overrides'>

/** Compiles the table, or refuses it naming the rule: duplicates, rules that can never match, overrides of nothing. */
export function compileRouteRules(
  written: readonly RouteRule[],
  kinds: ReadonlySet<string>,
  basePath?: string,
): RouteTable {
  const rules = basePath === undefined ? written : underBasePath(written, basePath)
  const compiled = compileRules(rules, kinds)
  const spoken = new Set(compiled.map(({ methods }) => methods))
  const named = [...new Set([...spoken].flatMap((methods) => (methods === '*' ? [] : methods)))]
  const isOpen = spoken.has('*')
  const columns = isOpen ? [...named, undefined] : named
  const forms = createPathForms(compiled, columns)
  for (const rule of compiled) linkOverrides(rule, forms)
  refuseDisjointKinds(compiled, forms)
  const listed = [...new Set([...STANDARD_METHODS, ...named])].filter(
    (name) => isOpen || named.includes(name),
  )
  const find = createRuleMatcher(forms, columns)
  const match = (method: string, target: RequestTarget): RuleSet =>
    leaveOutOverridden(find(method === 'HEAD' ? 'GET' : method, target), target)
  return Object.freeze({
    rules,
    match,
    methods: (target: RequestTarget, known?: string) => {
      let found = ''
      for (const method of listed) {
        if (match(method, target).demand.access === 'none') continue
        found = enumerate(found, method === 'GET' ? 'GET, HEAD' : method)
      }
      const isNew = known !== undefined && known !== 'HEAD' && !listed.includes(known)
      return isNew ? enumerate(found, known) : found
    },
  })
}

function enumerate(names: string, name: string): string {
  return names === '' ? name : `${names}, ${name}`
}

/** Decisions and events show the full path: the one that is matched. */
function underBasePath(rules: readonly RouteRule[], basePath: string): readonly RouteRule[] {
  const base = parsePathPattern(basePath)
  if (typeof base === 'string') throw new ConfigurationError('basePath', base)
  if (base.wildcard || base.segments.length === 0)
    throw new ConfigurationError('basePath', 'must name segments, and no "/*"')
  if (rules.length === 0) throw new ConfigurationError('basePath', 'has no effect without `routes`')
  return Object.freeze(rules.map((rule) => withBasePath(rule, basePath)))
}

/** What is no path is left as it is, to be refused as what was written. */
function withBasePath(rule: RouteRule, basePath: string): RouteRule {
  const full = (path: string): string => {
    if (path === '/') return basePath
    return path.startsWith('/') ? `${basePath}${path}` : path
  }
  const { overrides } = rule
  const overridden = typeof overrides === 'string' ? full(overrides) : overrides?.map(full)
  const rewritten = { path: full(rule.path), ...(overridden && { overrides: Object.freeze(overridden) }) }
  return Object.freeze(Object.assign(Object.create(null) as RouteRule, rule, rewritten))
}

/** What rules of one table have in common is made once: one thing in the processor's cache instead of thousands. */
interface Shared {
  readonly read: typeof parseSegment
  readonly require: (options: RuleOptions, bindings: Requirement['bindings'], where: string) => Requirement
  readonly listOf: (method: string) => readonly string[]
}

/** Apart from the table, so that nothing made for set-up is kept with it. */
function compileRules(rules: readonly RouteRule[], kinds: ReadonlySet<string>): readonly CompiledRule[] {
  const shared: Shared = {
    read: memoized(parseSegment),
    require: shareRequirements(),
    listOf: memoized((method) => [method]),
  }
  return rules.map((rule, index) => compileRule(rule, index, kinds, shared))
}

/** What says which requests a rule speaks of, and not what it asks of them. Rules have no names but those of options. */
const OF_THE_ROUTE = ['method', 'path', 'match', 'overrides']

function shareRequirements(): Shared['require'] {
  const shared = new Map<string, Requirement>()
  return (options, bindings, where) => {
    let key = keyOf(bindings)
    for (const name of Object.keys(options))
      if (!OF_THE_ROUTE.includes(name)) key += `,${name}:${keyOf(options[name as keyof RuleOptions])}`
    const known = shared.get(key)
    if (known) return known
    const requirement = compileRequirement(options, where, bindings)
    shared.set(key, requirement)
    return requirement
  }
}

function compileRule(
  rule: RouteRule,
  index: number,
  kinds: ReadonlySet<string>,
  shared: Shared,
): CompiledRule {
  const where = `routes[${index}]`
  const options: RuleOptions = rule
  const pattern = parsePathPattern(options.path, shared.read)
  if (typeof pattern === 'string') throw new ConfigurationError(`${where}.path`, pattern)
  const { match, method } = options
  const bindings = match === undefined ? NO_BINDINGS : compileBindings(match, pattern, `${where}.match`)
  const requirement = shared.require(options, bindings, where)
  refuseUnknownKinds(requirement, kinds, where)
  if (
    requirement.opaque !== 0 &&
    !pattern.wildcard &&
    !pattern.segments.some((segment) => segment.parameter !== undefined)
  ) {
    throw new ConfigurationError(
      `${where}.opaque`,
      'has no effect: `path` has neither a parameter nor a "/*"',
    )
  }
  if (bindings.length > 0 && requirement.access === 'public') {
    throw new ConfigurationError(`${where}.match`, 'has no effect on a public route')
  }
  return {
    rule,
    index,
    methods: compileMethods(typeof method === 'string' ? shared.listOf(method) : method, where),
    pattern,
    requirement,
    overridden: options.overrides === undefined ? NOTHING : new Set(),
  }
}

const NO_BINDINGS: Requirement['bindings'] = Object.freeze([])
const NOTHING: CompiledRule['overridden'] = new Set()

/** A kind that no profile gives can never be had, so the rule could never allow. */
export function refuseUnknownKinds(
  { kinds: wanted }: Requirement,
  kinds: ReadonlySet<string>,
  where: string,
): void {
  for (const kind of wanted ?? []) {
    if (!kinds.has(kind))
      throw new ConfigurationError(`${where}.tokens`, `no token profile has the kind '${kind}'`)
  }
}

function compileMethods(methods: readonly string[], where: string): CompiledRule['methods'] {
  for (const name of methods) {
    const problem = problemOfMethod(name, methods)
    if (problem) throw new ConfigurationError(`${where}.method`, problem)
  }
  return methods[0] === '*' ? '*' : methods
}

function problemOfMethod(name: string, methods: readonly string[]): string | undefined {
  if (name === '*') return methods.length === 1 ? undefined : "'*' says it all; leave the others out"
  if (name === 'HEAD') return 'HEAD is judged by the GET rules; write GET'
  if (isNeverAllowed(name)) return `${name} is always refused`
  if (!isUpperCaseWord(name)) return 'must be upper case letters; methods are case-sensitive'
  return methods.indexOf(name) === methods.lastIndexOf(name) ? undefined : 'names a method twice'
}

function shareMethod(one: CompiledRule, other: CompiledRule): boolean {
  if (one.methods === '*' || other.methods === '*') return true
  return one.methods.some((method) => other.methods.includes(method))
}

function linkOverrides(rule: CompiledRule, forms: readonly PathForm[]): void {
  const { overrides } = rule.rule
  if (overrides === undefined) return
  const patterns = typeof overrides === 'string' ? [overrides] : overrides
  for (const path of patterns) {
    const found = findOverridden(rule, path, forms, `routes[${rule.index}].overrides`)
    for (const other of found) (rule.overridden as Set<CompiledRule>).add(other)
  }
}

function findOverridden(
  rule: CompiledRule,
  path: string,
  forms: readonly PathForm[],
  where: string,
): readonly CompiledRule[] {
  const pattern = parsePathPattern(path)
  if (typeof pattern === 'string') throw new ConfigurationError(where, pattern)
  const named = containing(forms, pattern).filter((other) => contains(pattern, other.pattern))
  if (named.length === 0) throw new ConfigurationError(where, 'names no rule of the table')
  if (named.includes(rule) || !contains(pattern, rule.pattern)) {
    throw new ConfigurationError(where, 'does not contain the `path` of this rule')
  }
  if (!/^[\x21-\x7e]*$/.test(rule.rule.path)) {
    throw new ConfigurationError(where, 'has no effect: no target spells a non-ASCII `path` as it is')
  }
  const found = named.filter((other) => shareMethod(rule, other))
  if (found.length === 0)
    throw new ConfigurationError(where, 'names rules that share no method with this one')
  return found
}

/** A rule inside another that asks for other kinds of token could never be satisfied together with it. */
function refuseDisjointKinds(compiled: readonly CompiledRule[], forms: readonly PathForm[]): void {
  for (const inner of compiled.filter(({ requirement }) => requirement.kinds !== undefined)) {
    const outer = containing(forms, inner.pattern).find(
      (rule) => shareMethod(rule, inner) && !inner.overridden.has(rule) && !shareKind(inner, rule),
    )
    if (outer === undefined) continue
    const problem = `accepts no kind of token that routes[${outer.index}], which also matches, accepts; see \`overrides\``
    throw new ConfigurationError(`routes[${inner.index}].tokens`, problem)
  }
}

function shareKind(one: CompiledRule, other: CompiledRule): boolean {
  const kinds = other.requirement.kinds
  return kinds === undefined || [...(one.requirement.kinds ?? [])].some((kind) => kinds.has(kind))
}
