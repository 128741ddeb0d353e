import { ranges } from './bounds.ts'
import { evaluate } from './evaluate.ts'
import { type GoalView, mentions, variablesIn } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { argument, powers, relation, splitTop, stripOuter } from './term-text.ts'

const LARGEST_MODULUS = 40n

/** Remainders and divisibility: case analysis by remainder, periodic powers, and common divisors. */
export function* modularSteps(view: GoalView): Iterable<Proposal> {
  const text = [view.target, ...view.facts.map(({ type }) => type)].join(' ; ')
  const moduli = [
    ...new Set([...text.matchAll(/% (\d+)|(?<![\w.])(\d+) ∣/g)].map((m) => BigInt(m[1] ?? (m[2] as string)))),
  ]
  for (const modulus of moduli.filter((m) => m >= 2n && m <= LARGEST_MODULUS).slice(0, 3)) {
    yield* residues(view, modulus)
    yield* periodicPowers(view, text, modulus)
  }
  yield* knownResidues(view)
  yield* factResidues(view, moduli.map(Number))
  yield* boundedDivisors(view)
  yield* commonDivisors(view)
  const related = relation(view.target)
  if (related?.operator === '∣') {
    const int = variablesIn(view, view.target, 'int').length > 0
    yield propose(WEIGHTS.rare, int ? 'apply Int.dvd_of_emod_eq_zero' : 'apply Nat.dvd_of_mod_eq_zero')
  }
}

/** Lemmas that take remainders of sums, products and powers apart. */
const INT_REMAINDERS = 'Int.pow_succ, Int.mul_emod, Int.add_emod, Int.sub_emod'
const NAT_REMAINDERS = 'Nat.pow_succ, Nat.mul_mod, Nat.add_mod'

/** A case for each remainder that a term leaves; each calls it `h`. */
export function remainderCases(term: string, modulus: number, h: string): string {
  const cases = Array.from({ length: modulus }, (_, r) => `${term} % ${modulus} = ${r}`).join(' ∨ ')
  return `rcases (by omega : ${cases}) with ${Array.from({ length: modulus }, () => h).join(' | ')}`
}

/** A polynomial modulo m depends on the remainders of its variables only. */
function* residues(view: GoalView, modulus: bigint): Iterable<Proposal> {
  const numbers = variablesIn(view, view.target, 'nat', 'int')
  if (numbers.length === 0 || numbers.length > 2) return
  if (numbers.length === 2 && modulus > 8n) return
  const int = numbers.some((v) => v.sort === 'int')
  const lemmas = int ? INT_REMAINDERS : NAT_REMAINDERS
  const divided = relation(view.target)
  // Subtraction of natural numbers has no remainder lemma of its own: both sides have to leave the same.
  const difference = !int && divided !== undefined && splitTop(stripOuter(divided.right), ' - ').length === 2
  const asRemainder =
    divided?.operator === '∣'
      ? `apply ${int ? 'Int.dvd_of_emod_eq_zero' : 'Nat.dvd_of_mod_eq_zero'}\n${difference ? 'apply Nat.sub_mod_eq_zero_of_mod_eq\n' : ''}`
      : ''
  const negated = /^¬\d+ ∣/.test(view.target)
    ? `rw [${int ? 'Int.dvd_iff_emod_eq_zero' : 'Nat.dvd_iff_mod_eq_zero'}]\n`
    : ''
  const names: string[] = []
  const splits = numbers.map((v) => {
    const h = view.fresh(`hr${v.name}`)
    names.push(h)
    return remainderCases(v.name, Number(modulus), h)
  })
  const head = `${asRemainder}${negated}`
  yield propose(
    WEIGHTS.good / Number(modulus) ** 0.5,
    `${head}${splits.join(' <;> ')} <;> simp [${lemmas}, ${names.join(', ')}]`,
  )
  // Remainders that the hypotheses rule out are closed first.
  if (view.facts.length > 0)
    yield propose(
      WEIGHTS.good / Number(modulus) ** 0.5,
      `${head}${splits.join(' <;> ')} <;> first | omega | simp [${lemmas}, ${names.join(', ')}] | simp_all [${lemmas}]`,
    )
  yield propose(WEIGHTS.fair / Number(modulus) ** 0.5, splits.join(' <;> '))
}

