import { beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedEngine } from '../../../src/lean/embedded/engine.ts'
import { sharedEngine } from '../shared-engine.ts'
import { judge } from './cases.ts'
import { TRUE_CASES } from './true/all.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

const kinds = [...new Set(TRUE_CASES.map(({ kind }) => kind))]

describe.each(kinds)('%s', (kind) => {
  test.each(TRUE_CASES.filter((c) => c.kind === kind))('$what', async (c) => {
    const answer = await judge(engine, c)
    if (c.refused === undefined) expect(answer).toBe('verified')
    else expect(answer).toMatch(new RegExp(`^verified$|${c.refused.source}`, c.refused.flags))
  })
})
