import { type GoalView, variablesIn } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { gcd, linearFactors } from './quadratic.ts'
import { affineText, polynomial } from './squares.ts'
import { argument, type Relation, relation } from './term-text.ts'

/** Beyond these there are too many divisors to go through. */
const LARGEST_PRODUCT = 400n
const MOST_DIVISORS = 16

/** Equations that come apart: into factors of a numeral, into factors of zero, into equal powers. */
export function* factors(view: GoalView): Iterable<Proposal> {
  for (const { name, type } of view.facts) {
    const fact = relation(type)
    if (fact?.operator !== '=') continue
    yield* equalPowers(view, name, type)
    const unknowns = variablesIn(view, type, 'int', 'nat')
    // Subtraction of natural numbers stops at 0.
    if (unknowns.some(({ sort }) => sort === 'nat') && type.includes(' - ')) continue
    if (new Set(unknowns.map(({ sort }) => sort)).size > 1) continue
    const difference = polynomial(`(${fact.left}) - (${fact.right})`, unknowns)
    if (difference === undefined) continue
    const cast = unknowns.some(({ sort }) => sort === 'nat')
    const names = unknowns.map((v) => (cast ? `(${v.name} : Int)` : v.name))
    const casting = cast
      ? [
          castLine(
            view,
            name,
            fact,
            unknowns.map((v) => v.name),
          ),
        ]
      : []
    if (unknowns.length === 1) {
      const found = linearFactors(difference)
      if (found === undefined || cast) continue
      const h = view.fresh('hf')
      const [left, right] = found.map((form) => argument(affineText(form, names)))
      const split = `have ${h} : ${left} * ${right} = 0 := by grind\nrcases Int.mul_eq_zero.mp ${h} with ${h} | ${h}`
      yield propose(WEIGHTS.good, `${split} <;> omega`)
    } else if (unknowns.length === 2) {
      const [[xx, c, y = 0n] = [], [, yy, x = 0n] = [], [, , twice = 0n] = []] = difference
      // c x y + y' x + x' y + k = 0, where a factor has the other's coefficient.
      if (xx !== 0n || yy !== 0n || c === undefined || c === 0n) continue
      const [gx, gy] = [gcd(c, x), gcd(c, y)]
      const product = x * y - (c * twice) / 2n
      if (product % (gx * gy) !== 0n) continue
      const first = argument(affineText([c / gx, x / gx], [names[0] as string]))
      const second = argument(affineText([c / gy, y / gy], [names[1] as string]))
      yield* factorsOf(view, casting, first, second, product / (gx * gy))
    }
  }
}

/** `first * second = product`: the divisors of the product are gone through, with both signs. */
function* factorsOf(
  view: GoalView,
  casting: readonly string[],
  first: string,
  second: string,
  product: bigint,
): Iterable<Proposal> {
  const [hf, hd, hx, hv, hs] = ['hf', 'hd', 'hx', 'hv', 'hs'].map((base) => view.fresh(base)) as [
    string,
    string,
    string,
    string,
    string,
  ]
  const head = [...casting, `have ${hf} : ${first} * ${second} = ${product} := by grind`]
  if (product === 0n) {
    yield propose(
      WEIGHTS.good,
      [...head, `rcases Int.mul_eq_zero.mp ${hf} with ${hf} | ${hf} <;> first | omega | grind`].join('\n'),
    )
    return
  }
  const size = product < 0n ? -product : product
  if (size > LARGEST_PRODUCT) return
  const divisors = Array.from({ length: Number(size) }, (_, i) => i + 1).filter((k) => Number(size) % k === 0)
  if (divisors.length > MOST_DIVISORS) return
  const cases = divisors.map((k) => `k = ${k}`).join(' ∨ ')
  const lines = [
    ...head,
    `have ${hd} : ${first}.natAbs ∣ ${size} := Int.natAbs_dvd_natAbs.mpr ⟨${second}, ${hf}.symm⟩`,
    `have ${hx} := (by decide : ∀ k, k < ${size + 1n} → k ∣ ${size} → ${cases}) _ (Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) ${hd})) ${hd}`,
    // One divisor is no case.
    `${divisors.length === 1 ? `have ${hv} := ${hx}\n` : `rcases ${hx} with ${divisors.map(() => hv).join(' | ')} <;> `}rcases Int.natAbs_eq ${first} with ${hs} | ${hs} <;> rw [${hv}] at ${hs} <;> rw [${hs}] at ${hf}`,
  ]
  yield propose(WEIGHTS.good, `${lines.join('\n')} <;> first | omega | grind`)
  yield propose(WEIGHTS.fair, `${lines.join('\n')} <;> try omega`)
}

/** An equation of natural numbers as one of integers. */
function castLine(view: GoalView, name: string, { left, right }: Relation, names: readonly string[]): string {
  const cast = (text: string) =>
    names.reduce(
      (sum, v) =>
        sum.replace(
          new RegExp(
            `(?<![\\p{L}\\p{N}_'₀-₉.(])${v}(?![\\p{L}\\p{N}_'₀-₉])|(?<=\\()${v}(?![\\p{L}\\p{N}_'₀-₉ ]* :)(?![\\p{L}\\p{N}_'₀-₉])`,
            'gu',
          ),
          `(${v} : Int)`,
        ),
      text,
    )
  return `have ${view.fresh('hc')} : ${cast(left)} = ${cast(right)} := by exact_mod_cast ${name}`
}

/** `x ^ 3 = 1000` and `2 ^ x = 8` of natural numbers: there is one such x. */
function* equalPowers(view: GoalView, name: string, type: string): Iterable<Proposal> {
  const [, base, exponent, value] = /^(\S+) \^ (\S+) = (\d+)$/.exec(type) ?? []
  if (base === undefined || exponent === undefined || value === undefined) return
  const isNat = (text: string) => view.variables.some((v) => v.name === text && v.sort === 'nat')
  const isNumeral = (text: string) => /^\d{1,4}$/.test(text)
  const [target, he] = [BigInt(value), view.fresh('he')]
  if (isNat(base) && isNumeral(exponent) && Number(exponent) >= 2) {
    let root = 0n
    while (root < 5000n && root ** BigInt(exponent) < target) root++
    if (root ** BigInt(exponent) !== target) return
    const strict = (h: string) => `    have hp := Nat.pow_lt_pow_left ${h} (show ${exponent} ≠ 0 by decide)\n    omega`
    yield propose(
      WEIGHTS.good,
      `have ${he} : ${base} = ${root} := by\n  rcases Nat.lt_trichotomy ${base} ${root} with hlt | heq | hgt\n  ·\n${strict('hlt')}\n  · exact heq\n  ·\n${strict('hgt')}`,
    )
  } else if (isNumeral(base) && Number(base) >= 2 && isNat(exponent)) {
    let power = 0
    while (power < 400 && BigInt(base) ** BigInt(power) < target) power++
    if (BigInt(base) ** BigInt(power) !== target) return
    yield propose(
      WEIGHTS.good,
      `have ${he} : ${exponent} = ${power} := (Nat.pow_right_inj (show 1 < ${base} by decide)).mp (${name}.trans (by decide : ${value} = ${base} ^ ${power}))`,
    )
  }
}
