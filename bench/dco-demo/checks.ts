import { type DirectRun, type Look, passAt, runDirect } from './experiment.ts'
import { directProblems } from './task.ts'

/** One claim about directions: `value` must be at least `margin`. */
export type Check = { readonly claim: string; readonly value: number; readonly margin: number }

/**
 * The short form: cross-entropy and DCO at N' = 256 on 800 questions. The margins are under half of
 * the smallest value seen over five seeds.
 */
export async function shortForm(seed: number): Promise<{ checks: Check[]; runs: DirectRun[] }> {
  const problems = directProblems(800, 300, seed)
  const plan = { problems, seed, epochs: 24, lookEvery: 2, batchSize: 64, learningRate: 3e-3, refill: 0.3 }
  const runs = [await runDirect(plan, 1), await runDirect(plan, 256)]
  return { checks: checksOf(runs), runs }
}

/** What the paper claims, about the first run (cross-entropy) and the run at N' = 256. */
export function checksOf(runs: readonly DirectRun[]): Check[] {
  const [entropy, dco] = [1, 256].map((n) => runs.find((run) => run.n === n)?.looks ?? []) as [Look[], Look[]]
  const [first, last, lastDco] = [entropy[0], entropy.at(-1), dco.at(-1)]
  if (first === undefined || last === undefined || lastDco === undefined) throw new Error('both runs are needed')
  const coverage = (n: number, look: Look) => passAt(n, look.right).mean
  const confidence = (look: Look) =>
    look.greedy.reduce((sum, { confidence }) => sum + confidence, 0) / look.greedy.length
  const best = Math.max(...entropy.map((look) => coverage(256, look)))
  const sureAndWrong = (look: Look) =>
    look.greedy.filter(({ confidence, correct }) => confidence > 0.5 && !correct).length / look.greedy.length
  return [
    {
      claim: 'cross-entropy: pass@1 grows from the first look to the last',
      value: coverage(1, last) - coverage(1, first),
      margin: 0.03,
    },
    {
      claim: 'cross-entropy: pass@256 falls from its best look to the last',
      value: best - coverage(256, last),
      margin: 0.05,
    },
    { claim: 'cross-entropy: greedy confidence grows', value: confidence(last) - confidence(first), margin: 0.15 },
    { claim: 'cross-entropy: certain of wrong answers at the end', value: sureAndWrong(last), margin: 0.08 },
    {
      claim: "DCO at N' = 256: less confident than cross-entropy",
      value: confidence(last) - confidence(lastDco),
      margin: 0.15,
    },
    {
      claim: "DCO at N' = 256: better pass@256 than cross-entropy",
      value: coverage(256, lastDco) - coverage(256, last),
      margin: 0.05,
    },
    {
      claim: "DCO at N' = 256: worse pass@1 than cross-entropy",
      value: coverage(1, last) - coverage(1, lastDco),
      margin: 0.03,
    },
  ]
}
