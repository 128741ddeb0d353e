import type { Budget } from './budget.ts'
import type { Environment } from './environment.ts'
import { Equality } from './equality.ts'
import { Inference } from './inference.ts'
import type { KnownNames } from './known.ts'
import { LevelOrder } from './level-order.ts'
import { Literals } from './literals.ts'
import { Reduction } from './reduction.ts'
import type { Stores } from './stores.ts'
import type { Substitution } from './substitution.ts'
import type { TermStore } from './terms.ts'

/**
 * The judgements of the type theory over one environment, which need each other: what a term's type is, what it reduces
 * to, which terms are equal. What they remember holds as long as constants are only added.
 */
export class Theory {
  readonly environment: Environment
  readonly budget: Budget
  readonly stores: Stores
  readonly terms: TermStore
  readonly substitution: Substitution
  readonly known: KnownNames
  readonly order: LevelOrder
  readonly literals: Literals
  readonly reduction: Reduction
  readonly inference: Inference
  readonly equality: Equality

  constructor(environment: Environment, budget: Budget) {
    const { library } = environment
    this.environment = environment
    this.budget = budget
    this.stores = library.stores
    this.terms = library.stores.terms
    this.substitution = library.stores.substitution
    this.known = library.known
    this.order = new LevelOrder(library.stores.levels, budget)
    this.literals = new Literals(this)
    this.reduction = new Reduction(this)
    this.inference = new Inference(this)
    this.equality = new Equality(this)
  }
}
