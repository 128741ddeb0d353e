import type { NameParts } from '../proof/declarations/names.ts'
import type { Limits } from './kernel/budget.ts'
import type { KernelVerdict } from './kernel/session.ts'

/** What the thread of the second kernel and its owner say to each other. Exports are validated in the thread. */
export type ToKernelThread =
  | {
      readonly kind: 'check'
      readonly id: number
      /** Which library the proof stands on. */
      readonly library: string
      readonly stated: unknown
      readonly proof: unknown
      readonly limits: Partial<Limits>
    }
  /** The constants that were needed, those among `asked` that exist, and perhaps others. */
  | {
      readonly kind: 'constants'
      readonly exported: unknown
      readonly asked: readonly NameParts[]
      readonly axioms: readonly NameParts[]
    }

export type FromKernelThread =
  | { readonly kind: 'needs'; readonly id: number; readonly constants: readonly NameParts[] }
  | {
      readonly kind: 'verdict'
      readonly id: number
      readonly verdict: KernelVerdict
      /** Milliseconds of checking, without the time that constants took to come. */
      readonly ms: number
      readonly steps: number
      /** Different terms in the store of the library. */
      readonly terms: number
    }
