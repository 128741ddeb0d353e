import { ALLOWED_AXIOMS } from '../../../proof/axioms.ts'
import type { Declaration, NameIndex, TheoremEntry } from '../../../proof/declarations/export.ts'
import { doubtfulInductive } from '../../../proof/declarations/inductive-shape.ts'
import { constantOf, declaredNames, nameKey, nameParts, readableName } from '../../../proof/declarations/names.ts'
import { matchLevels, Structures } from '../../../proof/declarations/structure.ts'
import type { ValidExport } from '../../../proof/declarations/validate.ts'
import { type LibraryAxioms, UnknownConstant } from './axioms.ts'
import type { Elaborator } from './elaborator.ts'
import { createExportReader, type ExportReader, type Home } from './export-reader.ts'
import type { Kernel } from './kernel.ts'
import type { Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

export type Refusal = { readonly kind: 'refused'; readonly reason: string; readonly messages: string[] }
export type CheckResult = { readonly kind: 'verified'; readonly axioms: string[] } | Refusal

export const refuse = (reason: string, messages: string[] = []): Refusal => ({ kind: 'refused', reason, messages })

/** An imported library, and nothing else: borrowed. */
export type Library = { readonly kernelEnvironment: Obj; readonly environment: Obj; readonly axioms: LibraryAxioms }

/** A refusal from further down. */
class Refused extends Error {
  readonly refusal: Refusal
  constructor(reason: string, messages: string[] = []) {
    super(reason)
    this.refusal = refuse(reason, messages)
  }
}

type Kept = Exclude<Declaration, { readonly quot: unknown } | { readonly axiom: unknown }>

/**
 * Checks a proof against a statement, both plain data, on top of the library. Nothing is ever declared under a name that
 * the library has, or that the kernel knows: the statement's constants stand below one reserved name, the proof's below
 * another. The proof's theorem is a constant like its helpers; what counts is that the kernel accepts
 *
 *     theorem _hedge.checked : <the statement> := <the proof's theorem>
 *
 * so names, kinds of binders and universe names need not agree, and nothing the proof declares can stand for what the
 * statement means. A constant that both declare alike is the statement's.
 *
 * @param stated what the statement rests on, and last the statement itself, as an axiom
 * @param proof what the proof rests on, and last its theorem
 */
export function createProofCheck(lean: Objects, elaborator: Elaborator, kernel: Kernel) {
  const { inc, dec } = lean
  // Live as long as the instance.
  const statedPrefix = elaborator.nameOf(['_hedge', 'stated'])
  const proofPrefix = elaborator.nameOf(['_hedge', 'proof'])
  const checkedName = elaborator.nameOf(['_hedge', 'checked'])

  const check = (library: Library, stated: ValidExport, proof: ValidExport): CheckResult => {
    try {
      return { kind: 'verified', axioms: judge(library, stated, proof) }
    } catch (error) {
      if (error instanceof Refused) return error.refusal
      if (error instanceof UnknownConstant) return refuse(`the library that is imported has no ${error.message}`)
      throw error
    }
  }

  const judge = (library: Library, stated: ValidExport, proof: ValidExport): string[] => {
    const statement = stated.declarations.at(-1)
    if (statement === undefined || !('axiom' in statement)) throw new Refused('there is no statement')
    const claimed = proof.declarations.at(-1)
    if (claimed === undefined || !('thm' in claimed)) throw new Refused('what the source declares is not a theorem')
    const context = stated.declarations.slice(0, -1).map((d) => fit(stated, d, 'the statement'))
    const shared = sharedConstants(stated, context, proof)
    const homes = (data: ValidExport, own: Home, borrowed: ReadonlySet<string>) => {
      const declared = new Set(data.declarations.flatMap((d) => declaredNames(d).map((n) => keyOf(data, n))))
      return (name: NameIndex): Home => {
        const key = keyOf(data, name)
        if (borrowed.has(key)) return { prefix: statedPrefix }
        return declared.has(key) ? own : 'library'
      }
    }
    const own = proof.declarations
      .filter((d) => !declaredNames(d).some((n) => shared.has(keyOf(proof, n))))
      .map((d) => fit(proof, d, 'the proof'))
    const statedHome = homes(stated, { prefix: statedPrefix }, new Set())
    const proofHome = homes(proof, { prefix: proofPrefix }, shared)
    const statedReader = createExportReader(lean, stated, statedHome)
    const proofReader = createExportReader(lean, proof, proofHome)
    try {
      const axioms = new Set<string>()
      for (const [data, reader, home] of [
        [stated, statedReader, statedHome],
        [proof, proofReader, proofHome],
      ] as const)
        collectAxioms(library, data, reader, home, axioms)
      const sorted = [...axioms].sort()
      const foreign = sorted.filter((axiom) => !ALLOWED_AXIOMS.has(axiom))
      if (foreign.length > 0) throw new Refused(`the proof rests on ${foreign.join(', ')}`)
      let environment = inc(library.kernelEnvironment)
      for (const d of context) environment = addOrRefuse(environment, stated, statedReader, d)
      for (const d of own) environment = addOrRefuse(environment, proof, proofReader, d)
      environment = addChecked(environment, stated, statedReader, proof, proofReader, claimed.thm)
      dec(environment)
      return sorted
    } finally {
      statedReader.end()
      proofReader.end()
    }
  }

  /** Takes the environment. @throws Refused */
  const addOrRefuse = (environment: Obj, data: ValidExport, reader: ExportReader, declaration: Kept): Obj => {
    const added = kernel.add(environment, reader, declaration)
    if ('refusal' in added) {
      const name = declaredNames(declaration)[0] ?? 0
      throw new Refused(`the kernel refuses ${readableName(nameParts(data, name))}`, [plain(added.refusal)])
    }
    return added.environment
  }

  /** The theorem that was asked for, by the one that was proved. */
  const addChecked = (
    environment: Obj,
    stated: ValidExport,
    statedReader: ExportReader,
    proof: ValidExport,
    proofReader: ExportReader,
    theorem: TheoremEntry,
  ): Obj => {
    const { levelParams, type } = constantOf(stated.declarations.at(-1) as { axiom: never })
    const levels = matchLevels(stated, type, proof, theorem.type)
    const us = theorem.levelParams.map((name) => inc(statedReader.level(levels.get(keyOf(proof, name)) ?? 0)))
    const added = kernel.addTheorem(
      environment,
      inc(checkedName),
      levelParams.map(statedReader.name),
      inc(statedReader.term(type)),
      proofReader.constant(theorem.name, us),
    )
    if ('refusal' in added)
      throw new Refused('the theorem proves another statement than the one given', [plain(added.refusal)])
    return added.environment
  }

  return { check }

  /** Names of this check mean nothing to a reader. */
  function plain(message: string): string {
    return message.replaceAll(/_hedge\.(stated|proof)\.(_private\.0\.)?/g, '').replaceAll('_private.0.', '')
  }

  /** Every axiom of the library below what an export mentions. */
  function collectAxioms(
    library: Library,
    data: ValidExport,
    reader: ExportReader,
    home: (name: NameIndex) => Home,
    axioms: Set<string>,
  ): void {
    for (const name of mentionedNames(data)) {
      if (home(name) !== 'library') continue
      for (const axiom of library.axioms(reader.constantName(name))) axioms.add(axiom)
    }
  }
}

const keyOf = (data: ValidExport, name: NameIndex): string => nameKey(nameParts(data, name))

/** The constants that an export's terms mention. */
function mentionedNames(data: ValidExport): Set<NameIndex> {
  const names = new Set<NameIndex>()
  for (const entry of data.terms) {
    if ('const' in entry) names.add(entry.const.name)
    if ('proj' in entry) names.add(entry.proj.typeName)
  }
  return names
}

/** A declaration that may be put before the kernel. @throws Refused */
function fit(data: ValidExport, declaration: Declaration, owner: 'the statement' | 'the proof'): Kept {
  const name = (index: NameIndex): string => readableName(nameParts(data, index))
  if ('axiom' in declaration) {
    const who = owner === 'the statement' ? 'the header' : 'the source'
    throw new Refused(`${who} declares the axiom ${name(declaration.axiom.name)}`)
  }
  if ('quot' in declaration) throw new Refused(`${owner} declares the quotient again`)
  if ('def' in declaration && declaration.def.safety !== 'safe')
    throw new Refused(`${owner} rests on ${name(declaration.def.name)}, which is unsafe or partial`)
  if ('opaque' in declaration && declaration.opaque.isUnsafe)
    throw new Refused(`${owner} rests on ${name(declaration.opaque.name)}, which is unsafe`)
  if ('inductive' in declaration) {
    const doubt = doubtfulInductive(data, declaration.inductive)
    const first = declaration.inductive.types[0]?.name ?? 0
    if (doubt !== undefined)
      throw new Refused(
        `${owner} rests on the inductive type ${name(first)}, on which this Lean's kernel cannot be relied: ${doubt}`,
      )
  }
  return declaration
}

/** The constants that the proof declares exactly as the statement's context does, whatever they rest on included. */
function sharedConstants(stated: ValidExport, context: readonly Kept[], proof: ValidExport): Set<string> {
  const structures = new Structures()
  const inProof = new Map(proof.declarations.map((d) => [declarationKey(proof, d), d]))
  const inContext = new Set(context.flatMap((d) => declaredNames(d).map((n) => keyOf(stated, n))))
  const declared = new Set(proof.declarations.flatMap((d) => declaredNames(d).map((n) => keyOf(proof, n))))
  const shared = new Set<string>()
  for (const mine of context) {
    const theirs = inProof.get(declarationKey(stated, mine))
    if (theirs === undefined) continue
    const a = structures.of(stated, mine, (name) => {
      const key = keyOf(stated, name)
      return inContext.has(key) ? `shared ${key}` : `library ${key}`
    })
    const b = structures.of(proof, theirs, (name) => {
      const key = keyOf(proof, name)
      return shared.has(key) ? `shared ${key}` : declared.has(key) ? `proof ${key}` : `library ${key}`
    })
    if (a === b) for (const name of declaredNames(theirs)) shared.add(keyOf(proof, name))
  }
  return shared
}

const declarationKey = (data: ValidExport, declaration: Declaration): string =>
  `${Object.keys(declaration)} ${declaredNames(declaration).map((name) => keyOf(data, name))}`
