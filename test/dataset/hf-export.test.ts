import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeCheckpoint } from '../../src/policy/network/checkpoint.ts'
import { initialParameters, parameterCount } from '../../src/policy/network/network-config.ts'
import { trainTokenizer } from '../../src/policy/network/tokenizer-trainer.ts'
import { HEDGE } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const steps = [
  { theorem: 'a', index: 0, state: 'p q : Prop\nh : p ∧ q\n⊢ q ∧ p', tactic: 'constructor', next: 'ignored' },
  { theorem: 'a', index: 1, state: '⊢ q\n\n⊢ p', tactic: 'exact h.2\nexact h.1' },
  { theorem: 'b', index: 0, state: '⊢ "{state}" = "$&"', tactic: 'rfl' },
  { theorem: 'c', index: 0, state: '⊢ True', tactic: 'trivial' },
]
let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-export-'))
  file = join(folder, 'steps.jsonl')
  await writeFile(file, steps.map((step) => JSON.stringify(step)).join('\n'))
})
afterAll(() => rm(folder, { recursive: true }))

function exportTo(name: string, ...args: string[]) {
  const command = [HEDGE, 'export', file, '-o', join(folder, name), ...args]
  return spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
}
const lines = async (...path: string[]) =>
  (await readFile(join(folder, ...path), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('steps become prompts and completions, beside a page on how to train on them', async () => {
  expect(exportTo('hf', '--format', 'hf')).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('4 steps of 3 theorems'),
  })
  expect(await lines('hf', 'train.jsonl')).toEqual(
    steps.map(({ theorem, index, state, tactic }) => ({ prompt: `${state}:::`, completion: tactic, theorem, index })),
  )
  expect(existsSync(join(folder, 'hf', 'validation.jsonl'))).toBe(false)
  expect(await readFile(join(folder, 'hf', 'README.md'), 'utf8')).toContain('F multiplies the loss')
})

test('a chat template makes conversations, and theorems are held out whole', async () => {
  expect(exportTo('chat', '--template', 'chat', '--held-out', '0.5')).toMatchObject({ status: 0 })
  const [training, validation] = [await lines('chat', 'train.jsonl'), await lines('chat', 'validation.jsonl')]
  const names = (rows: { theorem: string }[]) => new Set(rows.map(({ theorem }) => theorem))
  expect([...names(training), ...names(validation)].sort()).toEqual(['a', 'b', 'c'])
  expect(training.length + validation.length).toBe(4)
  const first = [...training, ...validation].find(({ theorem, index }) => theorem === 'a' && index === 0)
  expect(first.prompt.at(-1)).toEqual({ role: 'user', content: steps[0]?.state })
  expect(first.completion).toEqual([{ role: 'assistant', content: 'constructor' }])
})

test('theorems become rows that say what has to be proved, with the proofs that are known', async () => {
  const set = join(folder, 'theorems.jsonl')
  const theorems = [
    { name: 'a', header: 'open Nat', statement: 'theorem a (p q : Prop) (h : p ∧ q) : q ∧ p' },
    { name: 'c', statement: 'theorem c : True := by sorry' },
    { name: 'd', statement: 'theorem d : 1 = 1' },
  ]
  await writeFile(set, theorems.map((theorem) => JSON.stringify(theorem)).join('\n'))
  const write = (name: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      [HEDGE, 'export', set, '--format', 'theorems', '-o', join(folder, name), ...args, '--steps', file],
      { cwd: root, encoding: 'utf8' },
    )
  expect(write('whole')).toMatchObject({ status: 0, stderr: expect.stringContaining('3 theorems, 2 with a proof') })
  const rows = await lines('whole', 'train.jsonl')
  expect(rows.map(({ prompt, completion, ...row }) => row)).toEqual([
    { theorem: 'a', statement: theorems[0]?.statement, header: 'open Nat', strict: true },
    { theorem: 'c', statement: 'theorem c : True', strict: true },
    { theorem: 'd', statement: 'theorem d : 1 = 1', strict: true },
  ])
  expect(rows[0].prompt.at(-1).content).toContain(`open Nat\n\n${theorems[0]?.statement} := by\n  sorry`)
  const proof = `\`\`\`lean4\n${theorems[0]?.statement} := by\n  constructor\n  exact h.2\n  exact h.1\n\`\`\``
  expect(rows[0].completion).toEqual([{ role: 'assistant', content: proof }])
  expect(rows[2]).not.toHaveProperty('completion')
  // A template of states shows the first one, and a theorem without one is left out.
  expect(write('states', '--template', 'step')).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^1 theorem left out.*--steps/),
  })
  expect(await lines('states', 'train.jsonl')).toEqual([
    {
      prompt: `${steps[0]?.state}:::`,
      completion: 'constructor\nexact h.2\nexact h.1',
      theorem: 'a',
      statement: theorems[0]?.statement,
      header: 'open Nat',
    },
    { prompt: '⊢ True:::', completion: 'trivial', theorem: 'c', statement: 'theorem c : True' },
  ])
})

