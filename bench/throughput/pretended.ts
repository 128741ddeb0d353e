import type { ProofState } from '../../src/proof/proof-state.ts'
import { hash32 } from '../../src/proof/random.ts'
import { sha256 } from '../../src/proof/sha256.ts'
import type { TacticResult } from '../../src/proof/tactic-result.ts'

/** A state has so many tactics that a model may draw, the first ones most often. */
export const TACTICS = 24

/** In [0, 1), from a text alone. */
export const chance = (text: string) => hash32(`${hash32(text)}/${text}`) / 2 ** 32

/** Half of the tactics fail; one in sixty finishes; the others lead on. */
export function outcome(state: ProofState, tactic: string): TacticResult {
  const u = chance(`${state.key} ${tactic}`)
  if (u < 0.5)
    return { kind: 'error', message: `omega could not prove the goal:\n${'a possible counterexample '.repeat(6)}` }
  if (u > 1 - 1 / 60) return { kind: 'finished' }
  return { kind: 'open', state: stateOf(`${state.key} ${tactic}`, [...state.path, tactic]) }
}

/** As large as states of Mathlib are. */
export function stateOf(name: string, path: readonly string[]): ProofState {
  const key = sha256(name)
  const hypotheses = Array.from({ length: 8 }, (_, i) => `h${i} : ${key.slice(i, i + 12)} x y = f (x * ${i}) + y ^ 2`)
  return {
    key,
    goals: [{ text: `x y : ℝ\n${hypotheses.join('\n')}\n⊢ ${key} ≤ x + y`, constants: ['HAdd.hAdd', 'Real'] }],
    path,
  }
}
