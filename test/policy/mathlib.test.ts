import { beforeAll, expect, test } from 'vitest'
import { parseMembers } from '../../src/ensemble/member-spec.ts'
import { openMember } from '../../src/ensemble/open-member.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { viewGoal } from '../../src/policy/baseline/goal-view.ts'
import { readableTactics } from '../../src/policy/mathlib/header-tactics.ts'
import { MATHLIB_TACTICS, mathlibSteps } from '../../src/policy/mathlib/mathlib-steps.ts'
import { premisesFrom } from '../../src/policy/open.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

const PATIENCE_MS = 600_000
/** A tactic that takes up to twelve terms; one macro for each count, since the embedded Lean cannot run loops over syntax. */
function listed(name: string, base: string, isBare = true): string {
  const macros = Array.from({ length: 12 }, (_, i) => {
    const names = Array.from({ length: i + 1 }, (_, k) => `t${k}`)
    const syntax = names.map((term) => `${term}:term`).join(' "," ')
    const given = names.map((term) => `have := $${term}`).join('; ')
    return `macro "${name}" "[" ${syntax} "]" : tactic => \`(tactic| (${given}; ${base}))`
  })
  return [...(isBare ? [`macro "${name}" : tactic => \`(tactic| ${base})`] : []), ...macros].join('\n')
}
/** Tactics with Mathlib's names and arguments, as macros over core Lean's; integers stand in for an ordered field. */
const HEADER = `
theorem sq_nonneg (a : Int) : 0 ≤ a ^ 2 := by
  rw [Int.pow_succ, Int.pow_succ, Int.pow_zero, Int.one_mul]
  rcases Int.le_total 0 a with h | h
  · exact Int.mul_nonneg h h
  · exact Int.mul_nonneg_of_nonpos_of_nonpos h h
theorem mul_nonneg {a b : Int} (ha : 0 ≤ a) (hb : 0 ≤ b) : 0 ≤ a * b := Int.mul_nonneg ha hb
theorem mul_pos {a b : Int} (ha : 0 < a) (hb : 0 < b) : 0 < a * b := Int.mul_pos ha hb
theorem sub_nonneg {a b : Int} : 0 ≤ a - b ↔ b ≤ a := Int.sub_nonneg
theorem sub_pos {a b : Int} : 0 < a - b ↔ b < a := Int.sub_pos
macro "norm_num" : tactic => \`(tactic| simp)
macro "norm_num" " at " "*" : tactic => \`(tactic| simp at *)
${listed('norm_num', 'simp_all', false)}
macro "norm_num" "[" a:term "]" " at " "*" : tactic => \`(tactic| simp [$a:term] at *)
${listed('linarith', 'omega')}
${listed('nlinarith', 'grind')}
macro "positivity" : tactic => \`(tactic| omega)
macro "ring" : tactic => \`(tactic| grind)
macro "interval_cases" x:ident : tactic => \`(tactic| cases $x:ident)
`
let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
}, PATIENCE_MS)

async function membersUnder(header: string, ...names: string[]): Promise<Policy[]> {
  const configs = parseMembers(names)
  if ('problem' in configs) throw new Error(configs.problem)
  const premises = premisesFrom(engine)
  const members = await Promise.all(configs.map((config) => openMember(config, premises)))
  return Promise.all(members.map((member) => member.policyFor({ name: 't', header, statement: '' })))
}

const startsWith = (tactic: string) => /^\S+/.exec(tactic)?.[0] as string

test('Lean says which tactics a header brings, and none is run for it', { timeout: PATIENCE_MS }, async () => {
  const texts = Object.values(MATHLIB_TACTICS)
  const readable = await readableTactics(engine, HEADER, texts)
  for (const word of ['norm_num', 'linarith', 'nlinarith', 'positivity', 'ring', 'interval_cases'])
    expect(readable, word).toContain(MATHLIB_TACTICS[word])
  for (const word of ['field_simp', 'gcongr', 'aesop', 'linear_combination', 'fin_cases', 'use'])
    expect(readable, word).not.toContain(MATHLIB_TACTICS[word])
  expect(await readableTactics(engine, 'open Nat', texts)).toEqual(new Set())
  expect(await readableTactics(engine, 'import Nowhere.AtAll', texts)).toEqual(new Set())
})

