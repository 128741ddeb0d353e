import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EmbeddedEngine } from '../../../src/lean/embedded/engine.ts'
import { judge } from './cases.ts'
import { FALSE_CASES } from './false/all.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await EmbeddedEngine.create({ processes: 1 })
})
afterAll(() => engine?.dispose())

const kinds = [...new Set(FALSE_CASES.map(({ kind }) => kind))]

describe.each(kinds)('%s', (kind) => {
  test.each(FALSE_CASES.filter((c) => c.kind === kind))('$what', async (c) => {
    const answer = await judge(engine, c)
    expect(answer).toMatch(/^(rejected|bad input): /)
    if (c.because !== undefined) expect(answer).toMatch(c.because)
    if (c.elaborates === true) expect(answer).not.toMatch(/^bad input|Lean reports an error|does not declare/)
  })
})
