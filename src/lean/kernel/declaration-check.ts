import type { ValidExport } from '../../proof/declarations/validate.ts'
import type { Limits } from './budget.ts'
import { checkDeclaration, type DeclarationRules } from './declarations.ts'
import type { Library } from './library.ts'
import type { Name } from './names.ts'
import { declaredNames, mentionedNames, readTables } from './read-export.ts'
import { type KernelStep, Session } from './session.ts'

export type CheckOptions = Partial<DeclarationRules> & { readonly limits?: Partial<Limits> }

/**
 * Checks declarations, in their order, on top of a library, under their own names. Nothing in them is believed.
 *
 *     const check = new DeclarationCheck(library, declarations)
 *     for (let step = check.run(); ; step = check.run()) {
 *       if (step.kind !== 'needs') return step
 *       library.add(validateExport(await constants(step.constants)), step.constants)
 *     }
 */
export class DeclarationCheck {
  readonly #session: Session

  constructor(library: Library, data: ValidExport, options: CheckOptions = {}) {
    const rules: DeclarationRules = { axioms: options.axioms ?? 'refused', as: options.as ?? 'proof' }
    this.#session = new Session(library, options.limits ?? {}, (session) => {
      const tables = readTables(data, library.stores)
      const own = data.declarations.flatMap((declaration) => declaredNames(declaration, tables, library.stores))
      session.mustKnow([...own, ...mentionedNames(data, tables)])
      return data.declarations.map((declaration) => {
        const [name] = declaredNames(declaration, tables, library.stores) as [Name]
        const work = () => {
          if (checkDeclaration(session.theory, declaration, tables, rules)) session.axioms.push(name.key)
        }
        return { declaration: name.key, work }
      })
    })
  }

  run(): KernelStep {
    return this.#session.run()
  }
  get steps(): number {
    return this.#session.steps
  }
}
