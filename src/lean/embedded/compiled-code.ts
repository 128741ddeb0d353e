import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { StartProgress } from '../engine.ts'
import { HOST_V8_FLAGS, type LeanProcess, spawnLean } from './lean-process.ts'
import type { NodeBinary } from './node-binary.ts'
import { cacheRoot, type PreparedLean } from './prepare.ts'

/** A loaded machine takes many times the usual few seconds for each of these. */
const DEADLINE_MS = 180_000
const ROUNDS = 4
/** What a code file holds of all the code. */
const FORM = 'optimised functions'

type Work = { readonly statement: string; readonly tactics: readonly string[]; readonly proof: string }
/** What every search does, so that V8 has optimised it when the code is kept. */
export const WORK: readonly Work[] = [
  {
    statement: 'theorem t (a b : Nat) (h : a ≤ b) : a + b = b + a',
    tactics: [
      'intro x',
      'omega',
      'simp',
      'simp_all',
      'exact Nat.add_comm a b',
      'grind',
      'constructor',
      'cases a',
      'induction a',
      'rw [Nat.add_comm]',
      'decide',
      'apply Nat.le_antisymm',
      'exact foo',
    ],
    proof: 'omega',
  },
  {
    statement: 'theorem t (p q r : Prop) (f : p → q) (g : q → r) (h : p ∨ q) : r',
    tactics: [
      'apply g',
      'cases h',
      'rcases h with h | h',
      'exact g (f h)',
      'simp_all',
      'grind',
      'by_cases p',
      'exfalso',
    ],
    proof: 'exact h.elim (fun hp => g (f hp)) g',
  },
  {
    statement: 'theorem t (xs ys : List Nat) : (xs ++ ys).length = ys.length + xs.length',
    tactics: ['simp', 'simp [Nat.add_comm]', 'induction xs', 'cases ys', 'rw [List.length_append]', 'grind', 'rfl'],
    proof: 'simp [Nat.add_comm]',
  },
]

/** What files declare before a theorem. Their first declarations cost a process more than its start where this is left out. */
const FILES: readonly { readonly before: string; readonly statement: string; readonly proof: string }[] = [
  {
    before: 'structure P where\n  x : Nat\n  y : Nat\nderiving Repr',
    statement: 'theorem t (p q : P) (h : p.x = q.x) (g : p.y = q.y) : p = q',
    proof: 'cases p; cases q; simp_all',
  },
  {
    before: `inductive Tree (α : Type) | nil | node (l : Tree α) (v : α) (r : Tree α)
namespace Tree
def mirror : Tree α → Tree α
  | nil => nil
  | node l v r => node r.mirror v l.mirror
end Tree`,
    statement: 'theorem t (a : Tree Nat) : a.mirror.mirror = a',
    proof: 'induction a with\n  | nil => rfl\n  | node l v r h g => simp [Tree.mirror, h, g]',
  },
  {
    before: 'def f (n : Nat) : Nat := if n = 0 then 1 else 2 * f (n - 1)\nnotation "two" => 2\nvariable (k : Nat)',
    statement: 'theorem t : f 3 = 8',
    proof: 'simp [f]',
  },
  {
    before: 'class C (α : Type) where\n  op : α → α → α\ninstance : C Nat := ⟨(· + ·)⟩\nopen C',
    statement: 'theorem t (a b : Nat) : op a b = op b a',
    proof: 'show a + b = b + a\n  omega',
  },
]
/** Rounds that elaborate `FILES`: more of them make the file larger, and hardly anything faster. */
const FILE_ROUNDS = 2

/**
 * The module's machine code as V8 has it after some work: a process that starts with it need not compile and optimise the
 * same functions again, which is most of the time to its first answers. Made once for a version of Node; what V8 does not take, because of
 * another processor or damage, costs only the time. `undefined` where it could not be made.
 */
export async function compiledCode(
  node: NodeBinary,
  lean: PreparedLean,
  progress: StartProgress = () => {},
): Promise<string | undefined> {
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        node.version,
        process.arch,
        basename(lean.directory),
        HOST_V8_FLAGS,
        FORM,
        ROUNDS,
        WORK,
        FILE_ROUNDS,
        FILES,
      ]),
    )
    .digest('hex')
    .slice(0, 16)
  const path = join(cacheRoot(), `compiled-${key}.bin`)
  const known = await stat(path).catch(() => undefined)
  if (known !== undefined) return path
  progress('compiling Lean', 0)
  const temporary = join(cacheRoot(), `tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  const host = spawnLean(node, lean)
  try {
    await host.request('hello', {}, DEADLINE_MS)
    for (let round = 0; round < ROUNDS; round++) {
      progress('compiling Lean', (round + 1) / (ROUNDS + 1))
      for (const work of WORK) await workOn(host, work)
      if (round < FILE_ROUNDS)
        for (const { before, statement, proof } of FILES) await verifyIn(host, before, statement, proof)
    }
    const { code } = await host.request('compiledCode', {}, DEADLINE_MS)
    await mkdir(cacheRoot(), { recursive: true })
    await writeFile(temporary, Buffer.from(code, 'base64'))
    await rename(temporary, path)
    return path
  } catch {
    await rm(temporary, { force: true }).catch(() => {})
    return undefined
  } finally {
    progress('compiling Lean', 1)
    host.kill('its code is written')
    await host.gone
  }
}

/** Runs the tactics, and has the proof verified. */
async function workOn(host: LeanProcess, { statement, tactics, proof }: Work): Promise<void> {
  const opened = await host.request('open', { header: '' }, DEADLINE_MS)
  if (opened.kind !== 'opened') return
  const { environment } = opened
  const started = await host.request('start', { environment, statement, heartbeats: 20_000 }, DEADLINE_MS)
  if (started.kind !== 'started') return
  const { theorem, state } = started
  await host.run({ theorem, state, tactics }, DEADLINE_MS, () => {})
  host.notify('closeTheorem', { theorem })
  await verifyIn(host, '', statement, proof)
}

/** @returns whether the proof was verified, all of it in this one process */
export async function verifyIn(host: LeanProcess, header: string, statement: string, proof: string): Promise<boolean> {
  const source = `${header}\n${statement} := by\n  ${proof}\n`
  const stated = await host.request('stateTheorem', { header, statement }, DEADLINE_MS)
  if (stated.kind !== 'stated') return false
  const exported = await host.request('exportProof', { source, name: stated.name }, DEADLINE_MS)
  if (exported.kind !== 'exported') return false
  const { imports } = stated
  const parts = { imports, stated: stated.exported, proof: exported.exported }
  return (await host.request('checkProof', parts, DEADLINE_MS)).kind === 'verified'
}
