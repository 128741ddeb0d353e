import { afterAll, expect, test } from 'vitest'
import { DeclarationCheck } from '../../../src/lean/kernel/declaration-check.ts'
import { SecondKernel } from '../../../src/lean/second-kernel.ts'
import type { DeclarationExport, TermEntry } from '../../../src/proof/declarations/export.ts'
import { validateExport } from '../../../src/proof/declarations/validate.ts'
import { PRELUDE, preludeLibrary } from './prelude.ts'
import { unchecked } from './text.ts'

let asked = 0
const kernel = new SecondKernel(async () => {
  asked++
  return { exported: unchecked(PRELUDE), axioms: [['propext'], ['sorryAx']] }
})
afterAll(() => kernel.dispose())
const imports = [{ module: 'Init', all: false }]

/** `theorem t : n = n' := rfl`, where `n` is `depth` applications of the successor, and `n'` a literal. */
function tower(depth: number, literal: number): { stated: DeclarationExport; proof: DeclarationExport } {
  const base =
    unchecked(`axiom t : Eq.{1} Nat Nat.zero ${literal} theorem s : Eq.{1} Nat Nat.zero ${literal} := Eq.refl.{1} Nat ${literal}
    def succ : Nat -> Nat := Nat.succ`)
  const terms: TermEntry[] = [...base.terms]
  const find = (name: string) => terms.findIndex((t) => 'const' in t && nameText(base, t.const.name) === name)
  const succ = find('Nat.succ')
  let value = find('Nat.zero')
  for (let i = 0; i < depth; i++) value = terms.push({ app: { fn: succ, arg: value } }) - 1
  const [axiom, thm] = base.declarations
  if (axiom === undefined || !('axiom' in axiom) || thm === undefined || !('thm' in thm)) throw new Error('no theorem')
  const equation = terms[axiom.axiom.type] as Extract<TermEntry, { app: unknown }>
  const left = terms[equation.app.fn] as Extract<TermEntry, { app: unknown }>
  const fn = terms.push({ app: { fn: left.app.fn, arg: value } }) - 1
  const type = terms.push({ app: { fn, arg: equation.app.arg } }) - 1
  const tables = { names: base.names, levels: base.levels, terms }
  return {
    stated: { ...tables, declarations: [{ axiom: { ...axiom.axiom, type } }] },
    proof: { ...tables, declarations: [{ thm: { ...thm.thm, type } }] },
  }
}
function nameText(data: DeclarationExport, at: number): string {
  const entry = data.names[at - 1]
  if (entry === undefined || !('str' in entry)) return ''
  return entry.str.pre === 0 ? entry.str.str : `${nameText(data, entry.str.pre)}.${entry.str.str}`
}

test('a term 20,000 levels deep is checked in the thread', async () => {
  const { verdict } = await kernel.check({ imports, ...tower(20_000, 20_000) })
  expect(verdict).toEqual({ kind: 'accepted', axioms: [] })
})
test('and found wrong', async () => {
  const { verdict } = await kernel.check({ imports, ...tower(20_000, 20_001) })
  expect(verdict).toMatchObject({ kind: 'refused', rule: 'declared type' })
})
test('the library is asked for once, and kept', async () => {
  expect((await kernel.check({ imports, ...tower(3, 3) })).verdict.kind).toBe('accepted')
  expect(asked).toBeLessThanOrEqual(2)
})
test('on a small stack the check is unfinished, and the thread goes on after a limit', async () => {
  const { proof } = tower(30_000, 30_000)
  const library = preludeLibrary()
  expect(new DeclarationCheck(library, validateExport(proof)).run()).toMatchObject({
    kind: 'unfinished',
    limit: 'stack',
  })
  expect(library.isRetired).toBe(true)
  const { verdict } = await kernel.check({ imports, ...tower(50, 50), limits: { steps: 5 } })
  expect(verdict).toMatchObject({ kind: 'unfinished', limit: 'steps' })
  expect((await kernel.check({ imports, ...tower(50, 50) })).verdict.kind).toBe('accepted')
})
test('a check that is not done in time is ended, and the next one is not', async () => {
  const { verdict } = await kernel.check({ imports, ...tower(20_000, 20_000), deadlineMs: 1 })
  expect(verdict).toMatchObject({ kind: 'unfinished', limit: 'time' })
  expect((await kernel.check({ imports, ...tower(3, 3) })).verdict.kind).toBe('accepted')
})
test('what is malformed is an error, not a verdict', async () => {
  const { stated, proof } = tower(3, 3)
  await expect(kernel.check({ imports, stated, proof: { ...proof, terms: [{ fvar: 1 }] } })).rejects.toThrow(/term 0/)
  expect((await kernel.check({ imports, ...tower(3, 3) })).verdict.kind).toBe('accepted')
})
