import { beforeAll, describe, expect, test } from 'vitest'
import { headerOf, type Library, type LibraryTheorem, readLibrary, splitLibrary } from '../../src/dataset/library.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { LeanLibrary } from '../../src/lean/embedded/library.ts'
import { openHeader } from '../../src/lean/embedded/session.ts'
import { verifyProof } from '../../src/lean/verifier.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

describe('theorems of the embedded library', { timeout: 600_000 }, () => {
  let engine: EmbeddedEngine
  let library: Library
  beforeAll(async () => {
    engine = await sharedEngine()
    const modules = /^(Init\.Data\.Nat\.(Gcd|Coprime)|Init\.Prelude|Init\.Data\.Option\.List)$/
    library = await readLibrary(new LeanLibrary(engine.pool), { workers: 1, where: (name) => modules.test(name) })
  }, 600_000)

  const elaborate = (theorem: LibraryTheorem, source: string) =>
    engine.pool.withWorker(async (worker) => {
      const { environment } = await openHeader(worker, theorem.header)
      const { diagnostics } = await worker.process.request('elaborate', { environment, source }, 120_000)
      return diagnostics.filter((d) => d.severity === 'error').map((d) => d.text)
    })

  test('are kept, and what is left out is counted', () => {
    expect(library.theorems.length).toBeGreaterThan(10)
    expect(library.left['internal or private name']).toBeGreaterThan(0)
    // `Nat.gcd` is defined where its theorems are: what they say cannot be said before.
    expect(library.left['speaks of what its own module defines']).toBeGreaterThan(10)
    expect(library.theorems.some(({ name }) => name === 'Nat.gcd_comm')).toBe(false)
    // Nothing can be proved where there is no arithmetic yet.
    expect(library.left['too early in the library']).toBeGreaterThan(10)
  })

  test('are unknown in their own environment, where their statements are good', async () => {
    const modules = new Map(library.theorems.map((theorem) => [theorem.module, theorem]))
    expect(modules.size).toBeGreaterThan(1)
    for (const theorem of modules.values()) {
      expect((await elaborate(theorem, `#check @${theorem.name}\n`)).join()).toMatch(/[Uu]nknown (identifier|constant)/)
      expect(await elaborate(theorem, `${theorem.statement} := by\n  sorry\n`)).toEqual([])
      // With all of Init it is known, and has this very type.
      const known = { ...theorem, header: 'import Init' }
      const restated = theorem.statement.replace(theorem.name, 'restated')
      expect(
        await elaborate(
          known,
          `${restated} := by\n  intros\n  first | exact ${theorem.name} | (apply ${theorem.name} <;> assumption)\n`,
        ),
      ).toEqual([])
    }
  })

  test('can be worked on and proved', async () => {
    const theorem = library.theorems.find(({ name }) => name === 'Nat.dvd_mul') ?? library.theorems[0]
    if (theorem === undefined) throw new Error('no theorem was kept')
    const started = await engine.start(theorem)
    if (started.kind !== 'started') throw new Error(`${theorem.name} was rejected`)
    const [known] = await started.session.runTactics(started.session.root, [`exact ${theorem.name}`])
    expect(known).toEqual({ kind: 'error', message: 'the proof uses the theorem it proves' })
    await started.session.close()
    const easy = { ...theorem, name: 'easy', statement: 'theorem easy (a b : Nat) : a + b = b + a' }
    const verdict = await verifyProof(engine, easy, { tactics: ['exact Nat.add_comm a b'] })
    expect(verdict).toMatchObject({ kind: 'verified', axioms: [] })
  })
})

describe('splits', () => {
  const theorems = Array.from({ length: 500 }, (_, i) => ({
    name: `t${i}`,
    module: `M${i % 40}`,
    header: headerOf(['A', 'B', 'A']),
    statement: `theorem t${i} : True`,
  }))

  test('have the sizes asked for, and depend on names alone', () => {
    const rows = splitLibrary(theorems, 100, 50)
    const count = (split: string) => rows.filter((row) => row.split === split).length
    expect([count('test'), count('valid'), count('train')]).toEqual([100, 50, 350])
    const again = splitLibrary([...theorems].reverse(), 100, 50)
    expect(new Map(again.map((row) => [row.name, row.split]))).toEqual(
      new Map(rows.map((row) => [row.name, row.split])),
    )
  })

  test('by module have no module in two parts', () => {
    const parts = new Map<string, Set<string>>()
    for (const { module, novel } of splitLibrary(theorems))
      parts.set(module, (parts.get(module) ?? new Set()).add(novel))
    for (const part of parts.values()) expect(part.size).toBe(1)
    expect(new Set([...parts.values()].flatMap((part) => [...part]))).toEqual(new Set(['train', 'valid', 'test']))
  })

  test('a header begins without Init, and names each import once', () => {
    expect(theorems[0]?.header).toBe('prelude\nimport A\nimport B')
  })
})
