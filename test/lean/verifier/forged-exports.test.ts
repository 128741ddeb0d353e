import { expect, test } from 'vitest'
import { validateExport } from '../../../src/proof/declarations/validate.ts'
import { FORGED_EXPORTS } from './forged-exports.ts'

test.each(FORGED_EXPORTS)('$what: well formed, so that it is for the kernel to refuse', ({ exported }) => {
  expect(validateExport(exported)).toBe(exported)
})
