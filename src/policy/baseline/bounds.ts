import { type GoalView, mentions, type Variable } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { powers, relation, splitTop } from './term-text.ts'

/** Above this a range is not worth splitting. */
const LARGEST_BOUND = 2000n

/**
 * Upper and lower bounds of number variables that no hypothesis states but that follow from equations: the first half of
 * a substitute for Mathlib's `nlinarith` and `interval_cases`. The constants tried come from the numerals in the goal:
 * a numeral itself (sums, products with a positive factor), and its roots (products of two or three unknowns).
 */
export function* bounds(view: GoalView): Iterable<Proposal> {
  const numbers = view.variables.filter(
    (v) => (v.sort === 'nat' || v.sort === 'int') && view.facts.some(({ type }) => mentions(type, v.name)),
  )
  const nonlinear = view.facts.filter(({ type }) => /[\p{L})'₀-₉] \* [(\p{L}]| \^ /u.test(type))
  if (nonlinear.length === 0 && !/\^|[\p{L})] \* [(\p{L}]/u.test(view.target)) return
  const candidates = boundCandidates(view)
  const unbounded = numbers
    .filter((v) => !hasUpperBound(view, v) && nonlinear.some(({ type }) => mentions(type, v.name)))
    .slice(0, 4)
  if (unbounded.length > 0 && candidates.length > 0) {
    const linear = unbounded.flatMap((v) => boundLines(view, v, candidates, () => 'omega'))
    // Products cost more: one variable at a time.
    yield propose(WEIGHTS.likely, linear.map((line) => `try ${line}`).join('\n'))
    for (const [i, v] of unbounded.entries())
      for (const [j, line] of boundLines(view, v, candidates, (side) => boundProof(v, side, view)).entries())
        yield propose((WEIGHTS.fair * 2) / (1 + i + j), line)
  }
  yield* exponentBounds(view)
}

/** The smallest bound among the candidates that a proof script proves, as one tactic; for integers on both sides. */
function boundLines(
  view: GoalView,
  v: Variable,
  candidates: readonly bigint[],
  proof: (side: 'upper' | 'lower') => string,
): string[] {
  const upper = candidates.map((c) => `have ${view.fresh(`hu${v.name}`)} : ${v.name} < ${c} := by ${proof('upper')}`)
  const lines = [`first | ${upper.join(' | ')}`]
  if (v.sort === 'int' && !hasLowerBound(view, v)) {
    const least = ['0', ...candidates.map((c) => `-${c}`)]
    const lower = least.map((c) => `have ${view.fresh(`hl${v.name}`)} : ${c} ≤ ${v.name} := by ${proof('lower')}`)
    lines.push(`first | ${lower.join(' | ')}`)
  }
  return lines
}

/** Numerals + 1 and their square and cube roots + 1, small ones first. */
export function boundCandidates(view: GoalView): bigint[] {
  const found = new Set<bigint>()
  for (const literal of view.literals) {
    // A bound may be a root of the numeral; what is larger than every bound's cube gives none.
    if (literal < 2n || literal >= LARGEST_BOUND ** 3n) continue
    for (const value of [literal, root(literal, 2n), root(literal, 3n)])
      if (value >= 1n && value < LARGEST_BOUND) found.add(value + 1n)
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1)).slice(-10)
}

function root(value: bigint, degree: bigint): bigint {
  let r = BigInt(Math.floor(Number(value) ** (1 / Number(degree))))
  while ((r + 1n) ** degree <= value) r++
  while (r ** degree > value) r--
  return r
}

/** By `grind`, with products of the negated bound with itself and with the inequalities at hand. On one line. */
function boundProof(v: Variable, side: 'upper' | 'lower', view: GoalView): string {
  const block: string[] = ['apply Classical.byContradiction', 'intro hc']
  if (v.sort === 'int') {
    const negated = side === 'upper' ? 'Int.not_lt.mp hc' : 'Int.le_sub_one_of_lt (Int.not_le.mp hc)'
    block.push(`have hc := Int.sub_nonneg_of_le (${negated})`)
    block.push('have hp1 := Int.mul_nonneg hc hc', 'have hp2 := Int.mul_nonneg hp1 hc')
    for (const [i, term] of intInequalities(view).slice(0, 4).entries())
      block.push(`have hq${i} := Int.mul_nonneg hc (${term})`)
  } else {
    block.push('have hc := Nat.le_of_not_lt hc', 'have hp1 := Nat.mul_le_mul hc hc')
    for (const [i, term] of natInequalities(view).slice(0, 4).entries())
      block.push(`have hq${i} := Nat.mul_le_mul hc (${term})`)
  }
  return `(${[...block, 'grind (splits := 1)'].join('; ')})`
}

