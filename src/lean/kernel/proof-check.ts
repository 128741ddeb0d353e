import { ALLOWED_AXIOMS } from '../../proof/axioms.ts'
import type { Declaration, DeclarationExport } from '../../proof/declarations/export.ts'
import { nameKey } from '../../proof/declarations/names.ts'
import { matchLevels } from '../../proof/declarations/structure.ts'
import type { ValidExport } from '../../proof/declarations/validate.ts'
import type { Limits } from './budget.ts'
import { checkDeclaration } from './declarations.ts'
import type { Level } from './levels.ts'
import type { Library } from './library.ts'
import { componentsOf, type Name } from './names.ts'
import { refuse } from './outcomes.ts'
import { printTerm } from './print.ts'
import { declaredNames, Tables } from './read-export.ts'
import { type KernelStep, Session, type Task } from './session.ts'
import { sharedNames } from './shared.ts'
import type { Term } from './terms.ts'

/**
 * Checks a proof against a statement, on top of a library. The constants of each stand in a name space of their own, so
 * that nothing the proof declares can be taken for what the statement means, or for what the library or the kernel
 * knows. What both declare alike is the statement's. At the end the proof's theorem must have the statement's type.
 *
 * Use it as `DeclarationCheck` is used.
 *
 * @param stated what the statement rests on, and last the statement itself, as an axiom
 * @param proof what the proof rests on, and last its theorem
 */
export class ProofCheck {
  readonly #session: Session

  constructor(library: Library, stated: ValidExport, proof: ValidExport, limits: Partial<Limits> = {}) {
    this.#session = new Session(library, limits, (session) => tasksOf(session, library, stated, proof))
  }

  run(): KernelStep {
    return this.#session.run()
  }
  /** Reductions, comparisons and inferences so far. */
  get steps(): number {
    return this.#session.steps
  }
}

function tasksOf(session: Session, library: Library, stated: ValidExport, proof: ValidExport): Task[] {
  const { stores } = library
  const statement = stated.declarations.at(-1)
  const claimed = proof.declarations.at(-1)
  if (statement === undefined || !('axiom' in statement)) return refuse('declared type', 'there is no statement')
  if (claimed === undefined || !('thm' in claimed))
    return refuse('declared type', 'what the source declares is not a theorem')
  const context = stated.declarations.slice(0, -1)
  const written = { stated: new Tables(stated, stores), proof: new Tables(proof, stores) }
  const ownOf = (data: DeclarationExport, tables: Tables) =>
    new Set(data.declarations.flatMap((declaration) => declaredNames(declaration, tables, stores)))
  const statedOwn = ownOf(stated, written.stated)
  const proofOwn = ownOf(proof, written.proof)
  session.mustKnow([
    ...[...written.stated.mentioned()].filter((name) => !statedOwn.has(name)),
    ...[...written.proof.mentioned()].filter((name) => !proofOwn.has(name)),
  ])
  const shared = sharedNames(stores, context, written.stated, proof, written.proof)
  const statedSpace = stores.names.fresh('statement')
  const proofSpace = stores.names.fresh('proof')
  const inStatement = (name: Name) => stores.names.below(statedSpace, name)
  const statedTables = new Tables(stated, stores, (name) => (statedOwn.has(name) ? inStatement(name) : name))
  const proofTables = new Tables(proof, stores, (name) => {
    if (shared.has(name)) return inStatement(name)
    return proofOwn.has(name) ? stores.names.below(proofSpace, name) : name
  })
  const task = (declaration: Declaration, tables: Tables, as: Tables): Task => ({
    declaration: declaredNames(declaration, as, stores)[0]?.key ?? '',
    work: () => checkDeclaration(session.theory, declaration, tables, { axioms: 'refused', as: 'proof' }),
  })
  return [
    ...context.map((declaration) => task(declaration, statedTables, written.stated)),
    ...proof.declarations
      .filter((declaration) => !declaredNames(declaration, written.proof, stores).some((name) => shared.has(name)))
      .map((declaration) => task(declaration, proofTables, written.proof)),
    {
      declaration: declaredNames(claimed, written.proof, stores)[0]?.key ?? '',
      work: () => {
        const { inference, equality, substitution, environment } = session.theory
        const type = statedTables.term(statement.axiom.type)
        if (!inference.isProposition(checkedType(session, type)))
          refuse('theorem of a proposition', `the statement is ${printTerm(type)}`)
        const theorem = environment.find(proofTables.names[claimed.thm.name] as Name)
        // A guess at how the proof's universe parameters are to be read; the comparison says whether it is right.
        const guess = matchLevels(stated, statement.axiom.type, proof, claimed.thm.type)
        const levels = claimed.thm.levelParams.map((at): Level => {
          const key = nameKey(componentsOf(proofTables.written[at] as Name))
          return statedTables.levels[guess.get(key) ?? 0] as Level
        })
        const proved = substitution.instantiateLevels(theorem.type, theorem.params, levels)
        if (!equality.isEqual(proved, type))
          refuse('declared type', `what is proved is ${printTerm(proved)}, and the statement is ${printTerm(type)}`)
        const foreign = session.axioms.filter((axiom) => !ALLOWED_AXIOMS.has(axiom))
        if (foreign.length > 0) refuse('axiom', `the proof rests on ${foreign.join(', ')}`)
      },
    },
  ]
}

function checkedType(session: Session, type: Term): Term {
  session.theory.inference.checkType(type)
  return type
}