/** What a polynomial fact says modulo m, remainder by remainder: `3 ∣ n ^ 2` leaves only `n % 3 = 0`, `x ^ 2 % 4 = 2` nothing. */
function* factResidues(view: GoalView, moduli: readonly number[]): Iterable<Proposal> {
  for (const { name, type } of view.facts) {
    if (!/\^|[\p{L}\d)₀-₉'] \* [\p{L}(]/u.test(type) || /\//.test(type)) continue
    const fact = relation(type)
    const own = variablesIn(view, type, 'nat', 'int')
    const int = own.some((v) => v.sort === 'int')
    if (fact === undefined || own.length === 0 || (!int && type.includes(' - '))) continue
    const wanted = own.filter((v) => mentions(view.target, v.name))
    const split = wanted.length > 0 ? wanted : own
    const said = fact.operator === '=' ? /^(.*) % (\d+)$/s.exec(fact.left) : null
    for (const m of moduli.filter((k) => k >= 2 && k ** split.length <= 64 && split.length <= 2).slice(0, 3)) {
      const h = view.fresh('hm')
      const line =
        fact.operator === '∣' && fact.left === String(m)
          ? `have ${h} := ${int ? 'Int.emod_eq_zero_of_dvd' : 'Nat.mod_eq_zero_of_dvd'} ${name}`
          : said?.[2] === String(m)
            ? `have ${h} := ${name}`
            : fact.operator === '=' && !type.includes('%')
              ? `have ${h} : (${fact.left}) % ${m} = (${fact.right}) % ${m} := by rw [${name}]`
              : undefined
      if (line === undefined) continue
      const names = split.map((v) => view.fresh(`hr${v.name}`))
      const cases = split.map((v, i) => remainderCases(v.name, m, names[i] as string))
      const lemmas = int ? INT_REMAINDERS : 'Nat.pow_mod, Nat.mul_mod, Nat.add_mod'
      yield propose(
        WEIGHTS.good,
        `${line}\n${cases.join(' <;> ')} <;> first | omega | (simp [${lemmas}, ${names.join(', ')}] at ${h} <;> omega)`,
      )
    }
  }
}

/** A natural number that divides a numeral is at most that. */
function* boundedDivisors(view: GoalView): Iterable<Proposal> {
  const bounded = new Set(ranges(view).map(({ variable }) => variable.name))
  for (const { name, type } of view.facts) {
    const [, divisor, numeral] = /^(\S+) ∣ (\d+)$/.exec(type) ?? []
    const [, whole, by] = /^(\d+) % (\S+) = 0$/.exec(type) ?? []
    const [variable, most] = [divisor ?? by, numeral ?? whole]
    if (variable === undefined || most === undefined || bounded.has(variable) || most === '0') continue
    if (!view.variables.some((v) => v.name === variable && v.sort === 'nat')) continue
    const divides = numeral === undefined ? `(Nat.dvd_of_mod_eq_zero ${name})` : name
    yield propose(
      WEIGHTS.good,
      `have ${view.fresh('hle')} : ${variable} < ${BigInt(most) + 1n} := Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) ${divides})`,
    )
    bounded.add(variable)
  }
}

/** `x % m = r` is known: computes with it. */
function* knownResidues(view: GoalView): Iterable<Proposal> {
  if (!/%|∣/.test(view.target)) return
  const known = view.facts.filter(({ type }) => /^\S+ % \d+ = \d+$/.test(type)).map(({ name }) => name)
  if (known.length === 0) return
  const int = variablesIn(view, view.target, 'int').length > 0
  const lemmas = int ? INT_REMAINDERS : NAT_REMAINDERS
  yield propose(WEIGHTS.good, `simp [${lemmas}, ${known.join(', ')}]`)
  yield propose(WEIGHTS.fair, `rw [← Nat.mod_add_div ${view.variables.find((v) => v.sort === 'nat')?.name ?? '_'}]`)
}

/** `b ^ n` modulo m repeats with the order d of b, if b is invertible: its value depends on `n % d` only. */
function* periodicPowers(view: GoalView, text: string, modulus: bigint): Iterable<Proposal> {
  for (const { base, exponent } of powers(text)) {
    if (!/^\d+$/.test(base) || /^\d+$/.test(exponent)) continue
    if (variablesIn(view, exponent, 'nat').length === 0) continue
    const order = orderOf(BigInt(base), modulus)
    if (order === undefined || order > 12) continue
    const [e, h, hp, hr] = [argument(exponent), view.fresh('hper'), view.fresh('hpos'), view.fresh('hr')]
    const lemma = [
      `have ${h} : ${base} ^ ${e} % ${modulus} = ${base} ^ (${e} % ${order}) % ${modulus} := by`,
      `  conv => lhs; rw [← Nat.div_add_mod ${e} ${order}]`,
      '  simp [Nat.pow_add, Nat.pow_mul, Nat.mul_mod, Nat.pow_mod]',
      `have ${hp} : 0 < ${base} ^ ${e} := Nat.pow_pos (by decide)`,
    ]
    const cases = remainderCases(e, order, hr)
    yield propose(WEIGHTS.good, [...lemma, `${cases} <;> simp [${hr}] at ${h} <;> omega`].join('\n'))
    yield propose(WEIGHTS.fair, [...lemma, `${cases} <;> simp only [${hr}] at ${h}`].join('\n'))
  }
}

function orderOf(base: bigint, modulus: bigint): number | undefined {
  let power = base % modulus
  for (let order = 1; order <= 64; order++) {
    if (power === 1n % modulus) return order
    power = (power * base) % modulus
  }
  return undefined
}

/**
 * A common divisor of A and B divides every `α A - β B`: where A and B are linear in one variable, small α and β are
 * found for which that is a number.
 */
function* commonDivisors(view: GoalView): Iterable<Proposal> {
  for (const match of view.target.matchAll(/(\([^()]*\)|[\p{L}\d_'₀-₉]+)\.gcd (\([^()]*\)|[\p{L}\d_'₀-₉]+)/gu)) {
    const [whole, a, b] = match as unknown as [string, string, string]
    const n = variablesIn(view, whole, 'nat')
    if (n.length !== 1) continue
    const name = n[0]?.name as string
    const [h1, h2, h3] = [view.fresh('hg'), view.fresh('hd'), view.fresh('hs')]
    for (let alpha = 1; alpha <= 6; alpha++)
      for (let beta = 1; beta <= 6; beta++) {
        const term = (x: string, y: string, p: number, q: number) => `${p} * ${x} - ${q} * ${y}`
        for (const [x, y, hx, hy] of [
          [a, b, h1, h2],
          [b, a, h2, h1],
        ] as const) {
          const values = [1n, 2n, 7n, 50n].map((v) => evaluate(term(x, y, alpha, beta), new Map([[name, v]]), false))
          if (typeof values[0] !== 'bigint' || values[0] <= 0n || !values.every((v) => v === values[0])) continue
          const c = values[0]
          yield propose(
            WEIGHTS.good,
            [
              `have ${h1} := Nat.gcd_dvd_left ${a} ${b}`,
              `have ${h2} := Nat.gcd_dvd_right ${a} ${b}`,
              `have ${h3} := Nat.dvd_sub (Nat.dvd_mul_left_of_dvd ${hx} ${alpha}) (Nat.dvd_mul_left_of_dvd ${hy} ${beta})`,
              `rw [show ${term(x, y, alpha, beta)} = ${c} by omega] at ${h3}`,
              `have ${view.fresh('hle')} := Nat.le_of_dvd (by decide) ${h3}`,
            ].join('\n'),
          )
        }
      }
  }
}

/** Numbers that a hypothesis about one unknown is true of, small ones first: what `∀` hypotheses are worth trying at. */
export function solutions(text: string, name: string, count: number): bigint[] {
  const found: bigint[] = []
  for (let v = 0n; v < 200n && found.length < count; v++)
    if (evaluate(text, new Map([[name, v]]), true) === true) found.push(v)
  return mentions(text, name) && found.length < 100 ? found : []
}
