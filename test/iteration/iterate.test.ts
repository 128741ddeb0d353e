import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { balanceSteps } from '../../src/dataset/balance.ts'
import { readStepFile } from '../../src/dataset/step-file.ts'
import { chooseTheorems } from '../../src/iteration/choose.ts'
import { readHarvest } from '../../src/iteration/harvest.ts'
import { policyDirectory, readManifest, roundPaths } from '../../src/iteration/round.ts'
import { readCheckpoint } from '../../src/policy/network/checkpoint.ts'
import { HEDGE } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('what a round may search', () => {
  const entry = (name: string, split: string, type: string) => ({
    split,
    line: 1,
    theorem: { name, header: '', statement: `theorem ${name} ${type}` },
  })
  const entries = [
    entry('a', 'train', '(n : Nat) : n = n'),
    entry('b', 'train', '(n : Nat) : n + 0 = n'),
    entry('c', 'train', '(n : Nat) : 0 + n = n'),
    entry('d', 'test', '(m : Nat) : m + 0 = m'),
    entry('e', 'valid', ': True'),
  ]

  test('is its split, without what another split or an excluded set says in other words', () => {
    const excluded = [{ name: 'c', header: '', statement: 'theorem c : 1 = 1' }]
    const { theorems, forbidden } = chooseTheorems(entries, 'train', excluded, new Set(), 10)
    expect(theorems.map(({ name }) => name)).toEqual(['a'])
    expect(forbidden).toBe(2)
  })

  test('is what is not proved yet, and no more than asked for', () => {
    const names = (proved: string[], most: number) =>
      chooseTheorems(entries, 'train', [], new Set(proved), most).theorems.map(({ name }) => name)
    expect(names([], 10)).toEqual(['a', 'c'])
    expect(names(['a'], 10)).toEqual(['c'])
    expect(names([], 1)).toHaveLength(1)
  })
})

describe('balanced steps', () => {
  const step = (state: number, tactic: string) => ({ theorem: 't', index: 0, state: `⊢ ${state}`, tactic })
  const steps = [
    ...Array.from({ length: 60 }, (_, i) => step(i, 'simp')),
    ...Array.from({ length: 40 }, (_, i) => step(i, `exact h${i}`)),
    step(3, 'simp'),
  ]

  test('have each step once and no tactic above its share', () => {
    const { steps: kept, duplicates, dropped } = balanceSteps(steps, 0.2)
    const simp = kept.filter(({ tactic }) => tactic === 'simp').length
    expect(duplicates).toBe(1)
    expect(simp).toBe(10)
    expect(simp / kept.length).toBeLessThanOrEqual(0.2)
    expect(dropped).toBe(50)
    expect(kept.filter(({ tactic }) => tactic !== 'simp')).toHaveLength(40)
    expect(balanceSteps(steps, 1).steps).toHaveLength(100)
    expect(balanceSteps([], 0.1).steps).toEqual([])
  })
})

