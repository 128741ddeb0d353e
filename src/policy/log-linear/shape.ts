import type { ProofState } from '../../proof/proof-state.ts'
import { type GoalView, mentions } from '../baseline/goal-view.ts'
import { relation, splitTop, stripOuter } from '../baseline/term-text.ts'

/** The outermost form of a proposition: its relation or connective, else its first word. */
export function shapeOf(type: string): string {
  const text = stripOuter(type)
  if (/^[∀∃¬]/.test(text)) return text[0] as string
  for (const operator of [' ↔ ', ' → ', ' ∨ ', ' ∧ ']) if (splitTop(text, operator).length > 1) return operator.trim()
  const related = relation(text)
  if (related !== undefined) return related.operator
  return /^[\p{L}_][\p{L}\p{N}_.'₀-₉]*/u.exec(text)?.[0] ?? text.slice(0, 1)
}

/** Symbols and dotted names in a text; variables and single letters tell nothing across theorems. */
export function symbolsOf(text: string): Set<string> {
  return new Set(
    text.match(/[+*/%^∣∧∨¬↔→∀∃≤<≥>≠∈∘⁻&|:-]{1,3}|\+\+|::|[\p{L}_]\w*\.[\p{L}\w.'!?]+|\b[A-Z]\w*|\b0\b|\b1\b/gu) ?? [],
  )
}

/** What a first goal is like: the words that features of the state are made of. */
export function goalWords(view: GoalView, state: ProofState): string[] {
  const { target, facts, variables, waiting, inaccessible, constants } = view
  const few = (count: number) => Math.min(count, 4)
  const words = [
    'always',
    `target ${shapeOf(target)}`,
    `facts ${few(facts.length)}`,
    `waiting ${few(waiting)}`,
    `size ${Math.min(6, Math.floor(Math.log2(target.length + 1)))}`,
  ]
  if (inaccessible > 0) words.push('inaccessible')
  if (!variables.some(({ name }) => mentions(target, name))) words.push('closed')
  const caseName = /^case (\S+)/.exec(state.goals[0]?.text ?? '')?.[1]
  if (caseName !== undefined) words.push(`case ${caseName.split('.').at(-1)}`)
  for (const sort of new Set(variables.map((v) => v.sort))) words.push(`has ${sort}`)
  // Types have words of their own: `x : BitVec w` says more than that there is some other thing.
  for (const head of new Set(variables.flatMap(({ type }) => typeHead(type) ?? []))) words.push(`type ${head}`)
  for (const shape of new Set(facts.map(({ type }) => shapeOf(type)))) words.push(`fact ${shape}`)
  if ([...facts, ...variables].some(({ type }) => type === target)) words.push('target is a fact')
  const related = relation(target)
  if (related !== undefined) {
    const [left, right] = [related.left, related.right]
    words.push(`left ${headOf(left, view)}`, `right ${headOf(right, view)}`)
    if (left === right) words.push('both sides equal')
  }
  for (const symbol of symbolsOf(target)) words.push(`target has ${symbol}`)
  for (const constant of constants) words.push(`constant ${constant}`)
  return words
}

/** The first word of a type, or of what functions of that type give; none for types that are variables themselves. */
function typeHead(type: string): string | undefined {
  return /^[\p{Lu}ℕℤℚℝℂ][\p{L}\d_.]*/u.exec(stripOuter(splitTop(type, ' → ').at(-1) as string))?.[0]
}

function headOf(text: string, view: GoalView): string {
  const inner = stripOuter(text)
  if (/^\d+$/.test(inner)) return '#'
  if (view.variables.some(({ name }) => name === inner)) return 'variable'
  for (const operator of [' + ', ' - ', ' * ', ' / ', ' % ', ' ^ ', ' ++ ', ' :: '])
    if (splitTop(inner, operator).length > 1) return operator.trim()
  const first = /^[^\s]+/.exec(inner)?.[0] ?? ''
  const dotted = first.indexOf('.')
  return dotted > 0 && view.variables.some(({ name }) => name === first.slice(0, dotted))
    ? first.slice(dotted)
    : first.length === 1
      ? 'application'
      : first
}
