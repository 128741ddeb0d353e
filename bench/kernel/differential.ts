import { Budget } from '../../src/lean/kernel/budget.ts'
import { checkDeclaration } from '../../src/lean/kernel/declarations.ts'
import type { Library } from '../../src/lean/kernel/library.ts'
import { LimitReached, Refusal } from '../../src/lean/kernel/outcomes.ts'
import { declaredNames, Tables } from '../../src/lean/kernel/read-export.ts'
import { Session } from '../../src/lean/kernel/session.ts'
import type { ValidExport } from '../../src/proof/declarations/validate.ts'

/** What the second kernel says to a declaration: null where it accepts, `unfinished: ...` where it does not know. */
export type Opinion = string | null

/** Steps for one declaration; a mutant may be a computation that does not end. */
const STEPS = 300_000

/**
 * The second kernel's opinion of declarations, each by itself on top of a library that is complete. All have names of
 * their own.
 */
export function judgeEach(library: Library, data: ValidExport): Opinion[] {
  const { stores } = library
  const written = new Tables(data, stores)
  const own = new Set(data.declarations.flatMap((declaration) => declaredNames(declaration, written, stores)))
  const space = stores.names.fresh('judged')
  const tables = new Tables(data, stores, (name) => (own.has(name) ? stores.names.below(space, name) : name))
  const { theory } = new Session(library, {}, () => [])
  const opinions: Opinion[] = []
  for (const declaration of data.declarations) {
    // Each has its own budget, so that what one of them takes says nothing about the next.
    Object.assign(theory, { budget: new Budget({ steps: STEPS, terms: 0 }) })
    try {
      checkDeclaration(theory, declaration, tables, { axioms: 'reported', as: 'proof' })
      opinions.push(null)
    } catch (error) {
      if (error instanceof Refusal) opinions.push(`${error.rule}: ${error.message}`)
      else if (error instanceof LimitReached) opinions.push(`unfinished: ${error.limit}`)
      else if (error instanceof RangeError) opinions.push(`unfinished: ${error.message}`)
      else throw error
    }
  }
  return opinions
}
