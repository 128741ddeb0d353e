import { type Goal, type Hypothesis, type ProofState, parseGoal } from '../../proof/proof-state.ts'
import { splitTop, stripOuter } from './term-text.ts'

/** What a hypothesis's name stands for, as far as its printed type tells. */
export type Variable = Hypothesis & {
  readonly sort: 'nat' | 'int' | 'rat' | 'real' | 'complex' | 'list' | 'function' | 'other'
}

/**
 * A goal as the tactic generators see it: Lean's own print, taken apart by shape. Nothing here is elaborated, so a
 * generator may be wrong about a goal; then Lean refuses its tactic and no harm is done.
 */
export type GoalView = {
  readonly target: string
  /** Data: numbers, lists, functions, types. Accessible names only. */
  readonly variables: readonly Variable[]
  /** Propositions. Accessible names only. */
  readonly facts: readonly Hypothesis[]
  /** Whether some hypothesis has a name that cannot be written. */
  readonly inaccessible: number
  /** Decimal numerals in the goal, small first, no repeats. */
  readonly literals: readonly bigint[]
  readonly constants: ReadonlySet<string>
  /** Goals that wait behind this one. */
  readonly waiting: number
  /** A name no hypothesis has: `base`, else `base1`, `base2`, … */
  fresh(base: string): string
}

/** Words that a type of data begins with, which a predicate applied to something would look like. */
const DATA_TYPE =
  /^(Type|Sort|List|Array|Vector|BitVec|Fin|Option|Except|Prod|Sum|PProd|PSum|Subtype|Sigma|Char|String|Set|Multiset|Finset|Fintype|Matrix|Polynomial|Quotient|Thunk|Subarray|Decidable\w*|BEq|Hashable|Inhabited|Ord|Monad|ByteArray|(Std\.)?(Ext)?(D?Hash|D?Tree)(Map|Set)(\.\w+)*)\b/

const RELATION = /[=≠≤<≥>∣↔∧∨¬∃∀∈⊆]|\bTrue\b|\bFalse\b/
const SORTS: readonly (readonly [RegExp, Variable['sort']])[] = [
  [/^(ℕ|Nat)$/, 'nat'],
  [/^(ℤ|Int)$/, 'int'],
  [/^(ℚ|Rat)$/, 'rat'],
  [/^(ℝ|Real)$/, 'real'],
  [/^(ℂ|Complex)$/, 'complex'],
  [/^(List|Array) /, 'list'],
  [/→/, 'function'],
]

export function viewGoal(goal: Goal, waiting = 0): GoalView {
  const { hypotheses, target } = parseGoal(goal.text)
  const accessible = hypotheses.filter(({ name }) => !name.includes('✝'))
  const propositions = new Set(accessible.filter(({ type }) => type === 'Prop').map(({ name }) => name))
  const isFact = ({ type }: Hypothesis) =>
    !isData(type) &&
    (RELATION.test(type) ||
      /^(Even|Odd|Nat\.Coprime)\b|\.(Coprime|Nodup|Pairwise)\b/.test(type) ||
      proves(type, propositions))
  const names = new Set(hypotheses.map(({ name }) => name))
  const texts = [target, ...hypotheses.map(({ type }) => type)]
  const numerals = new Set(texts.join(' ').match(/(?<![\w.₀-₉'])\d+(?![\w'])/g) ?? [])
  return {
    target,
    variables: accessible
      .filter((h) => !isFact(h))
      .map((h) => ({ ...h, type: value(h.type), sort: sortOf(value(h.type)) })),
    facts: accessible.filter(isFact),
    inaccessible: hypotheses.length - accessible.length,
    literals: [...numerals].map(BigInt).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    constants: new Set(goal.constants),
    waiting,
    fresh(base) {
      for (let i = 0; ; i++) {
        const name = i === 0 ? base : `${base}${i}`
        if (!names.has(name)) return name
      }
    },
  }
}

/** Tactics work on the first goal; the others wait. Undefined where none is left. */
export function firstGoal({ goals }: ProofState): GoalView | undefined {
  const [goal] = goals
  return goal === undefined ? undefined : viewGoal(goal, goals.length - 1)
}

/** Variables of a sort that occur in a text. */
export function variablesIn(view: GoalView, text: string, ...sorts: Variable['sort'][]): Variable[] {
  return view.variables.filter((v) => sorts.includes(v.sort) && mentions(text, v.name))
}

/** Whether a name occurs in a text as a whole word. */
export function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' '
    const after = text[at + name.length] ?? ' '
    if (!WORD.test(before) && !WORD.test(after)) return true
  }
  return false
}
const WORD = /[\p{L}\p{N}_'₀-₉✝!?]/u

/** Whether a printed type is one of data, of functions into data or of types: whatever it is made of, it is no proposition. */
function isData(type: string): boolean {
  if (/^[∀∃¬]/.test(type)) return false
  const result = stripOuter(splitTop(value(type), ' → ').at(-1) as string)
  return (
    DATA_TYPE.test(result) &&
    [' = ', ' ≠ ', ' ∈ ', ' ∧ ', ' ∨ ', ' ↔ '].every((op) => splitTop(result, op).length === 1)
  )
}

/** A `let` variable is printed as `T := value`. */
function value(type: string): string {
  return type.split(' := ')[0] as string
}

function sortOf(type: string): Variable['sort'] {
  return SORTS.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'
}

/** `p`, `p → q`: a proposition made of variables of type Prop, or a predicate applied to something. */
function proves(type: string, propositions: ReadonlySet<string>): boolean {
  const last = stripOuter(splitTop(type, ' → ').at(-1) as string)
  return propositions.has(last.split(' ')[0] as string) || /^[A-Zp-s]\w* [a-z0-9(]/.test(last)
}
