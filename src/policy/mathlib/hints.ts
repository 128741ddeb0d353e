import { type GoalView, mentions, type Variable } from '../baseline/goal-view.ts'
import { argument, relation } from '../baseline/term-text.ts'

/** Variables whose squares and differences are worth a hint. */
const MOST_VARIABLES = 4
/** More make `nlinarith` slow, since it multiplies them by each other. */
const MOST_HINTS = 8

const isNumber = ({ sort }: Variable) => /^(nat|int|rat|real)$/.test(sort)

/** Number variables that the goal or a relation among the facts is about. */
export function numbersOf(view: GoalView): Variable[] {
  const texts = [view.target, ...view.facts.map(({ type }) => type)]
  return view.variables.filter((v) => isNumber(v) && texts.some((text) => mentions(text, v.name)))
}

/** `sq_nonneg (a - b)` for the variables of the goal, and of each alone: what most polynomial inequalities rest on. */
export function squareHints(view: GoalView): string[] {
  const names = numbersOf(view)
    .filter(({ name }) => mentions(view.target, name))
    .slice(0, MOST_VARIABLES)
    .map(({ name }) => name)
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const))
  return [
    ...pairs.map(([a, b]) => `sq_nonneg (${a} - ${b})`),
    ...names.map((a) => `sq_nonneg ${a}`),
    ...pairs.map(([a, b]) => `sq_nonneg (${a} + ${b})`),
    // One variable against a numeral of the goal: (x - 1)^2.
    ...names.flatMap((a) => view.literals.slice(0, 2).map((n) => `sq_nonneg (${a} - ${n})`)),
  ].slice(0, MOST_HINTS)
}

/** Products of hypotheses that say that something is positive, or that one thing is at most another. */
export function productHints(view: GoalView): string[] {
  const positive: string[] = []
  const ordered: string[] = []
  for (const { name, type } of view.facts) {
    const related = relation(type)
    if (related === undefined) continue
    const { left, right, operator } = related
    if ((operator === '<' && left === '0') || (operator === '>' && right === '0')) positive.push(name)
    else if (operator === '<' || operator === '>') ordered.push(`sub_pos.mpr ${name}`)
    else if (operator === '≤' || operator === '≥') ordered.push(`sub_nonneg.mpr ${name}`)
  }
  const products: string[] = []
  for (const [i, a] of positive.entries()) for (const b of positive.slice(i + 1)) products.push(`mul_pos ${a} ${b}`)
  const [first, second] = ordered.filter((term) => term.startsWith('sub_nonneg'))
  if (first !== undefined) products.push(`mul_nonneg (${first}) (${second ?? first})`)
  const [over, under] = ordered.filter((term) => term.startsWith('sub_pos'))
  if (over !== undefined) products.push(`mul_pos (${over}) (${under ?? over})`)
  return products.slice(0, MOST_HINTS)
}

/** `√x` for every root in the goal: its square is x, and it is not negative. */
export function rootHints(view: GoalView): string[] {
  const text = [view.target, ...view.facts.map(({ type }) => type)].join(' ; ')
  const roots = new Set(
    [...text.matchAll(/(?:√|Real\.sqrt )(\([^()]*\)|[\p{L}\p{N}_'₀-₉]+)/gu)].map((m) => m[1] as string),
  )
  return [...roots]
    .slice(0, 3)
    .flatMap((x) => [`Real.sq_sqrt (show (0 : ℝ) ≤ ${x} by positivity)`, `Real.sqrt_nonneg ${argument(x)}`])
}
