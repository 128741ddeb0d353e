import { createEngine } from '../../src/policy/network/create-engine.ts'
import type { EngineState, NetworkEngine } from '../../src/policy/network/engine.ts'
import { dco } from '../../src/training/dco-loss.ts'
import { batchOf, type Item, itemLogProbs, weighted } from '../../src/training/items.ts'
import { DIRECT_RUN } from '../dco-demo/task.ts'

/** What one difficulty of questions never learnt from says about a network. */
export type LevelView = {
  /** Derivative of the mean test loss -log C^N along the step that cross-entropy takes on these questions (C.1). */
  readonly derivative: number
  /** Mean probability of their right answers, and mean F(N, p) (C.8). */
  readonly confidence: number
  readonly factor: number
}

const CHUNK = 64

/** Views of the network with this state, one for each list of `unseen`, at pass@`n`. */
export async function levelViews(
  state: EngineState,
  test: readonly Item[],
  unseen: readonly (readonly Item[])[],
  n: number,
): Promise<LevelView[]> {
  const engine = await createEngine(DIRECT_RUN)
  try {
    engine.writeState(state)
    const loss = await meanGradient(engine, test, (logProb) => dco(n, logProb).factor)
    const views: LevelView[] = []
    for (const items of unseen) {
      const { gradient, logProbs } = await meanGradient(engine, items, () => 1)
      views.push({
        // The step is against the gradient of cross-entropy.
        derivative: -loss.gradient.reduce((sum, x, i) => sum + x * (gradient[i] as number), 0),
        confidence: mean(logProbs.map(Math.exp)),
        factor: mean(logProbs.map((logProb) => dco(n, logProb).factor)),
      })
    }
    return views
  } finally {
    await engine.dispose()
  }
}

/** Gradient of the mean over items of `factor`(log p) times -log p, with the factor a constant; in float64. */
export async function meanGradient(
  engine: NetworkEngine,
  items: readonly Item[],
  factor: (logProb: number) => number,
): Promise<{ gradient: Float64Array; logProbs: number[] }> {
  const gradient = new Float64Array((await engine.readState()).parameters.length)
  const logProbs: number[] = []
  for (let at = 0; at < items.length; at += CHUNK) {
    const part = items.slice(at, at + CHUNK)
    const batch = batchOf(part, engine.config.contextLength)
    const known = itemLogProbs(part, await engine.score(batch))
    const weights = known.map((logProb) => factor(logProb) / items.length)
    const found = await engine.gradient(weighted(batch, part, weights))
    found.gradient.forEach((x, i) => {
      gradient[i] = (gradient[i] as number) + x
    })
    logProbs.push(...known)
  }
  return { gradient, logProbs }
}

export const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length
