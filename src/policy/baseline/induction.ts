import { type GoalView, mentions, type Variable } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { differences } from './term-text.ts'

const NAT_EXPAND = 'Nat.pow_succ, Nat.pow_add, Nat.mul_add, Nat.add_mul'

/** Induction and case analysis on numbers and lists, with the other hypotheses carried along or left behind. */
export function* inductions(view: GoalView): Iterable<Proposal> {
  const subjects = view.variables.filter(
    ({ name, sort }) => (sort === 'nat' || sort === 'list') && mentions(view.target, name),
  )
  for (const [i, subject] of subjects.slice(0, 4).entries()) {
    const weight = 1 / (1 + i)
    if (subject.sort === 'list') yield* onList(subject, view, weight)
    else yield* onNumber(subject, view, weight)
  }
  yield* strongerFacts(view)
}

function* onNumber({ name }: Variable, view: GoalView, scale: number): Iterable<Proposal> {
  // A recursion to follow: the number stands in an exponent or as the argument of a function. An equation about the
  // number itself speaks against induction.
  const word = `(?<![\\p{L}\\p{N}_'₀-₉.])${name}(?![\\p{L}\\p{N}_'₀-₉])`
  const grows = new RegExp(`\\^ (\\([^()]*)?${word}|[\\p{L}] (\\()?${word}`, 'u').test(view.target)
  const fixed = view.facts.some(({ type }) => mentions(type, name) && / = | % |∣/.test(type) && !/^∀/.test(type))
  const weight = scale * (fixed ? WEIGHTS.rare : grows ? WEIGHTS.likely : WEIGHTS.fair)
  const [k, ih] = [view.fresh('k'), view.fresh('ih')]
  const holding = view.facts.filter(({ type }) => mentions(type, name))
  const expanding = `simp only [${NAT_EXPAND}] at * <;> omega`
  const bounds = holding.filter(({ type }) => /^\d+ [<≤] \S+$|^\S+ ≠ 0$|^\S+ [>≥] \d+$/.test(type))
  const clear = bounds.length > 0 ? `clear ${bounds.map((fact) => fact.name).join(' ')}\n` : ''
  for (const before of new Set([clear, ''])) {
    yield propose(weight, `${before}induction ${name} <;> omega`)
    yield propose(weight, `${before}induction ${name} <;> ${expanding}`)
    yield propose(weight * 0.8, `${before}induction ${name} <;> grind`)
    if (view.constants.has('List.range'))
      yield propose(
        weight,
        `${before}induction ${name} with\n| zero => simp\n| succ ${k} ${ih} => simp_all [List.range_succ]; first | omega | grind`,
      )
  }
  yield propose(weight * 0.7, `induction ${name} with | zero => ?_ | succ ${k} ${ih} => ?_`)
  const others = view.variables.filter(
    (v) => v.name !== name && v.sort !== 'function' && v.sort !== 'other' && mentions(view.target, v.name),
  )
  if (others.length > 0)
    yield propose(
      weight * 0.4,
      `induction ${name} generalizing ${others.map((v) => v.name).join(' ')} with | zero => ?_ | succ ${k} ${ih} => ?_`,
    )
  yield propose(weight * 0.3, `cases ${name} with | zero => ?_ | succ ${k} => ?_`)
  yield propose(weight * 0.4, `cases ${name} <;> omega`)
  yield propose(weight * 0.2, `induction ${name} using Nat.strongRecOn with | ind ${name} ${ih} => ?_`)
  // From `c ≤ n`: start at c. The step keeps its hypothesis in the form that arithmetic understands.
  for (const { name: bound, type } of bounds) {
    const start = new RegExp(`^(\\d+) ≤ ${name}$|^${name} ≥ (\\d+)$`).exec(type)
    const least = start?.[1] ?? start?.[2]
    if (least === undefined) continue
    const [m, hm, step] = [view.fresh('m'), view.fresh('hm'), view.fresh('hstep')]
    yield propose(
      weight * 1.5,
      [
        `obtain ⟨${m}, rfl⟩ := Nat.exists_eq_add_of_le ${bound}`,
        `clear ${bound}`,
        `induction ${m} with | zero => ?_ | succ ${m} ${ih} => ?_`,
      ].join('\n'),
    )
    yield propose(
      weight,
      [
        `obtain ⟨${m}, rfl⟩ := Nat.exists_eq_add_of_le' ${bound}`,
        `clear ${bound}`,
        `induction ${m} with | zero => ?_ | succ ${m} ${ih} => ?_`,
      ].join('\n'),
    )
    yield propose(
      weight * 0.5,
      `have ${step} : ∀ ${m}, ${least} ≤ ${m} → ${rename(view.target, name, m)} := by\n  intro ${m} ${hm}\n  induction ${hm} <;> grind\nexact ${step} ${name} ${bound}`,
    )
  }
}

function* onList({ name }: Variable, view: GoalView, scale: number): Iterable<Proposal> {
  const [x, xs, ih] = [view.fresh('x'), view.fresh('xs'), view.fresh('ih')]
  const weight = scale * WEIGHTS.good
  yield propose(weight, `induction ${name} <;> simp_all`)
  yield propose(weight * 0.8, `induction ${name} <;> grind`)
  yield propose(weight * 0.7, `induction ${name} with | nil => ?_ | cons ${x} ${xs} ${ih} => ?_`)
  const others = view.variables.filter(
    (v) =>
      v.name !== name &&
      (v.sort === 'list' || v.sort === 'nat' || v.sort === 'other') &&
      mentions(view.target, v.name) &&
      !/^(Type|Sort)/.test(v.type),
  )
  if (others.length > 0)
    yield propose(
      weight * 0.5,
      `induction ${name} generalizing ${others.map((v) => v.name).join(' ')} with | nil => ?_ | cons ${x} ${xs} ${ih} => ?_`,
    )
  yield propose(weight * 0.3, `cases ${name} with | nil => ?_ | cons ${x} ${xs} => ?_`)
}

/** `a - b` on naturals is well behaved only where `b ≤ a`: proposes that fact, by induction on what it depends on. */
function* strongerFacts(view: GoalView): Iterable<Proposal> {
  if (!view.constants.has('Nat')) return
  for (const { left, right } of differences(view.target).slice(0, 3)) {
    const n = view.variables.find((v) => v.sort === 'nat' && mentions(right, v.name) && mentions(left, v.name))
    if (n === undefined) continue
    const [h, m] = [view.fresh('hle'), view.fresh('m')]
    const claim = `∀ ${m} : Nat, ${rename(right, n.name, m)} ≤ ${rename(left, n.name, m)}`
    for (const closer of ['grind', 'omega'])
      yield propose(WEIGHTS.fair, `have ${h} : ${claim} := by\n  intro ${m}\n  induction ${m} <;> ${closer}`)
  }
}

function rename(text: string, from: string, to: string): string {
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_'₀-₉.])${from}(?![\\p{L}\\p{N}_'₀-₉])`, 'gu'), to)
}
