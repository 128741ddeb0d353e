import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parameterCount } from '../src/policy/network/network-config.ts'
import { formulaFigures, measuredFigures } from './confidence-study/figures.ts'
import { reportText } from './confidence-study/report.ts'
import { runSeed, type SeedResult } from './confidence-study/seed.ts'
import { QUICK, WHOLE } from './confidence-study/sizes.ts'
import { DIRECT_NETWORK, OUTSIDE } from './dco-demo/task.ts'
import { flagsOf } from './flags.ts'

/**
 * The paper's later text on the task of `demo:dco`: GRPO and DCO^a beside cross-entropy, what questions of each difficulty
 * do to the test loss, confidence and F by difficulty, calibration by rank, questions out of distribution.
 */
const USAGE = `npm run study:confidence [-- --seeds 5] [--out study/confidence] [--page docs/confidence-study.md] [--quick]
  --seeds   seeds 1 to N; one that is in the folder with the same sizes is not run again
  --quick   two seeds of tiny runs, in a folder of their own: that it runs, not what comes out`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const { values } = flagsOf(USAGE, {
  options: {
    seeds: { type: 'string' },
    out: { type: 'string' },
    page: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const seeds = Number(values.seeds ?? (values.quick ? 2 : 5))
  if (!Number.isInteger(seeds) || seeds < 2 || seeds > 10) {
    console.log(USAGE)
    return 2
  }
  const sizes = values.quick ? QUICK : WHOLE
  const out = resolve(values.out ?? join(ROOT, values.quick ? 'study-quick' : 'study', 'confidence'))
  const page = resolve(values.page ?? (values.quick ? join(out, 'page.md') : join(ROOT, 'docs', 'confidence-study.md')))
  mkdirSync(out, { recursive: true })
  const results: SeedResult[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const path = join(out, `seed-${seed}.json`)
    const known = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
    if (known !== undefined && JSON.stringify(known.sizes) === JSON.stringify(sizes)) {
      results.push(known.result)
      continue
    }
    const started = process.cpuUsage()
    const result = await runSeed(seed, sizes)
    const { user, system } = process.cpuUsage(started)
    console.error(`seed ${seed} of ${seeds}: ${((user + system) / 1e6).toFixed(0)} s of processor`)
    writeFileSync(`${path}.part`, `${JSON.stringify({ sizes, result }, rounded)}\n`)
    renameSync(`${path}.part`, path)
    results.push(JSON.parse(readFileSync(path, 'utf8')).result)
  }
  const figures = [...formulaFigures(), ...measuredFigures(results)]
  for (const { name, svg } of figures) writeFileSync(join(out, `${name}.svg`), `${await svg}\n`)
  const pictures = figures.map(({ name }) => `![${name}](${relative(dirname(page), join(out, `${name}.svg`))})`)
  const text = [introduction(results.length), reportText(results), ...pictures].join('\n\n')
  writeFileSync(page, `${text}\n`)
  console.log(text)
  return 0
}

/** Six digits are more than the study can tell. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}

const introduction = (seeds: number) => `# The paper's later text on a small task

    npm run study:confidence

wrote this page, with the questions of \`npm run demo:dco\` and ${seeds} seeds. **Direct answers**: five kinds of questions with one right answer of three digits, from the larger of two numbers (\`M\`, easy) to a
random-looking product (\`#\`, hopeless); operands below ${OUTSIDE}, out of distribution one of them is larger. Cross-entropy and DCO learn from ${WHOLE.questions} of them over ${WHOLE.epochs} epochs; for C.1 and C.8 cross-entropy sees
${WHOLE.once.toLocaleString('en')} once each. Probabilities are exact. **Chain of thought**: sums of three numbers with a line of reasoning, ${WHOLE.sums} to learn from. One network that has learnt the format from ${WHOLE.sums} other sums is trained on by
cross-entropy, by DCO^a (N' = 64, p from ${WHOLE.rollouts} roll-outs in the loop, discarded below F = 0.01) and by GRPO (as in the paper: reward less the group's mean, not divided by deviation or length, no KL term, one
update for each set of roll-outs, N' = ${WHOLE.grpo.group}, questions always or never answered left out, strict format of answers); coverage from ${WHOLE.samples} samples of each of ${WHOLE.sumTests} new sums. The networks have ${parameterCount(DIRECT_NETWORK).toLocaleString('en')} parameters, the paper's 8 billion.`

process.exitCode = await main()