test('under a header with them, they come first; without, none of them', { timeout: PATIENCE_MS }, async () => {
  const statement = 'theorem t (a b c : Int) (h₀ : 0 < a) (h₁ : a ≤ b) : 2 * a * b ≤ a ^ 2 + b ^ 2'
  const started = await engine.start({ name: 't', header: HEADER, statement })
  if (started.kind === 'rejected') throw new Error(JSON.stringify(started.diagnostics))
  const { session } = started
  for (const policy of await membersUnder(HEADER, 'baseline', 'neff-1', 'neff-32')) {
    const first = (await policy.rank(session.root, 6)).map(({ tactic }) => tactic)
    for (const tactic of first.slice(0, 2)) expect(startsWith(tactic) in MATHLIB_TACTICS, first.join(' | ')).toBe(true)
    const all = (await policy.rank(session.root, 2000)).map(({ tactic }) => tactic)
    expect(all).toEqual(expect.arrayContaining(['linarith', 'nlinarith', 'norm_num', 'grind', 'omega']))
    expect(all.some((tactic) => tactic.startsWith('nlinarith [sq_nonneg (a - b)'))).toBe(true)
    expect(all.some((tactic) => /field_simp|gcongr|aesop/.test(tactic))).toBe(false)
    // Each can be read, arguments and all: what fails, fails in Lean's arithmetic.
    const brought = all.filter((tactic) => startsWith(tactic) in MATHLIB_TACTICS)
    const results = await session.runTactics(session.root, brought)
    for (const [i, result] of results.entries())
      if (result.kind === 'error') expect(result.message, brought[i]).not.toMatch(/expected|unknown|unexpected token/i)
    expect(brought.some((tactic, i) => tactic.startsWith('nlinarith [') && results[i]?.kind === 'finished')).toBe(true)
  }
  const [plain] = await membersUnder('', 'baseline')
  const core = ((await plain?.rank(session.root, 2000)) ?? []).map(({ tactic }) => tactic)
  expect(core.some((tactic) => /norm_num|linarith|positivity|\bring\b/.test(tactic))).toBe(false)
  await session.close()
})

test('arguments and order follow the goal', () => {
  const has = new Set(Object.keys(MATHLIB_TACTICS))
  const ranked = (text: string) =>
    [...mathlibSteps(viewGoal({ text, constants: [] }), has)]
      .sort((a, b) => b.weight - a.weight)
      .map(({ tactic }) => tactic)
  const real = ranked('x y : ℝ\nh₀ : 0 < x\nh₁ : 0 < y\nh₂ : x + y = 2\n⊢ x * y ≤ 1')
  expect(real[0]).toBe('linarith')
  expect(real.slice(0, 8)).toContain(
    'nlinarith [sq_nonneg (x - y), sq_nonneg x, sq_nonneg y, sq_nonneg (x + y), sq_nonneg (x - 0), sq_nonneg (x - 1), sq_nonneg (y - 0), sq_nonneg (y - 1)]',
  )
  expect(real).toContain('nlinarith [mul_pos h₀ h₁]')
  expect(ranked('x : ℝ\n⊢ 0 ≤ x ^ 2 + 1').slice(0, 2)).toContain('positivity')
  const quotient = ranked('x y : ℚ\nh : y ≠ 0\n⊢ x / y * y = x')
  expect(quotient.slice(0, 4)).toEqual(expect.arrayContaining(['ring', 'field_simp', 'field_simp\nring']))
  expect(ranked('x y : ℝ\nh : x + y = 3\ng : x - y = 1\n⊢ x = 2')).toEqual(
    expect.arrayContaining(['linear_combination h + g', 'linear_combination h']),
  )
  expect(ranked('n : ℕ\nh : n < 12\ng : n ^ 2 % 5 = 1\n⊢ n % 5 = 1 ∨ n % 5 = 4')).toContain(
    'interval_cases n <;> omega',
  )
  expect(ranked('n : ℕ\nx : ℝ\nh : (↑n : ℝ) = 3\n⊢ n = 3')).toContain('exact_mod_cast h')
  expect(ranked('x : ℝ\nh : 0 ≤ x\n⊢ √x * √x = x').join('\n')).toContain('Real.sqrt_nonneg x')
  expect(ranked('x : ℝ\nh : x ^ 2 = 4\n⊢ ∃ y, y + x = 0')).toContain('use x')
})
