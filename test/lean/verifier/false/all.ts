import type { FalseCase } from '../cases.ts'
import { FORGED_TERMS } from './forged-terms.ts'
import { KERNEL_NAMES, OWN_WORLDS } from './kernel-names.ts'
import { SCRIPTS } from './scripts.ts'

export const FALSE_CASES: readonly FalseCase[] = [...SCRIPTS, ...KERNEL_NAMES, ...OWN_WORLDS, ...FORGED_TERMS]
