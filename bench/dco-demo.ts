import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Check, checksOf, shortForm } from './dco-demo/checks.ts'
import { type DirectRun, estimate, runDirect } from './dco-demo/experiment.ts'
import {
  boundsFigure,
  confidenceHistograms,
  coverageOverEpochs,
  coverageTable,
  frontier,
  reasonedFigure,
  reasonedTable,
} from './dco-demo/figures.ts'
import { boundsFor, type RankAccuracies, rankAccuracies } from './dco-demo/ranks.ts'
import { type ReasonedRun, reasonedPassAt, runReasoned } from './dco-demo/reasoned.ts'
import { directProblems, reasonedProblems } from './dco-demo/task.ts'
import { flagsOf } from './flags.ts'

/**
 * The paper in five minutes: what cross-entropy does to pass@N over epochs, and what DCO does about it, on a task that is
 * made here. `--short` trains less, checks directions only and exits with 1 if one is wrong.
 */
const { values: flags } = flagsOf(
  'What cross-entropy does to pass@N over epochs, and what DCO does about it, on a small task made here.',
  {
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'out/dco-demo' },
    },
  },
)
const seed = Number(flags.seed)
const started = performance.now()
const clock = () => `${((performance.now() - started) / 1000).toFixed(0)} s`

function report(checks: readonly Check[]): void {
  for (const { claim, value, margin } of checks)
    console.log(`${value >= margin ? 'yes' : 'NO '}  ${claim}: by ${value.toFixed(3)} (at least ${margin} wanted)`)
  if (checks.some(({ value, margin }) => value < margin)) process.exitCode = 1
}

async function save(name: string, content: string | Promise<string>): Promise<void> {
  await mkdir(flags.out, { recursive: true })
  await writeFile(join(flags.out, name), await content)
  console.log(`wrote ${join(flags.out, name)}`)
}

const LIMITS = [1, 16, 256, 1024]
const BOUND_SIZES = [2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512, 1024]
const RANKED_QUESTIONS = 250
const ROLLOUTS = 16
const SAMPLES = 128

async function directAnswers(): Promise<void> {
  const problems = directProblems(2000, 500, seed)
  const plan = { problems, seed, epochs: 40, lookEvery: 1, batchSize: 64, learningRate: 2e-3, refill: 0.3 }
  console.log(
    `Direct answers: ${problems.training.length} questions to learn, ${problems.test.length} new ones; exact probabilities, ± two standard errors`,
  )
  const runs: DirectRun[] = []
  let ranks: RankAccuracies | undefined
  for (const n of LIMITS) {
    const run = await runDirect(plan, n, async (network) => {
      // A network that is neither flat nor certain: its best answers differ clearly in accuracy.
      if (n === 16) ranks = await rankAccuracies(network, problems.test.slice(0, RANKED_QUESTIONS))
    })
    runs.push(run)
    console.log(
      `\n${n === 1 ? 'Cross-entropy' : `DCO at N' = ${n}`}: ${run.steps} steps, ${run.replaced} examples replaced; ${clock()}\n`,
    )
    console.log(coverageTable(run))
  }
  const { svg, text } = frontier(runs)
  console.log(`\n${text}\n`)
  for (const run of runs) await save(`coverage-over-epochs-${run.n}.svg`, coverageOverEpochs(run))
  await save('greedy-confidence.svg', confidenceHistograms(runs))
  await save('frontier.svg', svg)
  if (ranks !== undefined) await save('confidence-bounds.svg', boundsFigure(boundsFor(ranks, BOUND_SIZES), runs))
  await save('runs.json', `${JSON.stringify({ seed, runs, ranks })}\n`)
  report(checksOf(runs))
}

async function chainOfThought(): Promise<void> {
  // Few questions to learn from: with 600 the network learns to add, and there is little to be overconfident about.
  const problems = reasonedProblems(250, 160, seed)
  const plan = { problems, epochs: 40, seed, rollouts: ROLLOUTS, samples: SAMPLES, lookAt: [10, 20, 30, 40] }
  console.log(
    `\nChain of thought: ${problems.training.length} sums to learn, ${problems.test.length} new ones; unbiased estimates from ${SAMPLES} samples each`,
  )
  const entropy = await runReasoned({ ...plan, n: 1 })
  const dco = await runReasoned({ ...plan, n: 64 })
  const runs = [
    { name: 'cross-entropy', run: entropy },
    { name: 'DCO^a 64', run: dco },
  ]
  console.log(`\n${reasonedTable(runs, SAMPLES)}\n`)
  await save('chain-of-thought.svg', reasonedFigure(runs, SAMPLES))
  const last = (run: ReasonedRun) => run.looks.at(-1) as ReasonedRun['looks'][0]
  const coverage = (run: ReasonedRun) => reasonedPassAt(64, SAMPLES, last(run)).mean
  const confidence = (run: ReasonedRun) => estimate(last(run).modeConfidence).mean
  report([
    {
      claim: "DCO^a at N' = 64: better pass@64 than cross-entropy",
      value: coverage(dco) - coverage(entropy),
      margin: 0.05,
    },
    {
      claim: "DCO^a at N' = 64: less confident than cross-entropy",
      value: confidence(entropy) - confidence(dco),
      margin: 0.05,
    },
  ])
}

if (flags.short) report((await shortForm(seed)).checks)
else {
  await directAnswers()
  await chainOfThought()
}
console.log(`\n${clock()} in all`)
