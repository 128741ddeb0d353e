import type { ProofSession } from '../src/lean/engine.ts'
import { LspEngine } from '../src/lean/native/engine.ts'
import { wasmPeer } from '../test/lean/wasm-worker/peer.ts'

/** Tactics of all kinds on one state: 32 of them, each different. */
const TACTICS = [
  'omega',
  'cases a',
  'intro x',
  'exact foo',
  'rw [Nat.add_comm]',
  'simp',
  'simp [h]',
  'rfl',
  'exact h',
  'constructor',
  'apply Nat.le_antisymm',
  'skip',
  'induction a',
  'have k := h',
  'exact Nat.add_comm a b',
  'contradiction',
  'assumption',
  'exfalso',
  'symm',
  'cases b',
  'rw [Nat.add_comm a b]',
  'rw [h]',
  'subst h',
  'ac_rfl',
  'decide',
  'simp only [Nat.add_comm]',
  'have := Nat.le_add_right a b',
  'revert h',
  'exact Nat.le_refl a',
  'apply Eq.symm',
  'injection h',
  'trivial',
]
const WARM_UP = 8
const ROUNDS = 9
const THEOREM = { name: 't', header: '', statement: 'theorem t (a b : Nat) (h : a ≤ b) : a + b = b + a' }
const LIMITS = { heartbeats: 20_000, wallClockMs: 60_000 }

const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length
const ms = (x: number): string => `${x.toFixed(0)} ms`

const engine = new LspEngine(await wasmPeer(), { processes: 1 })
try {
  const begun = performance.now()
  const started = await engine.start(THEOREM, LIMITS)
  if (started.kind !== 'started') throw new Error('the theorem was not started')
  console.log(`Lean ${engine.leanVersion}: up and the theorem started in ${ms(performance.now() - begun)}`)
  await compare(started.session)
} finally {
  await engine.dispose()
}

/** Singles and batches in turns, so that what else the machine does falls on both. */
async function compare(session: ProofSession): Promise<void> {
  const batches: number[] = []
  const singles: number[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const batch = await timed(() => session.runTactics(session.root, TACTICS))
    const some = TACTICS.filter((_, i) => i % 4 === round % 4)
    const alone: number[] = []
    for (const tactic of some) alone.push(await timed(() => session.runTactics(session.root, [tactic])))
    // The first rounds compile Lean's code.
    if (round < WARM_UP) continue
    batches.push(batch)
    singles.push(...alone)
    console.log(
      `round ${round - WARM_UP + 1}: batch of ${TACTICS.length} ${ms(batch)}, mean of ${some.length} singles ${ms(mean(alone))}`,
    )
  }
  const [batch, single] = [mean(batches), mean(singles)]
  console.log(`\nbatch of ${TACTICS.length}, mean: ${ms(batch)}; a single try, mean: ${ms(single)}`)
  console.log(`a batch costs ${(batch / single).toFixed(1)} single tries; the aim is less than 8`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}
