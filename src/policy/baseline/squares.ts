import { evaluate } from './evaluate.ts'
import { type GoalView, mentions, type Variable, variablesIn } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { affineOf, MOST_VARIABLES, type Quadratic, quadraticOf, squaresOf, wholeRoots } from './quadratic.ts'
import { argument, type Relation, relation, splitTop } from './term-text.ts'

/**
 * Inequalities of degree two: the difference of the sides is written as a sum of squares, by completing them, and `grind`
 * does the linear rest. Linear equations among the facts are solved for a variable first. It is what Mathlib's `nlinarith`
 * needs as hints; an equation whose difference is such a sum makes every square zero.
 */
export function* sumsOfSquares(view: GoalView): Iterable<Proposal> {
  const related = relation(view.target)
  const bounded = related === undefined ? undefined : nonNegative(related)
  if (bounded !== undefined) yield* inequality(view, view.target, bounded)
  for (const { name, type } of view.facts) {
    const fact = relation(type)
    if (fact === undefined || !isNonlinear(type)) continue
    if (view.target === 'False') yield* refuted(view, type, fact)
    if (fact.operator !== '=') continue
    yield* zeros(view, name, type, fact)
    yield* equalSquares(view, type, fact)
    yield* rootsOfOne(view, type, fact)
  }
}

/** `greater - smaller` has to be at least `least`. */
type Bound = { readonly greater: string; readonly smaller: string; readonly least: bigint }

function nonNegative({ left, operator, right }: Relation): Bound | undefined {
  switch (operator) {
    case '≤':
      return { greater: right, smaller: left, least: 0n }
    case '<':
      return { greater: right, smaller: left, least: 1n }
    case '≥':
      return { greater: left, smaller: right, least: 0n }
    case '>':
      return { greater: left, smaller: right, least: 1n }
    default:
      return undefined
  }
}

const isNonlinear = (text: string) => /\^|[\p{L}\d)₀-₉'] \* [\p{L}(]/u.test(text)

function* inequality(view: GoalView, text: string, { greater, smaller, least }: Bound): Iterable<Proposal> {
  if (!isNonlinear(text)) return
  const found = certificate(view, text, greater, smaller)
  if (found === undefined || found.rest < least) return
  // Without one square it is linear, or the sides are the same.
  if (found.squares.length > 0) yield propose(WEIGHTS.likely, [...found.lines, ...found.squares, 'grind'].join('\n'))
}

/** A fact that no numbers satisfy. */
function* refuted(view: GoalView, text: string, fact: Relation): Iterable<Proposal> {
  for (const { greater, smaller, least } of contradicting(fact)) {
    const found = certificate(view, text, greater, smaller)
    if (found === undefined || found.rest < least || found.squares.length === 0) continue
    yield propose(WEIGHTS.good, [...found.lines, ...found.squares, 'grind'].join('\n'))
  }
}

/** Bounds that a fact contradicts. */
function contradicting({ left, operator, right }: Relation): Bound[] {
  switch (operator) {
    case '=':
      return [
        { greater: left, smaller: right, least: 1n },
        { greater: right, smaller: left, least: 1n },
      ]
    case '≤':
      return [{ greater: left, smaller: right, least: 1n }]
    case '<':
      return [{ greater: left, smaller: right, least: 0n }]
    case '≥':
      return [{ greater: right, smaller: left, least: 1n }]
    case '>':
      return [{ greater: right, smaller: left, least: 0n }]
    default:
      return []
  }
}

