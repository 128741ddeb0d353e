import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { normaliseStatement } from '../../src/dataset/same-statement.ts'
import { loadTheorems } from '../../src/dataset/theorem-file.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { openHeader } from '../../src/lean/embedded/session.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

const FOLDER = 'datasets/core-train'
const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.lean')).map((name) => `${FOLDER}/${name}`)

describe('training theorems', { timeout: 600_000 }, () => {
  test('are many, are read without complaint, and have names of their own', async () => {
    const names: string[] = []
    for (const file of files) {
      const { theorems, problems } = await loadTheorems(file)
      expect(problems).toEqual([])
      names.push(...theorems.map(({ theorem }) => theorem.name))
    }
    expect(names.length).toBeGreaterThanOrEqual(300)
    expect(new Set(names).size).toBe(names.length)
  })

  test('ask nothing of Lean that a proof may not', async () => {
    for (const file of files)
      expect(await readFile(file, 'utf8')).not.toMatch(/\b(sorry|native_decide|axiom|set_option|unsafe|import)\b/)
  })

  test('are none of those that the prover is measured on', async () => {
    const measured = new Set<string>()
    for (const set of await measuredSets())
      for (const row of (await readFile(set, 'utf8')).split('\n').filter((line) => line !== '')) {
        const { statement = '', core_statement = '' } = JSON.parse(row)
        for (const text of [statement, core_statement]) if (text !== '') measured.add(normaliseStatement(text))
      }
    const own = new Set<string>()
    for (const file of files)
      for (const { theorem } of (await loadTheorems(file)).theorems) {
        const statement = normaliseStatement(theorem.statement)
        expect(measured, theorem.name).not.toContain(statement)
        expect(own, theorem.name).not.toContain(statement)
        own.add(statement)
      }
  })

  test('a renamed theorem is the same theorem', () => {
    const one = normaliseStatement('theorem a (x y : ℕ) (h : x\n  = y) : ∃ z, z = y')
    expect(normaliseStatement('theorem b (m n : Nat) (k : m = n) : ∃ q, q = n := by')).toBe(one)
    expect(normaliseStatement('theorem b (m n : Nat) (k : m = n) : ∃ q, q = m')).not.toBe(one)
  })

  describe('in Lean', () => {
    let engine: EmbeddedEngine
    beforeAll(async () => {
      engine = await sharedEngine()
    }, 600_000)

    test.each(files)('%s is proved, without errors and warnings', async (file) => {
      const source = await readFile(file, 'utf8')
      const diagnostics = await engine.pool.withWorker(async (worker) => {
        const { environment } = await openHeader(worker, '')
        return (await worker.process.request('elaborate', { environment, source }, 300_000)).diagnostics
      })
      expect(diagnostics.map(({ line, severity, text }) => `${line}: ${severity}: ${text}`)).toEqual([])
    })
  })
})

/** What comes with the program, and what stands beside the clone where there is anything. */
async function measuredSets(): Promise<string[]> {
  const beside = '../shared/data'
  const others = existsSync(beside) ? (await readdir(beside)).filter((name) => name.endsWith('.jsonl')) : []
  return ['datasets/core-small.jsonl', ...others.map((name) => `${beside}/${name}`)]
}