/** Terms of type `0 ≤ …` from hypotheses that are inequalities of integers. */
function intInequalities(view: GoalView): string[] {
  const terms: string[] = []
  for (const { name, type } of view.facts) {
    const related = relation(type)
    if (related === undefined || !isIntText(view, type)) continue
    if (related.operator === '<') terms.push(`Int.sub_nonneg_of_le (Int.add_one_le_of_lt ${name})`)
    else if (related.operator === '≤') terms.push(`Int.sub_nonneg_of_le ${name}`)
  }
  return terms
}

function natInequalities(view: GoalView): string[] {
  const terms: string[] = []
  for (const { name, type } of view.facts) {
    const related = relation(type)
    if (related === undefined || isIntText(view, type)) continue
    if (related.operator === '<' || related.operator === '>') terms.push(`Nat.le_of_lt ${name}`)
    else if (related.operator === '≤' || related.operator === '≥') terms.push(name)
  }
  return terms
}

function isIntText(view: GoalView, text: string): boolean {
  return view.variables.some((v) => v.sort === 'int' && mentions(text, v.name)) || text.includes('↑')
}

/** `b ^ n` with a numeral base: `n < k` where `b ^ k` is beyond a numeral of the goal; `n < b ^ n`; `0 < b ^ n`. */
function* exponentBounds(view: GoalView): Iterable<Proposal> {
  const text = [view.target, ...view.facts.map(({ type }) => type)].join(' ; ')
  for (const { base, exponent } of powers(text)) {
    if (!/^\d+$/.test(base) || !/^[\p{L}]/u.test(exponent) || BigInt(base) < 2n) continue
    if (!view.variables.some((v) => v.name === exponent && v.sort === 'nat')) continue
    for (const literal of view.literals.filter((l) => l > BigInt(base)).slice(-2)) {
      let k = 1n
      while (BigInt(base) ** k <= literal) k++
      const others = powers(text).filter((p) => p.base !== base && /^\d+$/.test(p.base))
      const positive = others.map((p, i) => `have hp${i} : 0 < ${p.base} ^ ${p.exponent} := Nat.pow_pos (by decide)`)
      const products = others.flatMap((_, i) => [`have hm${i} := Nat.mul_le_mul hpow hp${i}`])
      yield propose(
        WEIGHTS.fair * 2,
        [
          `have ${view.fresh(`hu${exponent}`)} : ${exponent} < ${k} := by`,
          '  apply Classical.byContradiction',
          '  intro hc',
          `  have hpow := Nat.pow_le_pow_right (show 0 < ${base} by decide) (Nat.le_of_not_lt hc)`,
          ...[...positive, ...products].map((line) => `  ${line}`),
          '  first | omega | grind (splits := 2)',
        ].join('\n'),
      )
    }
    yield propose(WEIGHTS.rare, `have ${view.fresh('hpos')} : 0 < ${base} ^ ${exponent} := Nat.pow_pos (by decide)`)
  }
}

export type Range = { readonly variable: Variable; readonly upper: bigint }

/** Variables for which some hypothesis says `v < c` or `v ≤ c` with a numeral; `upper` is exclusive. */
export function ranges(view: GoalView): Range[] {
  const found = new Map<string, Range>()
  for (const { type } of view.facts)
    for (const part of splitTop(type, ' ∧ ')) {
      const related = relation(part)
      if (related === undefined) continue
      for (const [small, large, strict] of [
        [related.left, related.right, related.operator === '<'],
        [related.right, related.left, related.operator === '>'],
      ] as const) {
        if (!/[<≤]/.test(related.operator) && small === related.left) continue
        if (!/[>≥]/.test(related.operator) && small === related.right) continue
        const variable = view.variables.find((v) => v.name === small && (v.sort === 'nat' || v.sort === 'int'))
        if (variable === undefined || !/^\d+$/.test(large)) continue
        const upper = BigInt(large) + (strict ? 0n : 1n)
        const known = found.get(small)
        if (known === undefined || upper < known.upper) found.set(small, { variable, upper })
      }
    }
  return [...found.values()]
}

function hasUpperBound(view: GoalView, v: Variable): boolean {
  return ranges(view).some(({ variable, upper }) => variable.name === v.name && upper <= 40n)
}

export function hasLowerBound(view: GoalView, v: Variable): boolean {
  const pattern = new RegExp(`(^|∧ )(-?\\d+) [≤<] ${v.name}( ∧|$|\\b)|(^|∧ )${v.name} [≥>] -?\\d+`)
  return view.facts.some(({ type }) => pattern.test(type))
}
