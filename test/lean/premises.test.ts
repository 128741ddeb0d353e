import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { premisesFrom } from '../../src/policy/open.ts'
import { PREMISES_PER_GOAL } from '../../src/policy/premises.ts'
import { sharedEngine } from './shared-engine.ts'

/** A cache folder of its own, once Lean has been started from the usual one. */
let folder = ''
let engine: EmbeddedEngine
const before = process.env.HEDGE_CACHE
beforeAll(async () => {
  engine = await sharedEngine()
  folder = mkdtempSync(join(tmpdir(), 'hedge-premises-'))
  process.env.HEDGE_CACHE = folder
})
afterAll(() => {
  if (before === undefined) delete process.env.HEDGE_CACHE
  else process.env.HEDGE_CACHE = before
  rmSync(folder, { recursive: true })
})

test('300 headers leave one list of premises, since they import the same', async () => {
  for (let i = 0; i < 300; i++) {
    const header = `def f${i} (n : Nat) := n + ${i}\ntheorem f${i}_zero : f${i} 0 = ${i} := by simp [f${i}]`
    const { definitions, theorems } = await engine.localPremises(header)
    expect(definitions.map(({ name }) => name)).toEqual([`f${i}`])
    expect(theorems.map(({ name }) => name)).toEqual([`f${i}_zero`])
    if (i % 50 === 0) expect((await engine.premises(header)).theorems.length).toBeGreaterThan(10_000)
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('premises-'))).toHaveLength(1)
})

test('what a header declares is found beside the library, and only what proofs may rest on', async () => {
  const index = await premisesFrom({
    premises: (header) => engine.premises(header),
    localPremises: (header) => engine.localPremises(header),
    start: (theorem) => engine.start(theorem),
  })(
    'def quad (n : Nat) := 4 * n\ntheorem quad_eq (n : Nat) : quad n = 4 * n := rfl\ntheorem left_out (n : Nat) : quad n = n := sorry',
  )
  const quad = (await engine.localPremises('def quad (n : Nat) := 4 * n')).definitions[0]?.constant as string
  expect(index.local?.([quad, 'Nat'])).toMatchObject({ definitions: ['quad'], theorems: [{ name: 'quad_eq' }] })
  expect(index.find(['Nat.gcd'], PREMISES_PER_GOAL)).toHaveLength(PREMISES_PER_GOAL)
})

test('a text that begins before Init is offered no theorem that comes later', async () => {
  const early = await engine.premises('prelude\nimport Init.Data.Nat.Basic')
  const names = new Set(early.theorems.map(({ name }) => name))
  expect(names).toContain('Nat.add_comm')
  expect(names).not.toContain('List.reverse_append')
})
