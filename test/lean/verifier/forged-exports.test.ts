import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { librarySource } from '../../../src/lean/embedded/library-source.ts'
import type { LeanPool } from '../../../src/lean/embedded/pool.ts'
import { SecondKernel } from '../../../src/lean/second-kernel.ts'
import { validateExport } from '../../../src/proof/declarations/validate.ts'
import { sharedEngine } from '../shared-engine.ts'
import { FORGED_EXPORTS } from './forged-exports.ts'

const IMPORTS = [{ module: 'Init', all: false }]
let pool: LeanPool
let second: SecondKernel
/** The statements `False`, and `True`. */
let stated: unknown
let right: unknown

async function state(statement: string): Promise<unknown> {
  return pool.withStatementProcess('', async ({ process }) => {
    const answer = await process.request('stateTheorem', { header: '', statement }, 60_000)
    if (answer.kind !== 'stated') throw new Error(answer.diagnostics[0]?.text)
    return { result: answer.exported, heapBytes: 0, reusable: true }
  })
}

/** What Lean's kernel says, in the process that never sees a text. */
const lean = (statement: unknown, proof: unknown) =>
  pool.withKernelProcess(async ({ process }) => {
    const params = { imports: IMPORTS, stated: statement, proof }
    const { heapBytes, ...result } = await process.request('checkProof', params, 60_000)
    return { result, heapBytes, reusable: true }
  })

beforeAll(async () => {
  ;({ pool } = await sharedEngine())
  second = new SecondKernel(librarySource(pool))
  stated = await state('theorem t : False')
  right = await state('theorem t : True')
})
afterAll(async () => {
  await second?.dispose()
})

describe('well formed, and refused by both kernels', () => {
  test.each(FORGED_EXPORTS)('$what', async ({ exported }) => {
    expect(validateExport(exported)).toBe(exported)
    expect(await lean(stated, exported)).toMatchObject({ kind: 'refused' })
    const { verdict } = await second.check({ imports: IMPORTS, stated, proof: exported })
    expect(verdict.kind).toBe('refused')
  })
})

describe('no export at all, at the border of the process', () => {
  test.each([
    ['nothing', null],
    ['a text', 'proof'],
    ['a number', 7],
    ['a list', []],
    ['an object without tables', {}],
    ['tables that are none', { names: 1, levels: 2, terms: 3, declarations: 4 }],
    [
      'a name for a term',
      { names: [{ str: { pre: 0, str: 'x' } }], levels: [], terms: [{ str: { pre: 0, str: 'x' } }], declarations: [] },
    ],
    ['a free variable', { names: [], levels: [], terms: [{ fvar: 'x' }], declarations: [] }],
    ['a table of another making', { names: [], levels: [], terms: [], declarations: [], more: [] }],
  ])('%s', async (_what, proof) => {
    expect(await lean(stated, proof)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/malformed/) })
  })

  test('what is no module of the library', async () => {
    const proof = FORGED_EXPORTS[1]?.exported
    const answer = await pool.withKernelProcess(async ({ process }) => {
      const imports = [{ module: 'Init\nimport Lean', all: false }]
      const { heapBytes, ...result } = await process.request('checkProof', { imports, stated, proof }, 60_000)
      return { result, heapBytes, reusable: true }
    })
    expect(answer).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/no module/) })
  })
})

test('and a true proof is accepted by both, or the tests above would say nothing', async () => {
  const exported = FORGED_EXPORTS.find(({ what }) => what === 'a proof of another type')?.exported
  if (exported === undefined) throw new Error('there is no such export')
  // The same, with the type that it has.
  const { names, terms } = exported
  const at = names.findIndex((entry) => 'str' in entry && entry.str.str === 'False')
  const proof = {
    ...exported,
    names: names.map((entry, i) => (i === at ? { str: { pre: 0, str: 'True' } } : entry)),
    terms,
  }
  expect(await lean(right, proof)).toMatchObject({ kind: 'verified', axioms: [] })
  expect((await second.check({ imports: IMPORTS, stated: right, proof })).verdict).toMatchObject({ kind: 'accepted' })
})
