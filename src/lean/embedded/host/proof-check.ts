import { ALLOWED_AXIOMS } from '../../../proof/axioms.ts'
import { CHECKED_NAME, combine } from '../../../proof/declarations/combine.ts'
import type { Declaration, DeclarationExport, NameIndex } from '../../../proof/declarations/export.ts'
import { declaredNames, nameKey, nameParts, readableName } from '../../../proof/declarations/names.ts'
import type { ValidExport } from '../../../proof/declarations/validate.ts'
import { type LibraryAxioms, UnknownConstant } from './axioms.ts'
import type { Declared } from './declared.ts'
import type { Elaborator } from './elaborator.ts'
import { createExportReader, type ExportReader } from './export-reader.ts'
import type { Kernel } from './kernel.ts'
import type { Objects } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

export type Refusal = { readonly kind: 'refused'; readonly reason: string; readonly messages: string[] }
export type CheckResult =
  | { readonly kind: 'verified'; readonly axioms: string[]; readonly exported?: DeclarationExport }
  | Refusal

export const refuse = (reason: string, messages: string[] = []): Refusal => ({ kind: 'refused', reason, messages })

/** An imported library, and nothing else: borrowed. */
export type Library = { readonly kernelEnvironment: Obj; readonly environment: Obj; readonly axioms: LibraryAxioms }

/**
 * Checks a proof against a statement, both plain data, on top of the library: what `combine` makes of them must rest on
 * allowed axioms alone, and be accepted by Lean's kernel.
 */
export function createProofCheck(lean: Objects, elaborator: Elaborator, kernel: Kernel, declared: Declared) {
  const { inc, dec } = lean
  const checkedName = elaborator.nameOf(CHECKED_NAME)

  /** @param whole the answer holds all that was checked, with what it rests on in the library */
  const check = (library: Library, stated: ValidExport, proof: ValidExport, whole: boolean): CheckResult => {
    const combined = combine(stated, proof)
    if (combined.kind === 'refused') return refuse(combined.reason)
    const reader = createExportReader(lean, combined.data)
    try {
      const axioms = axiomsOf(library, combined.data, reader)
      const foreign = axioms.filter((axiom) => !ALLOWED_AXIOMS.has(axiom))
      if (foreign.length > 0) return refuse(`the proof rests on ${foreign.join(', ')}`)
      const added = addAll(library, combined.data, reader)
      if ('refusal' in added) return added.refusal
      const exported = whole ? { exported: declared.writeWhole(added.environment, checkedName) } : {}
      dec(added.environment)
      return { kind: 'verified', axioms, ...exported }
    } catch (error) {
      if (error instanceof UnknownConstant) return refuse(`the library that is imported has no ${error.message}`)
      throw error
    } finally {
      reader.end()
    }
  }

  /** Has the kernel take one declaration after another. The environment is owned. */
  const addAll = (
    { kernelEnvironment }: Library,
    data: ValidExport,
    reader: ExportReader,
  ): { readonly environment: Owned } | { readonly refusal: Refusal } => {
    let environment = inc(kernelEnvironment)
    for (const declaration of data.declarations) {
      const added = kernel.add(environment, reader, declaration)
      if ('refusal' in added) return { refusal: refusalOf(data, declaration, added.refusal) }
      environment = added.environment
    }
    return { environment }
  }

  return { check }
}

function refusalOf(data: ValidExport, declaration: Declaration, reason: string): Refusal {
  const parts = nameParts(data, declaredNames(declaration)[0] ?? 0)
  // Names of this check mean nothing to a reader.
  const message = reason.replaceAll(/_hedge\.(stated|proof)\.(_private\.0\.)?/g, '').replaceAll('_private.0.', '')
  return nameKey(parts) === nameKey(CHECKED_NAME)
    ? refuse('the theorem proves another statement than the one given', [message])
    : refuse(`the kernel refuses ${readableName(parts.slice(2))}`, [message])
}

/** Every axiom of the library below what an export mentions. @throws UnknownConstant */
function axiomsOf(library: Library, data: ValidExport, reader: ExportReader): string[] {
  const declared = new Set(data.declarations.flatMap(declaredNames))
  const mentioned = new Set<NameIndex>()
  for (const entry of data.terms) {
    if ('const' in entry) mentioned.add(entry.const.name)
    if ('proj' in entry) mentioned.add(entry.proj.typeName)
  }
  const axioms = new Set<string>()
  for (const name of mentioned) {
    if (declared.has(name)) continue
    for (const axiom of library.axioms(reader.name(name))) axioms.add(axiom)
  }
  return [...axioms].sort()
}
