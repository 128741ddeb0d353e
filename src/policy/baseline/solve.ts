import { evaluate } from './evaluate.ts'
import { type GoalView, mentions, type Variable, variablesIn } from './goal-view.ts'
import { remainderCases } from './modular.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation } from './term-text.ts'

/** Whole numbers among which roots and witnesses are looked for. */
const ROOT_RANGE = 300n
const WITNESS_CASES = 40_000
const MODULI = [3n, 4n, 5n, 7n, 8n, 9n, 11n, 13n, 16n]

/** Steps that rest on numbers found by our own arithmetic, and are then proved: roots, witnesses, moduli, divisors. */
export function* solutionsByTrial(view: GoalView): Iterable<Proposal> {
  yield* roots(view)
  yield* existentialWitnesses(view)
  yield* unsolvableModulo(view)
  yield* divisors(view)
}

/** A polynomial equation in one integer: where it has two roots, it is the product of `x - a` and `x - b`. */
function* roots(view: GoalView): Iterable<Proposal> {
  for (const { name, type } of view.facts) {
    const variables = variablesIn(view, type, 'nat', 'int')
    const [x] = variables
    if (x === undefined || variables.length !== 1 || relation(type)?.operator !== '=') continue
    if (!new RegExp(`${x.name} \\^ 2|${x.name} \\* ${x.name}`, 'u').test(type)) continue
    const natural = x.sort === 'nat'
    const found: bigint[] = []
    for (let v = natural ? 0n : -ROOT_RANGE; v <= ROOT_RANGE && found.length < 3; v++)
      if (evaluate(type, new Map([[x.name, v]]), natural) === true) found.push(v)
    const text = (v: bigint) => (v < 0n ? `(${v})` : String(v))
    const h = view.fresh('hf')
    const [a, b = a] = found
    if (a === undefined || b === undefined || found.length > 2) continue
    if (natural) {
      // One root: on either side of it the equation fails.
      yield propose(
        WEIGHTS.good,
        `have ${h} : ${x.name} = ${a} := by\n  rcases Nat.lt_trichotomy ${x.name} ${a} with hlt | heq | hgt\n  · exfalso\n    have hm := Nat.mul_le_mul (Nat.le_sub_one_of_lt hlt) (Nat.le_sub_one_of_lt hlt)\n    grind\n  · exact heq\n  · exfalso\n    have hm := Nat.mul_le_mul (Nat.succ_le_of_lt hgt) (Nat.succ_le_of_lt hgt)\n    grind`,
      )
      continue
    }
    const factors = `(${x.name} - ${text(a)}) * (${x.name} - ${text(b)}) = 0`
    const split = `have ${h} : ${factors} := by grind\nrcases Int.mul_eq_zero.mp ${h} with ${h} | ${h}`
    yield propose(WEIGHTS.likely, `${split} <;> omega`)
    yield propose(WEIGHTS.fair, split)
    yield propose(WEIGHTS.fair, `have ${h} := ${name}\n${split} <;> grind`)
  }
}

/** `∃ x y, …` about numbers alone: witnesses that make it true. */
function* existentialWitnesses({ target, variables }: GoalView): Iterable<Proposal> {
  const match = /^∃ ([\p{L}][^,:]*?)(?: : (ℕ|ℤ|Nat|Int))?, (.*)$/su.exec(target)
  if (match === null || /[∃∀]/.test(match[3] as string)) return
  const names = (match[1] as string).split(' ')
  const body = match[3] as string
  if (names.length > 3 || variables.some(({ name }) => mentions(body, name))) return
  const isInt = /^(ℤ|Int)$/.test(match[2] ?? '')
  const side = Math.min(200, Math.floor(WITNESS_CASES ** (1 / names.length)))
  const at = (n: number) => BigInt(isInt ? (n % 2 === 0 ? n / 2 : -(n + 1) / 2) : n)
  for (let n = 0; n < side ** names.length; n++) {
    const values = names.map((_, i) => at(Math.floor(n / side ** i) % side))
    if (evaluate(body, new Map(names.map((name, i) => [name, values[i] as bigint])), !isInt) !== true) continue
    const given = values.map((v) => (v < 0n ? `(${v})` : String(v))).join(', ')
    yield propose(WEIGHTS.sure, `exact ⟨${given}, by decide⟩`)
    yield propose(WEIGHTS.fair, `refine ⟨${given}, ?_⟩`)
    return
  }
}