test('a trained network becomes a GGUF file', async () => {
  const tokenizer = trainTokenizer(['⊢ True:::trivial'], 262)
  const config = { vocabularySize: tokenizer.vocabularySize, contextLength: 32, width: 8, layers: 1, heads: 2 }
  await writeCheckpoint(join(folder, 'policy'), {
    config,
    settings: { nEff: 8, maxTacticTokens: 16 },
    tokenizer,
    parameters: initialParameters(config, 1),
    training: {},
  })
  const write = (...files: string[]) =>
    spawnSync(process.execPath, [HEDGE, 'export', ...files, '--format', 'gguf', '-o', join(folder, 'gguf')], {
      cwd: root,
      encoding: 'utf8',
    })
  const policy = join(folder, 'policy')
  expect(write(policy)).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`a network of ${parameterCount(config).toLocaleString('en')} parameters`),
  })
  const written = await readFile(join(folder, 'gguf', 'model.gguf'))
  expect(written.subarray(0, 4).toString()).toBe('GGUF')
  expect(written.length).toBeGreaterThan(4 * parameterCount(config))
  expect(write(policy, policy)).toMatchObject({ status: 2, stderr: expect.stringContaining('one policy') })
})

test.each([
  [['--format', 'csv'], /Allowed choices are hf, theorems, gguf/],
  [['--template', 'nowhere.txt'], /template `nowhere.txt` is none of .*chat.*step.*, nor a file/],
  [['--held-out', '0.9999'], /leaves nothing to train on/],
])('bad input is told: %j', (args, message) => {
  expect(exportTo('bad', ...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(message) })
  expect(existsSync(join(folder, 'bad'))).toBe(false)
})

/** A rational number as a float64, to the last digits: 25 of them are cut off an exact quotient. */
function float(numerator: bigint, denominator: bigint): number {
  const shift = denominator.toString().length - numerator.toString().length + 25
  const scaled =
    shift >= 0 ? (numerator * 10n ** BigInt(shift)) / denominator : numerator / (denominator * 10n ** BigInt(-shift))
  return Number(`${scaled}e${-shift}`)
}

/** A decimal number as a rational over a power of ten. */
function rational(x: number): { top: bigint; bottom: bigint } {
  const [digits = '', exponent = '0'] = x.toString().split('e')
  const places = (digits.split('.')[1]?.length ?? 0) - Number(exponent)
  return { top: BigInt(digits.replace('.', '')), bottom: 10n ** BigInt(places) }
}

test('the reference values of F and of the loss are those of exact arithmetic', async () => {
  const { reference } = JSON.parse(await readFile(join(folder, 'hf', 'dco.json'), 'utf8'))
  expect(reference).toHaveLength(9 * 15)
  expect(new Set(reference.map(({ n }: { n: number }) => n))).toEqual(new Set([1, 2, 4, 8, 16, 32, 64, 256, 4096]))
  let smallest = 1
  for (const { n, p, logP, factor, loss } of reference) {
    // With p = a/b: F = n (b-a)^(n-1) a / (b^n - (b-a)^n), and the loss is -log of (b^n - (b-a)^n) / b^n.
    const { top: a, bottom: b } = rational(p)
    const power = (b - a) ** BigInt(n - 1)
    const whole = b ** BigInt(n)
    const hit = whole - power * (b - a)
    const exact = float(BigInt(n) * power * a, hit)
    // Roundings of log p, and that of p itself, which near 1 is much of 1-p; each n times as large.
    const close = 1e-15 * (n + 200) + (n * Number.EPSILON) / (1 - p)
    expect(Math.abs(factor - exact)).toBeLessThanOrEqual(close * exact)
    const miss = float(power * (b - a), whole)
    const exactLoss = miss < 0.5 ? -Math.log1p(-miss) : -Math.log(float(hit, whole))
    expect(Math.abs(loss - exactLoss)).toBeLessThanOrEqual(close * exactLoss)
    expect(logP).toBe(Math.log(p))
    smallest = Math.min(smallest, factor)
  }
  // The grid goes where a naive formula has lost every digit.
  expect(smallest).toBeLessThan(1e-300)
})
