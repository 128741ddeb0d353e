import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../src/policy/network/checkpoint.ts'
import { mergeCandidates, TransformerPolicy } from '../src/policy/network/transformer-policy.ts'
import type { ProofState } from '../src/proof/proof-state.ts'
import { createRandom } from '../src/proof/random.ts'
import type { Metrics } from '../src/training/metrics.ts'
import { BUILT } from './built.ts'
import { madeUpSteps } from './fixtures/steps.ts'

const home = await mkdtemp(join(tmpdir(), 'hedge-train-'))
afterAll(() => rm(home, { recursive: true }))
const data = join(home, 'steps.jsonl')
await writeFile(data, madeUpSteps(60, 1))
const small = [
  '--model',
  'transformer',
  '--width',
  '32',
  '--layers',
  '2',
  '--heads',
  '2',
  '--vocabulary',
  '330',
  '--context',
  '96',
  '--tactic-tokens',
  '24',
]

type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

/** Runs the command in a process of its own; `when` sees what it writes to stderr and may interrupt it. */
/** @param interruptAfter a file, by whose first step in it the run is interrupted, once: a second time would not wait for the state */
function hedgeTrain(args: readonly string[], interruptAfter?: string): Promise<Ended> {
  const main = new URL(`../${BUILT.test}/fixtures/train-main.js`, import.meta.url).pathname
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk
  })
  const watch = setInterval(() => {
    if (interruptAfter === undefined || !existsSync(interruptAfter)) return
    if (!readFileSync(interruptAfter, 'utf8').includes('"kind":"step"')) return
    clearInterval(watch)
    child.kill('SIGINT')
  }, 20)
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearInterval(watch)
      resolve({ code, out, err })
    }),
  )
}

