import { LevelStore } from './levels.ts'
import { NameStore } from './names.ts'
import { Substitution } from './substitution.ts'
import { TermStore } from './terms.ts'

/** Where names, levels and terms live. What is built in one store means nothing in another. */
export class Stores {
  readonly names = new NameStore()
  readonly levels = new LevelStore()
  readonly terms: TermStore
  readonly substitution: Substitution

  constructor(termLimit: number) {
    this.terms = new TermStore(termLimit)
    this.substitution = new Substitution(this.terms, this.levels)
  }
}
