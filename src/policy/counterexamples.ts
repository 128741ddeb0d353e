import type { ProofState } from '../proof/proof-state.ts'
import { evaluate } from './baseline/evaluate.ts'
import { firstGoal, type GoalView, type Variable } from './baseline/goal-view.ts'

/** A value for each of a statement's variables, as terms of Lean. */
export type Assignment = readonly { readonly name: string; readonly value: string }[]
/** A counterexample that may be one; `isLikely` where our own arithmetic says so. */
export type Guess = { readonly values: Assignment; readonly isLikely: boolean }

/** Numbers tried for a variable where our own arithmetic decides, by how many variables there are. */
const RANGES = [0, 2000, 60, 16, 7, 4]
/** Guesses that Lean is asked about. */
const MOST_GUESSES = 48
const MOST_LIKELY = 4

/**
 * Small values at which a statement may fail. Where it is plain arithmetic, it is evaluated at all small values, and
 * only those are given at which it is false; else values for Lean to decide about. `state` is the theorem's first one.
 */
export function guesses(state: ProofState): Guess[] {
  const view = firstGoal(state)
  if (view === undefined || view.inaccessible > 0 || state.goals.length !== 1) return []
  const known = evaluated(view)
  if (known !== undefined) return known
  return combinations(view.variables.map((variable) => termsFor(variable, view)))
    .slice(0, MOST_GUESSES)
    .map((values) => ({
      values: values.map((value, i) => ({ name: (view.variables[i] as Variable).name, value })),
      isLikely: false,
    }))
}

/** Undefined where the statement cannot be read as arithmetic of whole numbers. */
function evaluated(view: GoalView): Guess[] | undefined {
  const { variables, facts, target } = view
  const natural = variables.every(({ sort }) => sort === 'nat')
  if (!variables.every(({ sort }) => sort === 'nat' || sort === 'int')) return undefined
  // Natural subtraction among integers is not told apart.
  if (
    !natural &&
    variables.some(({ sort }) => sort === 'nat') &&
    /-|\//.test([target, ...facts.map((f) => f.type)].join())
  )
    return undefined
  if (variables.length >= RANGES.length) return undefined
  const texts = facts.map(({ type }) => type)
  const largest = RANGES[variables.length] as number
  const numbers = variables.map(({ sort }) => {
    const up = Array.from({ length: largest + 1 }, (_, n) => BigInt(n))
    return sort === 'nat' ? up : up.flatMap((n) => (n === 0n ? [n] : [n, -n])).slice(0, largest + 1)
  })
  const isNatural = natural && !/\bInt\b|ℤ|↑/.test([target, ...texts].join())
  const found: Guess[] = []
  let readable = false
  for (const values of products(numbers)) {
    const at = new Map(values.map((value, i) => [(variables[i] as Variable).name, value]))
    const holds = texts.map((text) => evaluate(text, at, isNatural))
    if (holds.some((value) => value === false)) {
      readable = true
      continue
    }
    const truth = evaluate(target, at, isNatural)
    if (truth === undefined || holds.some((value) => value !== true)) continue
    readable = true
    if (truth !== false) continue
    found.push({
      isLikely: true,
      values: values.map((value, i) => ({
        name: (variables[i] as Variable).name,
        value: value < 0n ? `(${value})` : String(value),
      })),
    })
    if (found.length >= MOST_LIKELY) break
  }
  return readable ? found : undefined
}

function termsFor({ sort, type }: Variable, view: GoalView): readonly string[] {
  const numerals = view.literals
    .filter((n) => n < 10_000n)
    .slice(0, 3)
    .map(String)
  switch (sort) {
    case 'nat':
      return [...new Set(['0', '1', '2', '3', ...numerals, '5'])]
    case 'int':
      return [...new Set(['0', '1', '(-1)', '2', '(-2)', ...numerals])]
    case 'list': {
      const element = type.replace(/^(List|Array) /, '')
      if (type.startsWith('Array')) return ['#[]']
      return /^(Nat|Int|ℕ|ℤ)$/.test(element) || view.variables.some((v) => v.name === element)
        ? ['[]', '[0]', '[0, 1]', '[1, 0]', '[0, 0]']
        : ['[]']
    }
    case 'function':
      if (/→ Prop$/.test(type)) return ['(fun _ => False)', '(fun _ => True)', '(fun n => n = 0)']
      if (/→ Bool$/.test(type)) return ['(fun _ => false)', '(fun _ => true)']
      return ['(fun _ => 0)', '(fun n => n)', '(fun _ => 1)', '(fun n => n + 1)']
    default:
      if (/^(Type|Sort)/.test(type)) return ['Nat']
      if (type === 'Prop') return ['False', 'True']
      if (type === 'Bool') return ['false', 'true']
      if (/^Fin /.test(type)) return ['0', '1']
      if (/^Option /.test(type)) return ['none', '(some 0)']
      if (/^(String|Char)$/.test(type)) return type === 'String' ? ['""', '"a"'] : ["'a'"]
      return view.variables.some((v) => v.name === type && /^(Type|Sort)/.test(v.type)) ? ['0', '1'] : ['_']
  }
}

function combinations(lists: readonly (readonly string[])[]): string[][] {
  const all = [...products(lists, 4 * MOST_GUESSES)]
  // Those with small values everywhere come first.
  const size = (values: readonly string[]) =>
    values.reduce((sum, value, i) => sum + (lists[i] as readonly string[]).indexOf(value), 0)
  return all.sort((a, b) => size(a) - size(b))
}

/** Every choice of one element of each list, the last list fastest; `most` of them. */
function* products<T>(lists: readonly (readonly T[])[], most = 20_000): Iterable<T[]> {
  const total = lists.reduce((product, list) => product * list.length, 1)
  for (let n = 0; n < Math.min(total, most); n++) {
    // By diagonals for two or more lists would be fairer; mixed radix is enough for ranges this small.
    let rest = n
    const choice: T[] = new Array(lists.length)
    for (let i = lists.length - 1; i >= 0; i--) {
      const list = lists[i] as readonly T[]
      choice[i] = list[rest % list.length] as T
      rest = Math.floor(rest / list.length)
    }
    yield choice
  }
}

/** The proofs of `¬ ∀ …` that a guess stands for: the statement is applied to the values, and what is left is decided. */
export function refutingTactics({ values }: Guess): string[] {
  const applied =
    values.length === 0 ? 'h' : `(h ${values.map(({ name, value }) => `(${name} := ${value})`).join(' ')})`
  const instance = `intro h\nhave hc := ${applied}`
  return [
    `intro h\nexact absurd ${applied} (by decide +kernel)`,
    `${instance}\nsimp at hc`,
    `${instance}\ngrind`,
    `${instance}\nrevert hc\nsimp <;> omega`,
  ]
}

/** `n = 1, k = 0`; variables that no part of the statement mentions are left out. */
export function assignmentText(values: Assignment): string {
  return values
    .filter(({ value }) => value !== '_')
    .map(({ name, value }) => `${name} = ${value.replace(/^\((-?\d+)\)$/, '$1')}`)
    .join(', ')
}