describe('hedge iterate', { timeout: 600_000 }, () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hedge-iterate-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('goes on after a kill, learns from nothing but its split, and is done when it is done', async () => {
    const set = join(folder, 'set.jsonl')
    const rows = [
      ['add_comm_t', 'train', '(a b : Nat) : a + b = b + a'],
      ['and_swap_t', 'train', '(p q : Prop) : p ∧ q → q ∧ p'],
      ['or_swap_t', 'train', '(p q : Prop) : p ∨ q → q ∨ p'],
      ['mul_three_t', 'train', '(a b : Nat) (h : a = 3 * b) : a % 3 = 0'],
      ['unprovable_t', 'train', '(p : Prop) : p'],
      ['copy_t', 'train', '(m n : Nat) : m ≤ m + n'],
      ['original_t', 'test', '(a b : Nat) : a ≤ a + b'],
    ].map(([name, split, statement]) => JSON.stringify({ name, split, statement: `theorem ${name} ${statement}` }))
    await writeFile(set, rows.map((row) => `${row}\n`).join(''))
    // A set without splits is searched whole, and a proof found takes the place of the one that was written.
    const lean = join(folder, 'own.lean')
    await writeFile(lean, 'theorem own_t (p q : Prop) (h : p ∧ q) : q ∨ p := by\n  exact Or.inl h.2\n')
    const written = join(folder, 'written.jsonl')
    const step = (theorem: string, state: string, tactic: string) => ({ theorem, index: 0, state, tactic })
    const byHand = [
      step('own_t', 'p q : Prop\nh : p ∧ q\n⊢ q ∨ p', 'exact (Or.inl h.right)'),
      step('unprovable_t', 'p : Prop\nh : p\n⊢ p', 'exact (h)'),
    ]
    await writeFile(written, byHand.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const out = join(folder, 'out')
    const network =
      '--model transformer --width 32 --layers 2 --heads 2 --vocabulary 330 --context 96 --tactic-tokens 24 --steps 30'
    const search = '--rounds 2 --neff 1,8 --share 0.5 --budget 4s --passes 4 --workers 1 --save-every 10'
    const sets = ['iterate', set, lean, '--steps-from', written, '-o', out]
    const run = (args = [...sets, ...search.split(' '), ...network.split(' ')]) => {
      const child = spawn(process.execPath, [HEDGE, ...args], { cwd: root })
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text
      })
      let err = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text
      })
      const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
        child.once('close', (code) => resolve({ code, out, err })),
      )
      return { child, ended }
    }

    const first = roundPaths(out, 0)
    const killed = run()
    while (!existsSync(first.harvest) || (await readFile(first.harvest, 'utf8')) === '') await wait(20)
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(await readManifest(first)).toBeUndefined()

    const resumed = await run().ended
    expect(resumed.code, resumed.err).toBe(0)
    const manifest = await readManifest(first)
    expect(manifest).toMatchObject({ round: 0, theorems: { forbidden: 1, tried: 6, proved: 5, traced: 5 } })
    expect(manifest?.steps.replaced).toBe(1)
    const second = await readManifest(roundPaths(out, 1))
    expect(second).toMatchObject({ theorems: { tried: 1, proved: 0 } })
    expect(second?.members).toHaveLength(2)

    const names = (await readHarvest(first.harvest)).map(({ theorem }) => theorem).sort()
    expect(names).toEqual(['add_comm_t', 'and_swap_t', 'mul_three_t', 'or_swap_t', 'own_t'])
    const { steps } = await readStepFile(first.steps)
    expect(steps.length).toBe(manifest?.steps.used)
    expect(steps.map(({ theorem }) => theorem)).not.toContain('copy_t')
    expect(steps).toContainEqual(byHand[1])
    expect(steps.map(({ tactic }) => tactic)).not.toContain(byHand[0]?.tactic)
    expect(steps.map(({ theorem }) => theorem)).toContain('own_t')
    for (const nEff of [1, 8]) {
      const { settings, hash } = await readCheckpoint(policyDirectory(first, nEff))
      expect(settings.nEff).toBe(nEff)
      expect(manifest?.policies).toContainEqual({ nEff, hash })
    }

    const again = await run().ended
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('(done before)') })
    expect(again.err).not.toContain('searching')

    // What was trained takes its turns beside the policy that was not.
    const trained = policyDirectory(first, 8)
    const theorem = 'theorem fresh (p q : Prop) (hp : p) (hq : q) : p ∧ q'
    const proved = await run(['prove', theorem, '--policy', trained, 'baseline', '--workers', '1', '--json']).ended
    expect(proved.code, proved.err).toBe(0)
    expect(JSON.parse(proved.out)).toMatchObject({
      result: 'proved',
      verdict: { kind: 'verified' },
      config: {
        members: [{ nEff: 8, checkpointHash: expect.stringMatching(/^[0-9a-f]{64}$/) }, { policy: 'baseline' }],
      },
    })
    const split = await run(['iterate', set, '--split', 'dev', '-o', join(folder, 'none')]).ended
    expect(split).toMatchObject({ code: 2, err: expect.stringContaining('has no split `dev`') })
    const twice = await run(['iterate', lean, lean, '-o', join(folder, 'none')]).ended
    expect(twice).toMatchObject({ code: 2, err: expect.stringMatching(/`own_t` is in .*own\.lean and in/) })
    const absent = await run(['prove', theorem, '--policy', join(folder, 'absent')]).ended
    expect(absent).toMatchObject({ code: 2, err: expect.stringContaining('there is no policy') })
  })
})
