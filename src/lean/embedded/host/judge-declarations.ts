import type { DeclarationExport } from '../../../proof/declarations/export.ts'
import type { ValidExport } from '../../../proof/declarations/validate.ts'
import { createExportReader } from './export-reader.ts'
import { createExportWriter } from './export-writer.ts'
import type { Kernel } from './kernel.ts'
import type { Objects } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

/**
 * What Lean's kernel says to declarations, each by itself on top of a library: for comparing it with another kernel.
 * Nothing else is looked at here, so what this says is no verdict on a proof.
 */
export function createDeclarationJudge(lean: Objects, kernel: Kernel) {
  /** @returns a declaration's refusal, or null where it is accepted */
  return (kernelEnvironment: Obj, data: ValidExport): (string | null)[] => {
    const reader = createExportReader(lean, data)
    try {
      return data.declarations.map((declaration) => {
        if ('quot' in declaration) return 'the quotient belongs to the library'
        const added = kernel.add(lean.inc(kernelEnvironment), reader, declaration)
        if ('refusal' in added) return added.refusal
        lean.dec(added.environment)
        return null
      })
    } finally {
      reader.end()
    }
  }
}

/**
 * What comes back of declarations that Lean has built and nobody has checked: for a test that nothing changes on the way.
 * Inductive groups and the quotient are left out.
 */
export function createEcho(lean: Objects, kernel: Kernel) {
  return (data: ValidExport): DeclarationExport => {
    const reader = createExportReader(lean, data)
    const writer = createExportWriter(lean)
    const built: Owned[] = []
    try {
      for (const declaration of data.declarations) {
        if ('quot' in declaration || 'inductive' in declaration) continue
        // These variants of Lean.Declaration look like those of Lean.ConstantInfo.
        const info = kernel.build(reader, declaration)
        built.push(info)
        writer.declare(info)
      }
      return writer.written()
    } finally {
      for (const o of built) lean.dec(o)
      reader.end()
    }
  }
}
