/**
 * `npm run test:lm`: the paper's pipeline on a small real language model, from Lean files to Table 2, with nothing but this repository
 * and a Python that has the packages of `training/`.
 *
 * Traces Lean files, exports their steps, trains one model for each N_eff, serves all on an OpenAI-compatible server, and
 * evaluates the five as an ensemble with the matched baseline. `HEDGE_PYTHON` names the Python, `LM_FOLDER` where all goes.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const N_EFFS = [1, 4, 8, 16, 32]
const PASSES = Number(process.env.LM_PASSES ?? 8)
const EPOCHS = process.env.LM_EPOCHS ?? '4'
const TRACED = ['numbers', 'integers', 'propositions', 'functions', 'quantifiers'].map(
  (name) => `datasets/core-train/${name}.lean`,
)
/** Milliseconds that any one part may take. */
const LIMIT_MS = 30 * 60_000

const python = process.env.HEDGE_PYTHON ?? 'python3'
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  // Threads of a model this small wait for one another more than they work.
  OMP_NUM_THREADS: process.env.OMP_NUM_THREADS ?? '1',
  PYTHONPATH: join(ROOT, 'training'),
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_VERBOSITY: 'error',
  TOKENIZERS_PARALLELISM: 'false',
  PYTHONWARNINGS: 'ignore',
}

const begun = performance.now()
const check = spawnSync(python, ['-c', 'import torch, transformers, accelerate, tokenizers'], { encoding: 'utf8' })
if (check.status !== 0) {
  console.error(`NOT RUN: ${python} has no torch, transformers, accelerate and tokenizers, which this test trains with.
  python3 -m venv venv && venv/bin/pip install ./training
  HEDGE_PYTHON=venv/bin/python npm run test:lm
${check.error?.message ?? check.stderr.trim().split('\n').at(-1)}`)
  process.exit(3)
}
const folder = process.env.LM_FOLDER ?? (await mkdtemp(join(tmpdir(), 'hedge-lm-')))
await mkdir(folder, { recursive: true })
const at = (name: string) => join(folder, name)

const steps = at('steps.jsonl')
if (!existsSync(steps)) await hedge('trace', ...TRACED, '-o', steps)
await hedge('export', steps, '--format', 'hf', '--held-out', '0.1', '-o', at('data'))
await train('-m', 'hedge_training.start', '--data', at('data'), '--out', at('start'))
for (const n of N_EFFS)
  await train(
    ...['-m', 'hedge_training', '--data', at('data'), '--model', at('start'), '--out', at(`prover-n${n}`), '--cpu'],
    ...['--n-eff', String(n), '--epochs', EPOCHS, '--batch-size', '32', '--micro-batch', '32', '--max-length', '256'],
    ...['--learning-rate', '3e-3', '--precision', 'fp32', '--preset', 'paper'],
  )
await confidences()
const server = await serve()
try {
  const members = N_EFFS.map((n) => `${server.url}#prover-n${n},neff=${n},maxtokens=48,name=neff-${n},n=32,timeout=600`)
  const theorems = await theoremFile()
  const limits = [
    '--passes',
    String(PASSES),
    '-b',
    '20m',
    '--heartbeats',
    '20000',
    '--tactic-timeout',
    '60s',
    '-w',
    '2',
  ]
  await hedge('evaluate', theorems, '-m', ...members, ...limits, '--depth', '8', '-o', at('run.sqlite'))
} finally {
  server.process.kill()
}
await hedge('report', at('run.sqlite'))
console.log(`\nAll of it took ${((performance.now() - begun) / 60_000).toFixed(1)} minutes; it lies in ${folder}.`)

/** The easy theorems of the small set: what a model of this size has a chance of. */
async function theoremFile(): Promise<string> {
  const lines = (await readFile(join(ROOT, 'datasets/core-small.jsonl'), 'utf8')).trim().split('\n')
  const chosen = lines.filter((line) => (JSON.parse(line) as { split: string }).split === 'easy')
  await writeFile(at('theorems.jsonl'), `${chosen.join('\n')}\n`)
  return at('theorems.jsonl')
}

/** The last held-out row of each model: N_eff bounds how sure it is. */
async function confidences(): Promise<void> {
  console.log('\nN_eff  steps  held-out CE  held-out p  training p  F')
  for (const n of N_EFFS) {
    const rows = (await readFile(at(`prover-n${n}/metrics.jsonl`), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number | string>)
    const steps = rows.filter(({ kind }) => kind === 'step')
    const step = steps.at(-1)
    // Over the last epoch: its last batch is a short one.
    const last = steps.filter(({ epoch }) => epoch === step?.epoch)
    const mean = (key: string) => last.reduce((sum, row) => sum + Number(row[key]), 0) / last.length
    const held = rows.findLast(({ kind }) => kind === 'evaluation')
    const number = (value: unknown, width: number) => Number(value).toFixed(4).padStart(width)
    console.log(
      `${String(n).padStart(5)}  ${String(step?.step).padStart(5)}  ${number(held?.crossEntropy, 11)}  ${number(held?.confidence, 10)}  ${number(mean('confidence'), 10)}  ${number(mean('meanFactor'), 6)}`,
    )
  }
}

async function serve(): Promise<{ url: string; process: ChildProcess }> {
  const models = N_EFFS.map((n) => `prover-n${n}=${at(`prover-n${n}`)}`)
  const child = spawn(python, ['-m', 'hedge_training.server', '--port', '0', '--threads', '1', ...models], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const timer = setTimeout(() => child.kill(), LIMIT_MS)
  child.once('exit', () => clearTimeout(timer))
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(`\nserving ${models.length} models at ${line}`)
    timer.unref()
    return { url: line, process: child }
  }
  throw new Error('the server of models did not start')
}

async function hedge(...words: string[]): Promise<void> {
  console.log(`\n$ hedge ${words.join(' ').replaceAll(folder, 'FOLDER')}`)
  await run(process.execPath, ['--import', 'tsx', join(ROOT, 'src/cli/main.ts'), ...words], process.env)
}

async function train(...words: string[]): Promise<void> {
  console.log(`\n$ python ${words.join(' ').replaceAll(folder, 'FOLDER')}`)
  await run(python, words, environment)
}

async function run(command: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, words, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'], timeout: LIMIT_MS })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${words.slice(0, 3).join(' ')} ended with ${code}`)
}
