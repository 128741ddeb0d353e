import type { ValidExport } from '../../proof/declarations/validate.ts'
import type { Limits } from './budget.ts'
import { checkDeclaration, type DeclarationRules } from './declarations.ts'
import type { Library } from './library.ts'
import type { Name } from './names.ts'
import { declaredNames, Tables } from './read-export.ts'
import { type KernelStep, Session } from './session.ts'

/** `apart`: the declarations stand in a name space of their own, so that none of their names is taken. */
export type CheckOptions = Partial<DeclarationRules> & { readonly limits?: Partial<Limits>; readonly apart?: boolean }

/**
 * Checks declarations, in their order, on top of a library, under their own names. Nothing in them is believed. Those of
 * a library become part of it when all are accepted.
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
      const { stores } = library
      const written = new Tables(data, stores)
      const own = new Set(data.declarations.flatMap((declaration) => declaredNames(declaration, written, stores)))
      const space = stores.names.fresh('apart')
      const tables = options.apart
        ? new Tables(data, stores, (name) => (own.has(name) ? stores.names.below(space, name) : name))
        : written
      const foreign = [...tables.mentioned()].filter((name) => !own.has(name))
      session.mustKnow(options.apart ? foreign : [...own, ...foreign])
      const tasks = data.declarations.map((declaration) => {
        const [name] = declaredNames(declaration, written, stores) as [Name]
        const work = () => {
          checkDeclaration(session.theory, declaration, tables, rules)
        }
        return { declaration: name.key, work }
      })
      const end = { declaration: '', work: () => session.theory.environment.moveToLibrary() }
      return rules.as === 'library' ? [...tasks, end] : tasks
    })
  }

  run(): KernelStep {
    return this.#session.run()
  }
  get steps(): number {
    return this.#session.steps
  }
}
