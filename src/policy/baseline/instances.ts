import { evaluate } from './evaluate.ts'
import { type GoalView, mentions, variablesIn } from './goal-view.ts'
import { solutions } from './modular.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { argument, closing, relation, splitTop, stripOuter } from './term-text.ts'

type Universal = { readonly name: string; readonly binder: string; readonly sort: string; readonly body: string }

/**
 * Instances of `∀` hypotheses. Numbers are tried that the goal mentions, and numbers that solve an arithmetic condition
 * in a hypothesis: where `∀ a, S a ↔ 27 * a % 40 = 17` is known, 11 and 51 are the numbers to try `S` at.
 */
export function* instances(view: GoalView): Iterable<Proposal> {
  const universals = view.facts.flatMap(({ name, type }) => readUniversal(name, type) ?? [])
  if (universals.length === 0) return
  const solved = [...new Set(universals.flatMap((u) => [...matching(view, u), ...conditionSolutions(u)]))].slice(0, 3)
  const numbers = [...new Set([...solved, ...view.literals.slice(0, 5), 0n, 1n])].slice(0, 7).map(String)
  const variables = view.variables.filter((v) => v.sort === 'nat' || v.sort === 'int').map((v) => v.name)
  for (const u of universals.slice(0, 6)) {
    const terms = [...arguments_(view, u), ...variables.slice(0, 4), ...numbers]
    for (const [i, term] of [...new Set(terms)].slice(0, 10).entries())
      yield propose(WEIGHTS.fair / (1 + i / 3), `have ${view.fresh(`${u.name}_i`)} := ${u.name} ${argument(term)}`)
    const others = view.variables.filter((v) => v.type === u.sort && v.sort !== 'nat' && v.sort !== 'int')
    for (const v of others.slice(0, 3))
      yield propose(WEIGHTS.fair, `have ${view.fresh(`${u.name}_i`)} := ${u.name} ${v.name}`)
  }
  if (solved.length > 0 && universals.length > 0) {
    const all = universals.flatMap((u) =>
      solved.map((n, i) => `have ${view.fresh(`hs${i}${u.name}`)} := ${u.name} ${argument(String(n))}`),
    )
    yield propose(WEIGHTS.good, [...all, 'grind'].join('\n'))
    yield propose(WEIGHTS.fair, [...all, 'simp_all <;> omega'].join('\n'))
    yield propose(WEIGHTS.fair, all.join('\n'))
    if (variables.length > 0) {
      const at = universals.flatMap((u) =>
        variables.slice(0, 3).map((n, i) => `have ${view.fresh(`hv${i}${u.name}`)} := ${u.name} ${n}`),
      )
      yield propose(WEIGHTS.good, [...all, ...at, 'grind'].join('\n'))
      yield propose(WEIGHTS.fair, [...all, ...at, 'simp_all <;> omega'].join('\n'))
    }
  }
}

function readUniversal(name: string, type: string): Universal | undefined {
  const match = /^∀ \(?([^\s():,]+)(?: [^():,]*)?(?: : ([^,()]+))?\)?/.exec(type)
  if (match === null) return undefined
  let comma = 0
  while (comma < type.length && type[comma] !== ',')
    comma = '([{'.includes(type[comma] as string) ? closing(type, comma) + 1 : comma + 1
  return { name, binder: match[1] as string, sort: match[2] ?? 'ℕ', body: stripOuter(type.slice(comma + 1)) }
}

/** Solutions of the part of a condition that only speaks of the bound variable. */
function conditionSolutions({ binder, body }: Universal): bigint[] {
  for (const side of [...splitTop(body, ' ↔ '), ...splitTop(body, ' → ')]) {
    const found = solutions(stripOuter(side), binder, 3)
    if (found.length > 0) return found
  }
  return []
}

/** Numbers at which a function's argument in a `∀` hypothesis is one that it has elsewhere: 6 for `f (x + 8)` and `f 14`. */
function matching(view: GoalView, { name, binder, sort, body }: Universal): bigint[] {
  const natural = /^(ℕ|Nat)$/.test(sort)
  const elsewhere = [view.target, ...view.facts.filter((fact) => fact.name !== name).map(({ type }) => type)].join(
    ' ; ',
  )
  const found: bigint[] = []
  for (const f of view.variables.filter((v) => v.sort === 'function' && mentions(body, v.name))) {
    const applied = new RegExp(`(?<![\\w.])${f.name} (\\([^()]*\\)|\\d+)`, 'gu')
    const numbers = [...elsewhere.matchAll(applied)].map((match) => evaluate(match[1] as string, new Map(), natural))
    for (const [, pattern] of body.matchAll(applied)) {
      if (pattern === undefined || !mentions(pattern, binder)) continue
      const at = (n: bigint) => evaluate(pattern, new Map([[binder, n]]), false)
      const [zero, one, two] = [at(0n), at(1n), at(2n)]
      if (typeof zero !== 'bigint' || typeof one !== 'bigint' || typeof two !== 'bigint') continue
      const slope = one - zero
      if (slope === 0n || two - one !== slope) continue
      for (const number of numbers)
        if (typeof number === 'bigint' && (number - zero) % slope === 0n && !(natural && (number - zero) / slope < 0n))
          found.push((number - zero) / slope)
    }
  }
  return found
}

