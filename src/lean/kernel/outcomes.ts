import type { Name } from './names.ts'

/** The rule of the type theory that a declaration breaks. */
export type Rule =
  | 'unknown constant'
  | 'constant declared twice'
  | 'reserved name'
  | 'unsafe declaration'
  | 'axiom'
  | 'universe parameters'
  | 'universe arity'
  | 'sort expected'
  | 'function expected'
  | 'application'
  | 'let'
  | 'projection'
  | 'literal'
  | 'declared type'
  | 'theorem of a proposition'
  | 'quotient'
  | 'inductive: header'
  | 'inductive: parameters'
  | 'inductive: result sort'
  | 'inductive: constructor'
  | 'inductive: universe'
  | 'inductive: positivity'
  | 'inductive: nested occurrence'
  | 'inductive: recursor'

/** A declaration that breaks a rule. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly rule: Rule
  constructor(rule: Rule, reason: string) {
    super(reason)
    this.rule = rule
  }
}

export type LimitName = 'steps' | 'terms' | 'stack' | 'number size'

/** A limit was reached: nothing is known about the declaration. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  readonly limit: LimitName
  constructor(limit: LimitName) {
    super(`limit reached: ${limit}`)
    this.limit = limit
  }
}

/** Constants of the library have to be fetched before checking can go on. Nothing is lost: see `check.ts`. */
export class ConstantsNeeded extends Error {
  override readonly name = 'ConstantsNeeded'
  readonly names: readonly Name[]
  constructor(names: readonly Name[]) {
    super('constants of the library are needed')
    this.names = names
  }
}

export function refuse(rule: Rule, reason: string): never {
  throw new Refusal(rule, reason)
}
