import type { TrueCase } from '../cases.ts'
import { FILES, TACTIC_CASES } from './files.ts'
import { HELPERS } from './helpers.ts'
import { BINDER_CASES, NAMED, NAMED_SCRIPTS } from './names.ts'

export const TRUE_CASES: readonly TrueCase[] = [
  ...NAMED,
  ...NAMED_SCRIPTS,
  ...BINDER_CASES,
  ...HELPERS,
  ...FILES,
  ...TACTIC_CASES,
]
