import { ranges } from './bounds.ts'
import { type GoalView, mentions, type Variable } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation } from './term-text.ts'

/** Cases a case split may make, and cases the kernel may evaluate. */
const SPLIT_MAX = 128n
const EVALUATE_MAX = 6000n

/**
 * Bounded variables: all values at once. Either the whole goal is evaluated by the kernel, where every variable in it is
 * bounded, or one variable is replaced by its values and arithmetic does the rest.
 */
export function* finiteCases(view: GoalView): Iterable<Proposal> {
  yield* refuteSmall(view)
  const known = ranges(view)
  if (known.length === 0) return
  yield* evaluation(view)
  for (const { variable, upper } of known.slice(0, 3)) {
    if (upper > SPLIT_MAX || upper < 1n) continue
    const weight = WEIGHTS.good / Number(upper) ** 0.25
    const bounded = `(show _ < ${upper} by omega)`
    for (const closer of ['omega', 'first | omega | grind (splits := 2)', 'simp_all <;> omega'])
      yield propose(weight / (closer === 'omega' ? 1 : 2), splitValues(view, variable, Number(upper), closer))
    if (upper <= 12n && variable.sort === 'nat')
      yield propose(
        weight / 2,
        `rcases ${disjunction(Number(upper))} ${variable.name} ${bounded} with ${rfls(Number(upper))}`,
      )
  }
}

/** All number variables of the goal are bounded naturals: reverts everything in the order that makes it decidable. */
function* evaluation(view: GoalView): Iterable<Proposal> {
  const known = ranges(view)
  const texts = [view.target, ...view.facts.map(({ type }) => type)]
  const numbers = view.variables.filter(
    (v) => (v.sort === 'nat' || v.sort === 'int') && texts.some((t) => mentions(t, v.name)),
  )
  if (numbers.length === 0 || numbers.some((v) => v.sort === 'int')) return
  const domain = numbers.map((v) => known.find(({ variable }) => variable.name === v.name))
  const size = domain.reduce((product, range) => product * (range?.upper ?? EVALUATE_MAX + 1n), 1n)
  if (size > EVALUATE_MAX) return
  // Hypotheses about functions cannot be evaluated, and those about nothing bounded need not be.
  const functions = view.variables.filter((v) => v.sort === 'function' || v.sort === 'other')
  const usable = view.facts.filter(
    ({ type }) =>
      numbers.some((v) => mentions(type, v.name)) &&
      !/^∀|∃/.test(type) &&
      !functions.some((f) => mentions(type, f.name)),
  )
  if (functions.some((f) => mentions(view.target, f.name))) return
  const unusable = view.facts.filter((fact) => !usable.includes(fact))
  const guards = numbers.map((v, i) => `have ${view.fresh(`hg${i}`)} : ${v.name} < ${domain[i]?.upper} := by omega`)
  // An equation first: it is false nearly everywhere, and the kernel then looks at nothing behind it.
  const ordered = [...usable].sort((a, b) => rank(a.type) - rank(b.type)).map(({ name }) => name)
  const steps = [...guards]
  if (unusable.length > 0) steps.push(`clear ${unusable.map(({ name }) => name).join(' ')}`)
  if (ordered.length > 0) steps.push(`revert ${ordered.join(' ')}`)
  for (let i = numbers.length - 1; i >= 0; i--)
    steps.push(`revert ${view.fresh(`hg${i}`)}`, `revert ${(numbers[i] as Variable).name}`)
  yield propose(WEIGHTS.likely, [...steps, 'decide +kernel'].join('\n'))
}

function rank(type: string): number {
  return relation(type)?.operator === '=' ? 0 : 1
}

/**
 * Replaces a variable by each of its values and runs a closer on every case. Split in two levels, tens and units, as
 * the cost of a chain of cases grows with its depth. Integers must be non-negative.
 */
function splitValues(view: GoalView, { name, sort }: Variable, upper: number, closer: string): string {
  const columns = Math.min(upper, Math.ceil(Math.sqrt(upper)))
  const rows = Math.ceil(upper / columns)
  const lines: string[] = []
  if (sort === 'int') lines.push(`obtain ⟨${name}, rfl⟩ := Int.eq_ofNat_of_zero_le (show 0 ≤ ${name} by omega)`)
  if (upper <= 12) {
    lines.push(`rcases ${disjunction(upper)} ${name} (by omega) with ${rfls(upper)} <;> ${wrap(closer)}`)
    return lines.join('\n')
  }
  const [i, j, hi, hj] = [view.fresh('i'), view.fresh('j'), view.fresh('hi'), view.fresh('hj')]
  lines.push(
    `obtain ⟨${i}, ${j}, ${hi}, ${hj}, rfl⟩ : ∃ i j, i < ${rows} ∧ j < ${columns} ∧ ${name} = ${columns} * i + j := ⟨${name} / ${columns}, ${name} % ${columns}, by omega, by omega, by omega⟩`,
    `rcases ${disjunction(rows)} ${i} ${hi} with ${rfls(rows)} <;>`,
    `  rcases ${disjunction(columns)} ${j} ${hj} with ${rfls(columns)} <;> ${wrap(closer)}`,
  )
  return lines.join('\n')
}

/** `∀ t, … → c ≤ t` after `intro`: suppose `t < c`; then all values of t can be tried. */
function* refuteSmall(view: GoalView): Iterable<Proposal> {
  const related = relation(view.target)
  if (related === undefined) return
  const [small, large] =
    related.operator === '≤'
      ? [related.left, related.right]
      : related.operator === '≥'
        ? [related.right, related.left]
        : []
  if (small === undefined || large === undefined || !/^\d+$/.test(small)) return
  const variable = view.variables.find((v) => v.name === large && v.sort === 'nat')
  if (variable === undefined) return
  const h = view.fresh('hlt')
  yield propose(WEIGHTS.good, `refine Nat.le_of_not_lt (fun ${h} => ?_)`)
}

function disjunction(count: number): string {
  const cases = Array.from({ length: count }, (_, k) => `k = ${k}`).join(' ∨ ')
  return `(by decide : ∀ k : Nat, k < ${count} → ${cases})`
}

function rfls(count: number): string {
  return Array.from({ length: count }, () => 'rfl').join(' | ')
}

function wrap(closer: string): string {
  return closer.includes('|') || closer.includes('<;>') ? `(${closer})` : closer
}