const metricsOf = async (directory: string): Promise<Metrics[]> =>
  (await readFile(join(directory, 'metrics.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Metrics)

const state = (text: string): ProofState => ({ key: text, goals: [{ text, constants: [] }], path: [] })

describe('hedge train', () => {
  const family = join(home, 'family')
  it('trains a family: the larger N_eff, the less confident', async () => {
    const args = [
      '--data',
      data,
      '--out',
      family,
      '--neff',
      '1,8',
      '--epochs',
      '20',
      '--batch-size',
      '8',
      '--learning-rate',
      '3e-3',
      ...small,
    ]
    const { code, out, err } = await hedgeTrain([...args, '--evaluate-every', '40'])
    expect(code, err).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(3)
    const [one = 0, eight = 0] = out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.trim().split(/\s+/)[2]))
    expect(one).toBeGreaterThan(eight + 0.15)
    expect(await readdir(family)).toEqual(
      expect.arrayContaining(['confidence.svg', 'family.svg', 'loss.svg', 'neff-1', 'neff-8']),
    )
    expect(await readFile(join(family, 'confidence.svg'), 'utf8')).toMatch(/^<svg/)
    const { training, settings } = await readCheckpoint(join(family, 'neff-8'))
    expect(settings.nEff).toBe(8)
    expect(training).toMatchObject({
      nEff: 8,
      ended: 'epochs',
      counts: { cutStates: { training: 0 }, droppedSteps: { training: 0 } },
    })
    const metrics = await metricsOf(join(family, 'neff-8'))
    expect(metrics.filter((row) => row.kind === 'evaluation').length).toBeGreaterThan(20)
    expect(metrics.every((row) => Number.isFinite(row.loss))).toBe(true)
  })

  it('makes a policy that proposes tactics for proof states', async () => {
    const policy = await TransformerPolicy.open(join(family, 'neff-1'))
    try {
      const goal = state('n k : Nat\n⊢ n + 0 = n')
      const ranked = await policy.rank(goal, 4)
      expect(ranked.length).toBeGreaterThan(1)
      expect(ranked.map((candidate) => candidate.logProb)).toEqual(
        ranked.map((c) => c.logProb).toSorted((a, b) => b - a),
      )
      expect(['simp', 'rfl', 'exact Nat.add_zero _']).toContain(ranked[0]?.tactic)
      const draws = await policy.sample(goal, 40, createRandom(1))
      expect(draws).toHaveLength(40)
      expect(await policy.sample(goal, 40, createRandom(1))).toEqual(draws)
      expect(await policy.sample(goal, 40, createRandom(2))).not.toEqual(draws)
      const merged = mergeCandidates(draws)
      expect(merged.reduce((sum, { count }) => sum + count, 0)).toBe(40)
      const best = merged.find((candidate) => candidate.tactic === ranked[0]?.tactic)
      expect(best?.logProb).toBeCloseTo(ranked[0]?.logProb ?? 1, 4)
      const wishes = [goal, state('⊢ ∀ (a k : Nat), a * 1 = a')].map((s) => ({
        state: s,
        count: 3,
        random: createRandom(9),
      }))
      const [, intros = []] = await policy.sampleMany(wishes)
      expect(intros.filter((candidate) => candidate.tactic.startsWith('intro a'))).not.toHaveLength(0)
      const long = state(`${Array.from({ length: 60 }, (_, i) => `h${i} : n = n`).join('\n')}\n⊢ n + 0 = n`)
      await policy.sample(long, 1, createRandom(1))
      expect(policy.counts).toMatchObject({ cutStates: 1 })
    } finally {
      await policy.dispose()
    }
  })

  it('interrupted and taken up again, ends with the same policy as undisturbed', async () => {
    const args = (out: string) => [
      '--data',
      data,
      '--out',
      out,
      '--neff',
      '4',
      '--steps',
      '60',
      '--save-every',
      '10',
      ...small,
    ]
    const whole = await hedgeTrain(args(join(home, 'whole')))
    expect(whole.code, whole.err).toBe(0)
    const broken = args(join(home, 'broken'))
    const interrupted = await hedgeTrain(broken, join(home, 'broken', 'metrics.jsonl'))
    expect(interrupted.code, interrupted.err).toBe(130)
    expect(await readdir(join(home, 'broken'))).toContain('unfinished-run.safetensors')
    const resumed = await hedgeTrain(broken)
    expect(resumed.code).toBe(0)
    expect(resumed.err).toMatch(/taken up at step [1-9]/)
    expect(await readdir(join(home, 'broken'))).not.toContain('unfinished-run.safetensors')
    const again = await hedgeTrain(broken)
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('is trained already') })
    const other = await hedgeTrain([...broken, '--learning-rate', '2e-3'])
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('--force replaces it') })
    const [a, b] = [await readCheckpoint(join(home, 'whole')), await readCheckpoint(join(home, 'broken'))]
    expect(b.hash).toBe(a.hash)
    expect(b.training).toEqual(a.training)
    const timeless = (rows: readonly Metrics[]) => rows.map((row) => ({ ...row, tokensPerSecond: 0 }))
    expect(timeless(await metricsOf(join(home, 'broken')))).toEqual(timeless(await metricsOf(join(home, 'whole'))))
  })

  it('answers bad input with code 2 and one sentence', async () => {
    const bad = join(home, 'bad.jsonl')
    await writeFile(bad, '{"theorem":"t","index":0,"state":"⊢ True"}\n')
    const cases: [string[], RegExp][] = [
      [['--data', join(home, 'absent.jsonl')], /absent\.jsonl cannot be read \(ENOENT\)/],
      [['--data', bad], /line 1 is not a proof step \(tactic: /],
      [['--data', data], /step 0 of made_up_0 has no context/],
      [['--data', data, '--model', 'transformer', '--heads', '3'], /width must be a multiple of heads/],
      [['--data', data, '--from', join(home, 'absent')], /--from is for --model transformer/],
      [
        ['--data', data, '--model', 'transformer', '--from', join(home, 'absent')],
        /is not a usable policy: manifest\.json cannot be read/,
      ],
    ]
    const answers = await Promise.all(cases.map(([args]) => hedgeTrain([...args, '--out', join(home, 'never')])))
    for (const [i, { code, err }] of answers.entries()) {
      expect(code, err).toBe(2)
      expect(err).toMatch(/^hedge: /)
      expect(err).toMatch(cases[i]?.[1] ?? /never/)
      expect(err.trim().split('\n')).toHaveLength(1)
    }
  })
})