/** An equation that no remainders modulo m satisfy cannot hold: all remainders are gone through. */
function* unsolvableModulo(view: GoalView): Iterable<Proposal> {
  const negated = relation(view.target)?.operator === '≠' ? view.target.replace(' ≠ ', ' = ') : undefined
  const equations = [
    ...(negated === undefined ? [] : [{ name: view.fresh('heq'), type: negated }]),
    ...(view.target === 'False' ? view.facts.filter(({ type }) => relation(type)?.operator === '=') : []),
  ]
  for (const { name, type } of equations) {
    const numbers = variablesIn(view, type, 'nat', 'int')
    if (numbers.length === 0 || numbers.length > 2 || !/\^|\*/.test(type) || / - |\/|%/.test(type)) continue
    if (new Set(numbers.map(({ sort }) => sort)).size > 1) continue
    const modulus = MODULI.find((m) => (numbers.length === 1 || m <= 9n) && !hasSolution(type, numbers, m))
    if (modulus === undefined) continue
    const related = relation(type)
    if (related === undefined) continue
    const space = numbers[0]?.sort === 'int' ? 'Int' : 'Nat'
    const [hm, hr] = [view.fresh('hm'), view.fresh('hr')]
    const splits = numbers.map((v, i) => remainderCases(v.name, Number(modulus), `${hr}${i}`))
    const lemmas = `${space}.pow_succ, ${space}.mul_${space === 'Int' ? 'e' : ''}mod, ${space}.add_${space === 'Int' ? 'e' : ''}mod`
    const known = numbers.map((_, i) => `${hr}${i}`).join(', ')
    yield propose(
      WEIGHTS.likely,
      [
        ...(negated === undefined ? [] : [`intro ${name}`]),
        `have ${hm} : (${related.left}) % ${modulus} = (${related.right}) % ${modulus} := by rw [${name}]`,
        `${splits.join(' <;> ')} <;> simp [${lemmas}, ${known}] at ${hm}`,
      ].join('\n'),
    )
  }
}

function hasSolution(equation: string, numbers: readonly Variable[], modulus: bigint): boolean {
  const related = relation(equation)
  if (related === undefined) return true
  const difference = `(${related.left}) - (${related.right})`
  const count = Number(modulus) ** numbers.length
  for (let n = 0; n < count; n++) {
    const values = numbers.map(({ name }, i) => [name, BigInt(Math.floor(n / Number(modulus) ** i)) % modulus] as const)
    const value = evaluate(difference, new Map(values), false)
    if (typeof value !== 'bigint' || value % modulus === 0n) return true
  }
  return false
}

/** `x * y = c` of natural numbers: x divides c, so it is one of finitely many. */
function* divisors(view: GoalView): Iterable<Proposal> {
  for (const { name, type } of view.facts) {
    const match = /^([\p{L}][\p{L}\p{N}_'₀-₉]*) \* ([\p{L}][\p{L}\p{N}_'₀-₉]*) = (\d+)$/u.exec(type)
    if (match === null) continue
    const [, x, y, product] = match as unknown as [string, string, string, string]
    const c = Number(product)
    if (c === 0 || c > 400 || x === y) continue
    if (![x, y].every((v) => view.variables.some(({ name, sort }) => name === v && sort === 'nat'))) continue
    const all = Array.from({ length: c }, (_, i) => i + 1).filter((k) => c % k === 0)
    const [hd, hx] = [view.fresh('hd'), view.fresh('hx')]
    const cases = all.map((k) => `k = ${k}`).join(' ∨ ')
    yield propose(
      WEIGHTS.good,
      [
        `have ${hd} : ${x} ∣ ${c} := ⟨${y}, ${name}.symm⟩`,
        `have ${hx} := (by decide : ∀ k, k < ${c + 1} → k ∣ ${c} → ${cases}) ${x} (Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) ${hd})) ${hd}`,
        `rcases ${hx} with ${all.map(() => 'rfl').join(' | ')} <;> first | omega | simp_all <;> omega`,
      ].join('\n'),
    )
  }
}
