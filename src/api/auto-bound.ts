import { autoBoundName } from '../lean/auto-bound.ts'
import type { Engine } from '../lean/engine.ts'
import { missingMathlib } from '../lean/mathlib-hint.ts'
import type { ProofState } from '../proof/proof-state.ts'
import type { Theorem } from '../proof/theorem.ts'

/** One sentence where a statement elaborates only because Lean binds a name by itself. */
export async function boundAutomatically(
  engine: Engine,
  theorem: Theorem,
  root: ProofState,
): Promise<string | undefined> {
  const name = await autoBoundName(engine, theorem, root)
  if (name === undefined) return undefined
  const bound = `\`${name}\` is not declared; Lean takes it for a new variable (autoImplicit)`
  const hint = missingMathlib(name)
  return hint === undefined ? bound : `${bound}; ${hint}`
}