/** `x ^ 2 + y ^ 2 = 2 * x - 1` leaves nothing but `x = 1` and `y = 0`. */
function* zeros(view: GoalView, name: string, type: string, fact: Relation): Iterable<Proposal> {
  for (const [greater, smaller] of [
    [fact.left, fact.right],
    [fact.right, fact.left],
  ] as const) {
    const found = certificate({ ...view, facts: view.facts.filter((f) => f.name !== name) }, type, greater, smaller)
    if (found === undefined || found.rest !== 0n || found.squares.length === 0) continue
    const zero = found.forms.flatMap((form, i) => {
      const [hz, he] = [view.fresh(`hz${i}`), view.fresh(`he${i}`)]
      return [
        `have ${hz} : ${form} * ${form} = 0 := Int.le_antisymm (by grind) ${found.names[i]}`,
        `have ${he} : ${form} = 0 := (Int.mul_eq_zero.mp ${hz}).elim id id`,
      ]
    })
    const lines = [...found.lines, ...found.squares, ...zero]
    yield propose(WEIGHTS.good, [...lines, 'first | omega | grind'].join('\n'))
    yield propose(WEIGHTS.fair, lines.join('\n'))
  }
}

/** `a ^ 2 = b ^ 2` of integers: `a = b` or `a = -b`. */
function* equalSquares(view: GoalView, type: string, { left, right }: Relation): Iterable<Proposal> {
  const [a, b] = [left, right].map((side) => /^(.*) \^ 2$/s.exec(side)?.[1])
  if (a === undefined || b === undefined || splitTop(a, ' * ').length > 1 || splitTop(b, ' * ').length > 1) return
  if (!variablesIn(view, type, 'int').length || variablesIn(view, type, 'nat').length > 0) return
  const h = view.fresh('hf')
  const split = `have ${h} : (${a} - ${b}) * (${a} + ${b}) = 0 := by grind\nrcases Int.mul_eq_zero.mp ${h} with ${h} | ${h}`
  yield propose(WEIGHTS.good, `${split} <;> omega`)
  yield propose(WEIGHTS.fair, split)
}

/** Linear equations and one of degree two that they leave in one unknown: with whole roots, it is a product. */
function* rootsOfOne(view: GoalView, type: string, { left, right }: Relation): Iterable<Proposal> {
  const numbers = variablesIn(view, view.facts.map((fact) => fact.type).join(' ; '), 'int', 'nat')
  if (numbers.length < 2 || numbers.length > MOST_VARIABLES) return
  const { free, solved } = solveLinear(view, numbers)
  const [unknown] = free
  if (unknown === undefined || free.length !== 1 || solved.length === 0) return
  const roots = wholeRoots(polynomial(`(${left}) - (${right})`, free, solved))
  const [a, b = a] = roots
  if (a === undefined || b === undefined || !solved.some(({ name }) => mentions(type, name))) return
  const h = view.fresh('hf')
  const less = (root: bigint) => `(${unknown.name} ${root < 0n ? '+' : '-'} ${root < 0n ? -root : root})`
  const lines = [
    ...eliminated(view, solved),
    `have ${h} : ${less(a)} * ${less(b)} = 0 := by grind`,
    `rcases Int.mul_eq_zero.mp ${h} with ${h} | ${h}`,
  ]
  yield propose(WEIGHTS.likely, `${lines.join('\n')} <;> omega`)
  yield propose(WEIGHTS.fair, `${lines.join('\n')} <;> grind`)
}

/** Steps that put in for variables what linear equations say of them. */
function eliminated(view: GoalView, solved: readonly Solved[]): string[] {
  return solved.flatMap(({ name, value }, i) => {
    const h = view.fresh(`hv${i}`)
    return [`have ${h} : ${name} = ${value} := by omega`, `subst ${h}`]
  })
}

type Certificate = {
  /** Steps that solve the linear equations. */
  readonly lines: readonly string[]
  /** Steps that say of each square that it is not negative, and what they call it. */
  readonly squares: readonly string[]
  readonly names: readonly string[]
  readonly forms: readonly string[]
  /** The difference is at least this. */
  readonly rest: bigint
}

