import type { GoalView, Variable } from './goal-view.ts'
import { mentions } from './goal-view.ts'
import { type Proposal, propose, safe, WEIGHTS } from './proposal.ts'
import { closing, relation, splitTop, stripOuter } from './term-text.ts'

/** Steps that follow the logical shape of the target: introductions, connectives, witnesses, contradiction. */
export function* targetSteps(view: GoalView): Iterable<Proposal> {
  const { target, fresh } = view
  const names = introNames(view)
  if (names.length > 0) yield safe(WEIGHTS.sure * 2, `intro ${names.join(' ')}`)
  if (names.length > 1) yield propose(WEIGHTS.rare, `intro ${names[0]}`)
  if (view.inaccessible > 0) {
    const fill = Array.from({ length: view.inaccessible }, (_, i) => fresh(`a${i === 0 ? '' : i}`))
    yield safe(WEIGHTS.sure, `rename_i ${[...new Set(fill)].join(' ')}`)
  }
  const top = (operator: string) => splitTop(target, operator).length > 1
  if (names.length === 0) {
    if (top(' ↔ ')) yield propose(WEIGHTS.likely, 'constructor')
    else if (top(' ∨ ')) {
      yield propose(WEIGHTS.fair, 'left')
      yield propose(WEIGHTS.fair, 'right')
    } else if (top(' ∧ ')) yield safe(WEIGHTS.sure * 2, 'refine ⟨?_, ?_⟩')
    else if (target.startsWith('∃')) yield* witnesses(view)
  }
  if (/\bif\b|\bmatch\b/.test(target)) yield propose(WEIGHTS.good, 'split')
  if (/^fun | = fun |=> /.test(target)) yield propose(WEIGHTS.good, `funext ${fresh('x')}`)
  const related = relation(target)
  if (related !== undefined || top(' ∨ ')) {
    const h = fresh('hc')
    yield propose(WEIGHTS.fair, `apply Classical.byContradiction; intro ${h}`)
  }
  if (related?.operator === '=') {
    yield propose(WEIGHTS.last, 'congr 1')
    yield propose(WEIGHTS.last, 'symm')
    yield propose(WEIGHTS.rare, `ext ${fresh('x')}`)
    if (view.variables.some(({ sort, name }) => sort === 'nat' && mentions(target, name)))
      yield propose(WEIGHTS.rare, 'apply Nat.le_antisymm')
  }
  if (view.facts.some(({ type }) => /^¬|≠|False/.test(type)) && target !== 'False')
    yield propose(WEIGHTS.rare, 'exfalso')
}

/** Steps that take hypotheses apart or use them as they are. */
export function* factSteps(view: GoalView): Iterable<Proposal> {
  const { target, facts, variables, fresh } = view
  const apart = facts.flatMap(({ name, type }) => takeApart(name, type, fresh))
  if (apart.length > 0) yield safe(WEIGHTS.sure, apart.join('\n'))
  for (const { name, type } of facts) {
    if (splitTop(type, ' ∧ ').length > 1 || type.startsWith('∃')) continue
    const cases = splitTop(type, ' ∨ ')
    const related = relation(type)
    if (splitTop(type, ' ↔ ').length > 1) {
      yield propose(WEIGHTS.fair, `rw [${name}]`)
      yield propose(WEIGHTS.fair, `simp only [${name}] at *`)
    } else if (/^∀/.test(type) || splitTop(type, ' → ').length > 1) yield* universal(name, type)
    else if (cases.length > 1 && cases.length <= 16)
      yield propose(WEIGHTS.likely, `rcases ${name} with ${cases.map(() => name).join(' | ')}`)
    else if (related?.operator === '=') yield* equation(name, related, view)
    else if (related?.operator === '∣') yield propose(WEIGHTS.fair, `obtain ⟨${fresh('k')}, ${fresh('hk')}⟩ := ${name}`)
    if (type.startsWith('¬'))
      yield propose(WEIGHTS.rare, target === 'False' ? `apply ${name}` : `exact absurd ‹_› ${name}`)
    yield propose(WEIGHTS.rare, `simp at ${name}`)
    yield propose(WEIGHTS.last, `simp [${name}] at *`)
    if (/\bif\b|\bmatch\b/.test(type)) yield propose(WEIGHTS.fair, `split at ${name}`)
  }
  for (const { name, type, sort } of variables)
    if (/^(Option|Bool|Prod|Sum|Fin|Except) ?|×|⊕/.test(type)) yield propose(WEIGHTS.fair, `cases ${name}`)
    else if (type === 'Prop' && mentions(target, name))
      yield propose(WEIGHTS.fair, `by_cases ${fresh(`h${name}`)} : ${name}`)
    else if (sort === 'function' && mentions(target, name))
      yield propose(WEIGHTS.last, `generalize ${name} = ${fresh('f')}`)
}

