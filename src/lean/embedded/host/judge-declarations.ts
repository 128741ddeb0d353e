import type { ValidExport } from '../../../proof/declarations/validate.ts'
import { createExportReader } from './export-reader.ts'
import type { Kernel } from './kernel.ts'
import type { Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

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
