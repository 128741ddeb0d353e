import type { FalseCase } from '../cases.ts'
import { DEEP } from './deep.ts'
import { FORGED_TERMS } from './forged-terms.ts'
import { KERNEL_FAULTS } from './kernel-bugs.ts'
import { KERNEL_NAMES, OWN_WORLDS } from './kernel-names.ts'
import { OPTIONS } from './options.ts'
import { SCRIPTS } from './scripts.ts'
import { OTHER_STATEMENTS, STATEMENT_CONSTANTS } from './statements.ts'
import { STRINGS } from './strings.ts'
import { COMPILED_CODE } from './trust.ts'
import { HEADERS, STATEMENTS } from './trusted-side.ts'

export const FALSE_CASES: readonly FalseCase[] = [
  ...SCRIPTS,
  ...OPTIONS,
  ...OTHER_STATEMENTS,
  ...STATEMENT_CONSTANTS,
  ...STRINGS,
  ...COMPILED_CODE,
  ...KERNEL_NAMES,
  ...OWN_WORLDS,
  ...HEADERS,
  ...STATEMENTS,
  ...FORGED_TERMS,
  ...KERNEL_FAULTS,
  ...DEEP,
]
