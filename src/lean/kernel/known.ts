import type { Name, NameStore } from './names.ts'
import type { Stores } from './stores.ts'

/** Operations on natural numbers that are computed on literals: binary ones, and how. */
export const BINARY_OPERATIONS = [
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'gcd',
  'pow',
  'beq',
  'ble',
  'land',
  'lor',
  'xor',
  'shiftLeft',
  'shiftRight',
] as const
export type BinaryOperation = (typeof BINARY_OPERATIONS)[number]

/**
 * Names that mean something to the kernel. A proof cannot declare them: under a header that lacks one, the proof's own
 * constant would be computed in one way and unfolded in another.
 */
export class KnownNames {
  readonly nat: Name
  readonly zero: Name
  readonly succ: Name
  readonly log2: Name
  readonly binary: ReadonlyMap<Name, BinaryOperation>
  readonly bool: Name
  readonly true: Name
  readonly false: Name
  readonly string: Name
  readonly ofList: Name
  readonly char: Name
  readonly charOfNat: Name
  readonly list: Name
  readonly nil: Name
  readonly cons: Name
  readonly quot: Name
  readonly quotMk: Name
  readonly quotLift: Name
  readonly quotInd: Name
  readonly eq: Name
  readonly refl: Name
  readonly eagerReduce: Name
  /** Their first argument is what they mean. */
  readonly typeMarks: ReadonlySet<Name>
  readonly reserved: ReadonlySet<Name>

  constructor(stores: Stores) {
    const names: NameStore = stores.names
    const reserved = new Set<Name>()
    const of = (text: string): Name => {
      const name = names.plain(text)
      reserved.add(name)
      return name
    }
    this.nat = of('Nat')
    this.zero = of('Nat.zero')
    this.succ = of('Nat.succ')
    this.log2 = of('Nat.log2')
    this.binary = new Map(BINARY_OPERATIONS.map((operation) => [of(`Nat.${operation}`), operation]))
    this.bool = of('Bool')
    this.true = of('Bool.true')
    this.false = of('Bool.false')
    this.string = of('String')
    this.ofList = of('String.ofList')
    this.char = of('Char')
    this.charOfNat = of('Char.ofNat')
    this.list = of('List')
    this.nil = of('List.nil')
    this.cons = of('List.cons')
    this.quot = of('Quot')
    this.quotMk = of('Quot.mk')
    this.quotLift = of('Quot.lift')
    this.quotInd = of('Quot.ind')
    this.eq = of('Eq')
    this.refl = of('Eq.refl')
    this.typeMarks = new Set([of('outParam'), of('semiOutParam'), of('optParam'), of('autoParam')])
    this.eagerReduce = of('eagerReduce')
    // Their recursors and what Lean's own kernel evaluates.
    for (const text of ['Nat.rec', 'Bool.rec', 'List.rec', 'Eq.rec', 'String.mk', 'Lean.reduceBool', 'Lean.reduceNat'])
      of(text)
    this.reserved = reserved
  }
}