/** Arguments that the functions in a `∀` hypothesis have in the target: what rewriting with it would need. */
function arguments_(view: GoalView, { body }: Universal): string[] {
  const found: string[] = []
  for (const f of view.variables.filter((v) => v.sort === 'function' && mentions(body, v.name))) {
    const pattern = new RegExp(`(?<![\\w.])${f.name} (\\([^()]*\\)|[\\p{L}\\d_'₀-₉]+)`, 'gu')
    for (const match of view.target.matchAll(pattern)) found.push(match[1] as string)
  }
  return found
}

/**
 * Products of inequalities, for a target or contradiction that is polynomial: what Mathlib's `nlinarith` adds before its
 * linear arithmetic. `grind` brings polynomials to a normal form and does the linear part.
 */
export function* products(view: GoalView): Iterable<Proposal> {
  const text = [view.target, ...view.facts.map(({ type }) => type)].join(' ; ')
  if (!/\^|[\p{L}\d)₀-₉'] \* [\p{L}(]/u.test(text)) return
  const related = relation(view.target)
  const inequality = view.facts.filter(({ type }) => /[<≤>≥]/.test(type) && relation(type) !== undefined)
  if (view.target !== 'False' && (related === undefined || related.operator === '∣')) return
  const int = variablesIn(view, text, 'int').length > 0
  const lines: string[] = []
  const terms: string[] = []
  for (const { name, type } of inequality.slice(0, 4)) {
    const operator = relation(type)?.operator
    const strict = operator === '<' || operator === '>'
    if (int) terms.push(`Int.sub_nonneg_of_le ${strict ? `(Int.add_one_le_of_lt ${name})` : name}`)
    else terms.push(strict ? `Nat.le_of_lt ${name}` : name)
  }
  // The negated target takes part as well.
  const negated = related !== undefined && /^[<≤]$/.test(related.operator)
  if (negated) {
    lines.push('apply Classical.byContradiction', 'intro hneg')
    if (int)
      terms.push(
        related.operator === '<'
          ? 'Int.sub_nonneg_of_le (Int.not_lt.mp hneg)'
          : 'Int.sub_nonneg_of_le (Int.add_one_le_of_lt (Int.not_le.mp hneg))',
      )
    else terms.push(related.operator === '<' ? 'Nat.le_of_not_lt hneg' : 'Nat.le_of_lt (Nat.lt_of_not_le hneg)')
  }
  const lemma = int ? 'Int.mul_nonneg' : 'Nat.mul_le_mul'
  let count = 0
  for (let i = 0; i < terms.length; i++)
    for (let j = i; j < terms.length && count < 8; j++)
      lines.push(`have hp${count++} := ${lemma} (${terms[i]}) (${terms[j]})`)
  // Squares are not negative; `grind` sees the square of a difference multiplied out.
  const squared = int && negated ? squares(view) : []
  for (const [i, term] of squared.entries())
    lines.push(
      `have hsq${i} := Int.le_total 0 ${term} |>.elim (fun h => Int.mul_nonneg h h) (fun h => Int.mul_nonneg_of_nonpos_of_nonpos h h)`,
    )
  if (count > 0 || squared.length > 0) yield propose(WEIGHTS.good, [...lines, 'grind (splits := 2)'].join('\n'))
  // A common factor on both sides, or a factor that is known to be positive.
  if (related !== undefined && /[<≤]/.test(related.operator) && !int) {
    yield propose(WEIGHTS.fair, 'apply Nat.mul_le_mul_left')
    yield propose(WEIGHTS.rare, 'apply Nat.mul_le_mul')
    yield propose(WEIGHTS.rare, 'apply Nat.pow_le_pow_left')
  }
  for (const { name, type } of view.facts.filter((f) => relation(f.type)?.operator === '=').slice(0, 3))
    if (/\(.*[+-].*\) \*|\* \(.*[+-]/.test(type))
      yield propose(
        WEIGHTS.fair,
        `simp only [${int ? 'Int' : 'Nat'}.mul_add, ${int ? 'Int' : 'Nat'}.add_mul, ${int ? 'Int' : 'Nat'}.mul_sub, ${int ? 'Int' : 'Nat'}.sub_mul] at ${name}`,
      )
}

function squares(view: GoalView): string[] {
  const ints = variablesIn(view, view.target, 'int')
    .slice(0, 3)
    .map((v) => v.name)
  const differences = ints.flatMap((a, i) => ints.slice(i + 1).map((b) => `(${a} - ${b})`))
  return [...ints, ...differences]
}

/** Truncated subtraction: a variable that is at least c becomes `c + k`, and the subtraction goes away. */
export function* shifts(view: GoalView): Iterable<Proposal> {
  const text = [view.target, ...view.facts.map(({ type }) => type)].join(' ; ')
  const seen = new Set<string>()
  for (const match of text.matchAll(/([\p{L}][\p{L}\d_'₀-₉]*) - (\d+)/gu)) {
    const [, name, c] = match as unknown as [string, string, string]
    if (seen.has(name) || !view.variables.some((v) => v.name === name && v.sort === 'nat')) continue
    seen.add(name)
    const k = view.fresh('k')
    yield propose(
      WEIGHTS.fair,
      `obtain ⟨${k}, rfl⟩ : ∃ k, ${name} = k + ${c} := ⟨${name} - ${c}, by first | omega | grind⟩`,
    )
    yield propose(WEIGHTS.fair, `rcases Nat.lt_or_ge ${name} ${c} with ${view.fresh('hlt')} | ${view.fresh('hge')}`)
  }
}
