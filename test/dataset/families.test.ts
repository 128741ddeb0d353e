import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { familyTheorems } from '../../bench/families/families.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

const PATIENCE_MS = 600_000
let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
}, PATIENCE_MS)

const theorems = familyTheorems('1', 6)

test('the set in the repository is what the script makes, split by family', () => {
  const kept = readFileSync('datasets/families.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(kept).toEqual(theorems)
  expect(theorems.filter(({ split }) => split !== 'train').length).toBeGreaterThanOrEqual(150)
  const familiesOf = (split: string) => new Set(theorems.filter((t) => t.split === split).map(({ family }) => family))
  for (const measured of ['valid', 'test'])
    expect([...familiesOf('train')].filter((family) => familiesOf(measured).has(family))).toEqual([])
  expect([...familiesOf('valid')].filter((family) => familiesOf('test').has(family))).toEqual([])
  expect(familiesOf('valid').size + familiesOf('test').size).toBeGreaterThanOrEqual(30)
  expect(new Set(theorems.map(({ statement }) => statement.replace(/^theorem \S+/, ''))).size).toBe(theorems.length)
  expect(familyTheorems('2', 6)).not.toEqual(theorems)
})

test('every statement elaborates', { timeout: PATIENCE_MS }, async () => {
  for (const theorem of theorems) {
    const started = await engine.start({ ...theorem, header: '' })
    expect(started.kind, theorem.statement).toBe('started')
    if (started.kind === 'started') await started.session.close()
  }
})