/** Conjunctions and existentials to their parts, in one step each. */
function takeApart(name: string, type: string, fresh: GoalView['fresh']): string[] {
  const parts = splitTop(type, ' ∧ ')
  if (type.startsWith('∃')) return [`obtain ⟨${fresh('x')}, ${fresh(`${name}_x`)}⟩ := ${name}`]
  if (parts.length < 2) return []
  return [`obtain ⟨${parts.map((_, i) => fresh(`${name}_${i + 1}`)).join(', ')}⟩ := ${name}`]
}

function* equation(name: string, { left, right }: { left: string; right: string }, view: GoalView): Iterable<Proposal> {
  const isVariable = (text: string) => view.variables.some((v) => v.name === text)
  if ((isVariable(left) && !mentions(right, left)) || (isVariable(right) && !mentions(left, right)))
    yield propose(WEIGHTS.good, `subst ${name}`)
  if (view.target.includes(left)) yield propose(WEIGHTS.fair, `rw [${name}]`)
  if (view.target.includes(right) && !/^\d+$/.test(right)) yield propose(WEIGHTS.rare, `rw [← ${name}]`)
  yield propose(WEIGHTS.rare, `simp [${name}]`)
  for (const other of view.facts)
    if (other.name !== name && other.type.includes(left)) yield propose(WEIGHTS.rare, `rw [${name}] at ${other.name}`)
}

function* universal(name: string, type: string): Iterable<Proposal> {
  yield propose(WEIGHTS.fair, `apply ${name}`)
  yield propose(WEIGHTS.fair, `exact ${name} _ ‹_›`)
  yield propose(WEIGHTS.fair, `simp [${name}]`)
  if (splitTop(type, ' = ').length > 1 || / = | ↔ /.test(type)) yield propose(WEIGHTS.fair, `rw [${name}]`)
}

/** Names for what `intro` can take off the target, in order; binders keep their own names where those are free. */
export function introNames(view: GoalView): string[] {
  const names: string[] = []
  const taken = new Set<string>()
  const fresh = (base: string) => {
    let name = view.fresh(base)
    for (let i = 1; taken.has(name); i++) name = view.fresh(`${base}_${i}`)
    taken.add(name)
    names.push(name)
  }
  for (let rest = stripOuter(view.target); names.length < 12; ) {
    const binder = /^∀ /.test(rest) ? rest : undefined
    const negation = rest.startsWith('¬')
    if (binder !== undefined) {
      const comma = commaAfterBinder(binder)
      const head = binder.slice(2, comma)
      for (const group of head.match(/[({⦃[][^()]*[)}⦄\]]|\S+(?: \S+)*/g) ?? []) {
        const bare = group.replace(/^[({⦃[]|[)}⦄\]]$/g, '').split(' : ')[0] as string
        const guard = /^(\S+) [<≤>≥∈] /.exec(bare)
        if (guard !== null) {
          fresh(guard[1] as string)
          fresh('h')
        } else for (const name of bare.split(' ')) if (/^[\p{L}_]/u.test(name)) fresh(name.replace(/✝.*/, ''))
      }
      rest = stripOuter(binder.slice(comma + 1))
    } else if (negation) {
      fresh('h')
      break
    } else {
      const arrow = splitTop(rest, ' → ')
      if (arrow.length > 1 && splitTop(rest, ' ↔ ').length === 1) {
        fresh('h')
        rest = stripOuter(rest.slice(rest.indexOf(' → ', (arrow[0] as string).length) + 3))
      } else {
        if (relation(rest)?.operator === '≠') fresh('h')
        break
      }
    }
  }
  return names
}

function commaAfterBinder(text: string): number {
  for (let at = 0; at < text.length; at++) {
    if ('([{⦃'.includes(text[at] as string)) at = closing(text.replaceAll('⦃', '{').replaceAll('⦄', '}'), at)
    else if (text[at] === ',') return at
  }
  return text.length
}

function* witnesses(view: GoalView): Iterable<Proposal> {
  const candidates = [
    ...view.variables.filter(({ sort }: Variable) => sort !== 'function').map(({ name }) => name),
    ...['0', '1', '2'],
    ...view.literals.map(String),
  ]
  for (const [i, witness] of [...new Set(candidates)].slice(0, 12).entries())
    yield propose(WEIGHTS.fair / (1 + i / 4), `refine ⟨${witness}, ?_⟩`)
  yield propose(WEIGHTS.fair, 'refine ⟨_, ?_⟩')
}