function certificate(view: GoalView, text: string, greater: string, smaller: string): Certificate | undefined {
  const sort = variablesIn(view, text, 'int').length > 0 ? 'int' : 'nat'
  const equations = view.facts.filter(({ type }) => relation(type)?.operator === '=').map(({ type }) => type)
  const own = variablesIn(view, text, 'int', 'nat')
  const numbers = sort === 'int' ? variablesIn(view, [text, ...equations].join(' ; '), 'int', 'nat') : own
  // Subtraction of natural numbers stops at 0, which no polynomial does.
  if (own.length === 0 || numbers.length > MOST_VARIABLES || (sort === 'nat' && text.includes(' - '))) return undefined
  const { free, solved } = sort === 'int' ? solveLinear(view, numbers) : { free: numbers, solved: [] }
  const difference = polynomial(`(${greater}) - (${smaller})`, free, solved)
  const sum = difference === undefined ? undefined : squaresOf(difference)
  if (sum === undefined) return undefined
  const names = sum.forms.map((_, i) => view.fresh(`hs${i}`))
  const terms = free.map(({ name, sort }) => (sort === 'nat' ? `(${name} : Int)` : name))
  const forms = sum.forms.map((form) => argument(affineText(form, terms)))
  const squares = forms.map(
    (form, i) =>
      `have ${names[i]} : 0 ≤ ${form} * ${form} := (Int.le_total 0 ${form}).elim (fun h => Int.mul_nonneg h h) (fun h => Int.mul_nonneg_of_nonpos_of_nonpos h h)`,
  )
  return { lines: eliminated(view, solved), squares, names, forms, rest: sum.rest }
}

type Solved = { readonly name: string; readonly value: string; at(free: ReadonlyMap<string, bigint>): bigint }

/** Linear equations of the facts, each solved for a variable with the factor 1 or -1. */
function solveLinear(view: GoalView, numbers: readonly Variable[]): { free: Variable[]; solved: Solved[] } {
  let free = numbers.filter(({ sort }) => sort === 'int')
  if (free.length < numbers.length) return { free: [...numbers], solved: [] }
  const solved: Solved[] = []
  for (const { type } of view.facts) {
    const fact = relation(type)
    if (fact?.operator !== '=' || free.length < 2 || !free.some(({ name }) => mentions(type, name))) continue
    const difference = polynomial(`(${fact.left}) - (${fact.right})`, free, solved)
    const factors = difference === undefined ? undefined : affineOf(difference)
    const place = factors?.findIndex((c, i) => i < free.length && (c === 1n || c === -1n)) ?? -1
    if (factors === undefined || place < 0) continue
    const names = free.map(({ name }) => name)
    const sign = factors[place] as bigint
    const rest = factors.map((c, i) => (i === place ? 0n : -sign * c))
    solved.push({
      name: names[place] as string,
      value: affineText(rest, names),
      at: (values) =>
        rest.reduce((sum, c, i) => sum + (c === 0n ? 0n : c * (values.get(names[i] as string) ?? 1n)), 0n),
    })
    free = free.filter((_, i) => i !== place)
  }
  return { free, solved }
}

/** A printed term as a polynomial in the free variables. */
export function polynomial(
  text: string,
  free: readonly Variable[],
  solved: readonly Solved[] = [],
): Quadratic | undefined {
  const plain = text.replaceAll('↑', '')
  return quadraticOf((point) => {
    const values = new Map(free.map(({ name }, i) => [name, point[i] as bigint]))
    // What was solved last may stand in what was solved before.
    for (const one of [...solved].reverse()) values.set(one.name, one.at(values))
    const value = evaluate(plain, values, false)
    return typeof value === 'bigint' ? value : undefined
  }, free.length)
}

/** `2 * x - y + 3`; the constant is the last of the factors. */
export function affineText(factors: readonly bigint[], names: readonly string[]): string {
  const text = factors.reduce((sum, c, i) => {
    if (c === 0n) return sum
    const name = names[i]
    const size = c < 0n ? -c : c
    const term = name === undefined ? String(size) : size === 1n ? name : `${size} * ${name}`
    if (sum === '') return c < 0n ? `-${term}` : term
    return `${sum} ${c < 0n ? '-' : '+'} ${term}`
  }, '')
  return text === '' ? '0' : text
}
