import { DeclarationCheck } from '../lean/kernel/declaration-check.ts'
import { Library } from '../lean/kernel/library.ts'
import { printTerm } from '../lean/kernel/print.ts'
import { Tables } from '../lean/kernel/read-export.ts'
import type { KernelStep, KernelVerdict } from '../lean/kernel/session.ts'
import { CHECKED_NAME } from '../proof/declarations/combine.ts'
import type { Declaration, DeclarationExport } from '../proof/declarations/export.ts'
import { declaredNames, type NameParts, nameParts } from '../proof/declarations/names.ts'
import { type ExportedTheorem, exportedTheorem, fromNdjson } from '../proof/declarations/ndjson.ts'
import { MalformedExport, validateExport } from '../proof/declarations/validate.ts'

export type ExportReport = {
  readonly verdict: KernelVerdict
  readonly steps: number
  /** The text for which the file says that it was made. */
  readonly madeFor: ExportedTheorem | undefined
  /** What the last theorem says, as the kernel prints it: explicit, and cut where it is long. */
  readonly statement: string
  /** Declarations of statement and proof, which were checked whole. */
  readonly checked: number
  /** Of the library, taken as the file has them: definitions and types, and theorems at their types. */
  readonly definitions: number
  readonly theorems: readonly string[]
}

/** Axioms of Lean that no proof may rest on: in a file they look like theorems of the library. */
const FORBIDDEN = new Set(['sorryAx', 'Lean.ofReduceBool', 'Lean.ofReduceNat', 'Lean.trustCompiler'])
/** Different terms that a check may build, less than beside Lean: a browser has less room. */
const TERMS = 4_000_000

/**
 * Checks a file of `hedge verify --export` with the second kernel: every declaration of the statement and the proof, and
 * that the last one proves the statement. The library's part of the file is taken as it is, its recursors apart, which
 * are computed. Needs no Node.
 * @throws MalformedExport
 */
export function checkExport(lines: readonly string[], allowedAxioms: ReadonlySet<string>): ExportReport {
  const data = fromNdjson(lines)
  const own = data.declarations.filter((declaration) => isOwn(data, declaration))
  const rest = data.declarations.filter((declaration) => !isOwn(data, declaration))
  const last = own.at(-1)
  if (last === undefined || !('thm' in last) || nameParts(data, last.thm.name).join('.') !== CHECKED_NAME.join('.'))
    throw new MalformedExport('the file does not end with the theorem that `hedge verify --export` writes last')
  const library = new Library(TERMS, true)
  const assumed = rest.flatMap((declaration): NameParts[] =>
    'axiom' in declaration ? [nameParts(data, declaration.axiom.name)] : [],
  )
  const isAxiom = (name: string) => allowedAxioms.has(name) || FORBIDDEN.has(name)
  const axioms = assumed.filter((parts) => isAxiom(parts.join('.')))
  library.add(validateExport({ ...data, declarations: rest }), [], axioms)
  const proof = validateExport({ ...data, declarations: own })
  const check = new DeclarationCheck(library, proof)
  const verdict = withoutForbidden(settled(check.run()), allowedAxioms)
  const theorems = assumed.map((parts) => parts.join('.')).filter((name) => !isAxiom(name))
  return {
    verdict,
    steps: check.steps,
    madeFor: exportedTheorem(lines[0] ?? ''),
    statement: printTerm(new Tables(proof, library.stores).term(last.thm.type)),
    checked: own.length,
    definitions: rest.length - assumed.length,
    theorems,
  }
}

const isOwn = (data: DeclarationExport, declaration: Declaration): boolean =>
  nameParts(data, declaredNames(declaration)[0] ?? 0)[0] === CHECKED_NAME[0]

function withoutForbidden(verdict: KernelVerdict, allowed: ReadonlySet<string>): KernelVerdict {
  if (verdict.kind !== 'accepted') return verdict
  const foreign = verdict.axioms.filter((axiom) => !allowed.has(axiom))
  if (foreign.length === 0) return verdict
  return { kind: 'refused', declaration: '', rule: 'axiom', reason: `the proof rests on ${foreign.join(', ')}` }
}

/** Nobody can be asked for constants that the file does not have. */
function settled(step: KernelStep): KernelVerdict {
  if (step.kind !== 'needs') return step
  const [first = []] = step.constants
  return { kind: 'refused', declaration: '', rule: 'unknown constant', reason: `the file lacks ${first.join('.')}` }
}
