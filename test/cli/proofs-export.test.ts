import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { proofsExportCommand } from '../../src/cli/proofs-export.ts'
import { schedule } from '../../src/ensemble/scheduler.ts'
import type { World } from '../../src/ensemble/world.ts'
import { toLeanSource } from '../../src/proof/proof.ts'
import { parseStatement } from '../../src/proof/statement.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { coinMember, planOf, provenance } from '../ensemble/simulated.ts'
import { toyDomain } from '../search/toy.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Proofs as a search would have found them, with texts before the theorem of every kind. */
const HEADERS: readonly (readonly [header: string, statement: string, proof: string])[] = [
  ['namespace Open', 'theorem NAME (n : Nat) : n + 0 = n', 'rfl'],
  ['namespace A.B\nsection\nvariable (n : Nat)', 'theorem NAME : n + 0 = n', 'rfl'],
  ['section Named\nuniverse u\nvariable {α : Type u} (x : α)', 'theorem NAME : x = x', 'rfl'],
  ['open Nat', 'theorem NAME (n : Nat) : succ n = n + 1', 'rfl'],
  ['open Nat in', 'theorem NAME (n : Nat) : succ n = n + 1', 'rfl'],
  ['import Init\nopen Nat (succ)', 'theorem NAME (n : Nat) : succ n = n + 1', 'rfl'],
  ['set_option maxRecDepth 4000\nset_option autoImplicit false', 'theorem NAME : 2 + 2 = 4', 'decide'],
  ['def f (n : Nat) := n + 1', 'theorem NAME : f 1 = 2', 'rfl'],
  ['def f (n : Nat) := n + 2', 'theorem NAME : f 1 = 3', 'rfl'],
  ['local notation "two" => 2', 'theorem NAME : two = 1 + 1', 'rfl'],
  ['notation "two" => 3', 'theorem NAME : two = 1 + 2', 'rfl'],
  ['-- import Nowhere\n/- import Nowhere -/\nimport Std', 'theorem NAME : True', 'trivial'],
  ['noncomputable section', 'theorem NAME (p q : Prop) (h : p ∧ q) : q ∧ p', 'exact ⟨h.2, h.1⟩'],
  ['namespace «strange name»', 'theorem NAME : 1 + 1 = 2', 'rfl'],
  ['', 'theorem NAME (a b : Nat) (h : a = b) : b = a', 'exact h.symm'],
  ['@[simp] def g := 4', 'theorem NAME : g = 4', 'simp'],
]

/** Those that run no code, which is told by the kind of their commands: others cost the verifier a process each. */
const INERT = [0, 3, 4, 5, 6, 12, 13, 14]

const theorems = Array.from({ length: 60 }, (_, i): [Theorem, string] => {
  const [header, statement, proof] = HEADERS[
    i < HEADERS.length ? i : (INERT[(i - HEADERS.length) % INERT.length] ?? 0)
  ] as (typeof HEADERS)[number]
  // Of the last round two have the names of others.
  const name = i >= 58 ? `t${i - 40}` : `t${i}`
  const parsed = parseStatement(`${header}\n${statement.replace('NAME', name)} := by sorry`)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return [parsed, proof]
})

async function recorded(path: string, which: (name: string) => boolean = () => true): Promise<void> {
  const world: World = {
    async open(theorem) {
      const proof = theorems.find(([one]) => one === theorem)?.[1] ?? ''
      return {
        kind: 'opened',
        domain: toyDomain('goal', () => ({ kind: 'finished' })),
        verify: async () => ({ kind: 'verified', source: toLeanSource(theorem, { tactics: [proof] }), axioms: [] }),
        close: async () => {},
      }
    },
  }
  const chosen = theorems.map(([theorem]) => theorem).filter(({ name }) => which(name))
  const plan = planOf({
    theorems: chosen,
    members: [coinMember('m', () => 1)],
    passes: 1,
  })
  const database = openResults(path)
  const journal = beginRun(database, plan, provenance)
  await schedule({ plan, members: plan.members, world, journal, positions: journal.open(false), workers: 1 })
  database.close()
}

async function check(path: string, out: string): Promise<{ code: typeof process.exitCode; out: string; err: string }> {
  const said = { out: '', err: '' }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.out += text
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.err += text
      return true
    }),
  ]
  try {
    await proofsExportCommand().parseAsync([path, '-o', join(folder, out), '--check'], { from: 'user' })
    return { code: process.exitCode, ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.exitCode = 0
  }
}

test('sixty theorems under headers of all kinds are verified from the files', async () => {
  const path = join(folder, 'run.sqlite')
  await recorded(path)
  const checked = await check(path, 'all.lean')
  expect(checked).toMatchObject({ code: 0, err: '' })
  expect(checked.out).toContain('60 theorems verified from the exported files, 0 refused')
  const first = await readFile(join(folder, 'all.lean'), 'utf8')
  expect(first).toContain('section\nnamespace Open\n\ntheorem t0')
  expect(first).toMatch(/end Open\n\nend\n/)
  // What can stand together does.
  expect((await readdir(folder)).filter((name) => name.startsWith('all')).length).toBeLessThan(30)
})

test('a tampered file is refused theorem by theorem, with the reason', async () => {
  const path = join(folder, 'tampered.sqlite')
  await recorded(path, (name) => /^t(0|14|16|23|29|31)$/.test(name))
  const database = openResults(path)
  const tamper = (name: string, source: string) =>
    database
      .prepare('UPDATE proofs SET source = ? WHERE theorem_id = (SELECT min(id) FROM theorems WHERE name = ?)')
      .run(source, name)
  tamper('t14', 'theorem t14 : True := by\n  trivial\n')
  tamper('t23', 'axiom cheat : False\n\ntheorem t23 (a b : Nat) (h : a = b) : b = a := by\n  exact cheat.elim\n')
  tamper('t31', 'theorem t31 (a b : Nat) (h : a = b) : b = a := by\n  sorry /-\n')
  database.close()
  const checked = await check(path, 'tampered.lean')
  expect(checked.code).toBe(3)
  expect(checked.out).toContain('3 theorems verified from the exported files, 3 refused')
  const lines = checked.err.trim().split('\n').sort()
  expect(lines).toEqual([
    expect.stringMatching(/^t14: the theorem proves another statement than the one given/),
    expect.stringMatching(/^t23: .*cheat/),
    expect.stringMatching(/^t31: /),
  ])
})
