import { type GoalView, mentions } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation, splitTop, stripOuter } from './term-text.ts'

/** Terms put together from hypotheses whose printed types fit: applied, paired, chained, turned round. */
export function* fittingTerms(view: GoalView): Iterable<Proposal> {
  const { target, facts } = view
  const wanted = stripOuter(target)
  const byType = new Map(facts.map(({ name, type }) => [stripOuter(type), name]))
  // An implication whose conclusion is wanted, with what proves its premises.
  for (const { name, type } of facts) {
    const parts = splitTop(type, ' → ').map(stripOuter)
    if (parts.length < 2 || /^[∀∃]/.test(type)) continue
    const given = parts.slice(0, -1).map((part) => byType.get(part))
    if (parts.at(-1) === wanted) {
      const arguments_ = given.map((proof) => proof ?? '?_').join(' ')
      yield propose(WEIGHTS.good, `${arguments_.includes('?_') ? 'refine' : 'exact'} ${name} ${arguments_}`)
    } else if (given.every((proof) => proof !== undefined))
      yield propose(WEIGHTS.fair, `have ${view.fresh(`${name}_r`)} := ${name} ${given.join(' ')}`)
  }
  const conjuncts = splitTop(wanted, ' ∧ ').map(stripOuter)
  if (conjuncts.length > 1) {
    const parts = conjuncts.map((part) => byType.get(part) ?? '?_')
    if (parts.some((part) => part !== '?_'))
      yield propose(WEIGHTS.good, `${parts.includes('?_') ? 'refine' : 'exact'} ⟨${parts.join(', ')}⟩`)
  }
  const disjuncts = splitTop(wanted, ' ∨ ').map(stripOuter)
  if (disjuncts.length === 2)
    for (const [i, side] of disjuncts.entries()) {
      const proof = byType.get(side)
      if (proof !== undefined) yield propose(WEIGHTS.likely, `exact ${i === 0 ? 'Or.inl' : 'Or.inr'} ${proof}`)
    }
  yield* chained(view, byType)
}

/** Equations and order relations turned round, or two of them in a row. */
function* chained(view: GoalView, byType: ReadonlyMap<string, string>): Iterable<Proposal> {
  const related = relation(view.target)
  if (related === undefined) return
  const { left, operator, right } = related
  const turned = byType.get(`${right} ${operator} ${left}`)
  if (turned !== undefined && (operator === '=' || operator === '≠'))
    yield propose(WEIGHTS.likely, `exact ${turned}.symm`)
  const relations = view.facts.flatMap(({ name, type }) => {
    const one = relation(type)
    return one === undefined ? [] : [{ name, ...one }]
  })
  for (const first of relations.filter((one) => one.left === left))
    for (const second of relations.filter((one) => one.left === first.right && one.right === right)) {
      const both = `${first.operator}${second.operator}`
      if (both === '==' || both === '≤≤' || both === '∣∣')
        yield propose(
          WEIGHTS.good,
          `exact ${both === '≤≤' ? 'le_trans' : both === '∣∣' ? 'Nat.dvd_trans' : ''}${both === '==' ? `${first.name}.trans ${second.name}` : ` ${first.name} ${second.name}`}`.replace(
            'le_trans',
            'Nat.le_trans',
          ),
        )
    }
  // A subterm that both sides share and that nothing else is known about.
  const shared = /\(([^()]+)\)/g
  for (const match of left.matchAll(shared)) {
    const term = match[1] as string
    if (!right.includes(term) || !view.variables.some(({ name }) => mentions(term, name)) || /^\S+$/.test(term))
      continue
    yield propose(WEIGHTS.rare, `generalize ${term} = ${view.fresh('g')}`)
    break
  }
}
