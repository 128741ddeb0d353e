import type { BinaryOperation } from './known.ts'
import { LimitReached, refuse } from './outcomes.ts'
import { argsOf, headOf, KIND, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/** The exponent up to which Lean's kernel computes a power; above it, the definition is unfolded. */
const MAX_EXPONENT = 1n << 24n
/** Larger numbers are no longer computed with. */
const MAX_BITS = 1n << 26n

/** Literals: numbers are of any size and computed with, and both kinds stand for applications of constructors. */
export class Literals {
  readonly #theory: Theory
  #natIsFit: boolean | undefined
  readonly #fit = new Map<BinaryOperation | 'log2', boolean>()

  constructor(theory: Theory) {
    this.#theory = theory
  }

  /** The value of a literal or of `Nat.zero`. */
  value(term: Term): bigint | undefined {
    if (term.kind === KIND.nat) return term.literal
    return term.kind === KIND.const && term.name === this.#theory.known.zero ? 0n : undefined
  }

  /** `Nat.succ x` or a literal above 0: what it is the successor of. */
  predecessor(term: Term): Term | undefined {
    const { terms, known } = this.#theory
    if (term.kind === KIND.nat) return term.literal > 0n ? terms.nat(term.literal - 1n) : undefined
    if (term.kind !== KIND.app || term.left.kind !== KIND.const || term.left.name !== known.succ) return undefined
    return term.right
  }

  /** A literal as `Nat.zero`, `Nat.succ n` or `String.ofList [...]`. */
  asConstructor(term: Term): Term | undefined {
    const { terms, known } = this.#theory
    if (term.kind === KIND.nat) {
      const zero = terms.const(known.zero, [])
      return term.literal === 0n ? zero : terms.app(terms.const(known.succ, []), terms.nat(term.literal - 1n))
    }
    if (term.kind !== KIND.str) return undefined
    const { levels } = this.#theory.stores
    const char = terms.const(known.char, [])
    const ofNat = terms.const(known.charOfNat, [])
    const cons = terms.app(terms.const(known.cons, [levels.zero]), char)
    let list = terms.app(terms.const(known.nil, [levels.zero]), char)
    // By characters, not by code units.
    for (const c of [...term.literal].reverse()) {
      const code = terms.nat(BigInt(c.codePointAt(0) as number))
      list = terms.apps(cons, [terms.app(ofNat, code), list])
    }
    return terms.app(terms.const(known.ofList, []), list)
  }

  typeOf(term: Term): Term {
    const { terms, known, environment } = this.#theory
    if (term.kind === KIND.nat) {
      this.#mustHaveNaturals()
      return terms.const(known.nat, [])
    }
    if (environment.lookUp(known.ofList)?.origin !== 'library')
      refuse('literal', 'a string literal needs the strings of the library')
    return terms.const(known.string, [])
  }

  /** An operation on literals, computed. Arguments are reduced to see whether they are literals. */
  compute(term: Term): Term | undefined {
    if (term.kind !== KIND.app) return undefined
    const { known, terms, reduction } = this.#theory
    const head = headOf(term)
    if (head.kind !== KIND.const) return undefined
    if (term.left === head) {
      if (head.name !== known.succ && head.name !== known.log2) return undefined
      const n = this.value(reduction.whnf(term.right))
      if (n === undefined) return undefined
      if (head.name === known.succ) return terms.nat(n + 1n)
      return this.#isFit('log2') ? terms.nat(n === 0n ? 0n : bitLength(n) - 1n) : undefined
    }
    const operation = known.binary.get(head.name)
    if (operation === undefined) return undefined
    const args = argsOf(term)
    if (args.length !== 2 || !this.#isFit(operation)) return undefined
    const a = this.value(reduction.whnf(args[0] as Term))
    if (a === undefined) return undefined
    const b = this.value(reduction.whnf(args[1] as Term))
    if (b === undefined) return undefined
    const result = calculate(operation, a, b)
    if (result === undefined) return undefined
    if (typeof result === 'bigint') return terms.nat(result)
    return terms.const(result ? known.true : known.false, [])
  }

  /** Literals belong to the library's own naturals, or to a type of that name that is declared just so. */
  #mustHaveNaturals(): void {
    this.#natIsFit ??= this.#hasNaturals()
    if (!this.#natIsFit) refuse('literal', 'a number needs the natural numbers')
  }
  #hasNaturals(): boolean {
    const { known, environment, terms, stores } = this.#theory
    const nat = environment.lookUp(known.nat)
    const zero = environment.lookUp(known.zero)
    const succ = environment.lookUp(known.succ)
    if (nat?.kind !== 'inductive' || zero?.kind !== 'constructor' || succ?.kind !== 'constructor') return false
    const type = terms.const(known.nat, [])
    return (
      nat.type === terms.sort(stores.levels.one) &&
      nat.constructors.length === 2 &&
      nat.constructors[0] === known.zero &&
      nat.constructors[1] === known.succ &&
      zero.type === type &&
      succ.type === terms.pi(type, type)
    )
  }
  /** Only what the library defines is computed: there its meaning is known. */
  #isFit(operation: BinaryOperation | 'log2'): boolean {
    let fit = this.#fit.get(operation)
    if (fit === undefined) {
      const { environment, stores } = this.#theory
      const constant = environment.lookUp(stores.names.plain(`Nat.${operation}`))
      fit = constant?.origin === 'library' && this.#hasNaturals()
      this.#fit.set(operation, fit)
    }
    return fit
  }
}

function calculate(operation: BinaryOperation, a: bigint, b: bigint): bigint | boolean | undefined {
  switch (operation) {
    case 'add':
      return a + b
    case 'sub':
      return a > b ? a - b : 0n
    case 'mul':
      return bounded(bitLength(a) + bitLength(b)) && a * b
    case 'div':
      return b === 0n ? 0n : a / b
    case 'mod':
      return b === 0n ? a : a % b
    case 'gcd':
      return gcd(a, b)
    case 'pow':
      if (b > MAX_EXPONENT) return undefined
      return bounded(a < 2n ? 1n : bitLength(a) * b) && a ** b
    case 'beq':
      return a === b
    case 'ble':
      return a <= b
    case 'land':
      return a & b
    case 'lor':
      return a | b
    case 'xor':
      return a ^ b
    case 'shiftLeft':
      return a === 0n ? 0n : bounded(bitLength(a) + b) && a << b
    case 'shiftRight':
      // The engine cannot shift by every number; a sum may have more digits than what is bounded.
      return b >= bitLength(a) ? 0n : a >> b
    default:
      return operation satisfies never
  }
}

function bounded(bits: bigint): true {
  if (bits > MAX_BITS) throw new LimitReached('number size')
  return true
}

/** How many binary digits a number has; 0 for 0. */
function bitLength(n: bigint): bigint {
  if (n === 0n) return 0n
  const hex = n.toString(16)
  return BigInt((hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] as string, 16))))
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}
