import { beforeAll, expect, test } from 'vitest'
import { type FillOptions, fillFile } from '../../src/fill/fill-file.ts'
import { listHoles } from '../../src/fill/holes.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { sourceText } from '../../src/proof/source-text.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

const TACTICS = ['assumption', 'rfl', 'omega', 'simp_all', 'decide', 'constructor <;> assumption']

/** Tries a few scripts at each hole, in order. */
const options = (scripts: readonly (readonly string[])[] = TACTICS.map((tactic) => [tactic])): FillOptions => ({
  limits: { heartbeats: 20_000, wallClockMs: 20_000 },
  outOfTime: () => false,
  signal: new AbortController().signal,
  async search(_theorem, session, verify) {
    for (const tactics of scripts) {
      let state = session.root
      for (const [i, tactic] of tactics.entries()) {
        const [result] = await session.runTactics(state, [tactic])
        if (result?.kind === 'open') state = result.state
        else if (
          result?.kind === 'finished' &&
          i === tactics.length - 1 &&
          (await verify({ tactics })).kind === 'verified'
        )
          return
        else break
      }
    }
  },
})

async function filled(file: string, scripts?: readonly (readonly string[])[]) {
  const source = sourceText(file)
  const reading = await engine.readFile(source.text)
  const result = await fillFile(
    engine,
    source.text,
    reading,
    listHoles(reading, () => true),
    options(scripts),
  )
  return { text: source.edited(result.edits), statuses: result.holes.map(({ status }) => status), holes: result.holes }
}

const lines = (...all: string[]) => `${all.join('\n')}\n`

test('holes of every shape, in their place', async () => {
  const file = lines(
    'def two := 2',
    'theorem one (n : Nat) (h : n = two) : n = 2 := by',
    '  sorry',
    'theorem term (a b : Nat) (h : a ≤ b) : a < b + 1 := sorry',
    'namespace Deep',
    '  theorem bullets (p q : Prop) (hp : p) (hq : q) : p ∧ q := by',
    '    constructor',
    '    · sorry',
    '    · admit',
    'end Deep',
    'theorem cased (n : Nat) : n = 0 ∨ 0 < n := by',
    '  cases n with',
    '  | zero => sorry',
    '  | succ k =>',
    '    right',
    '    sorry',
    'theorem had (a b c : Nat) (h : a = b) (k : b = c) : a = c := by',
    '  have h2 : b = a := by sorry',
    '  have h3 : c = b := sorry',
    '  sorry',
    'theorem steps (a b c : Nat) : a + b + c = c + b + a := by',
    '  calc a + b + c = a + (b + c) := by sorry',
    '    _ = (b + c) + a := sorry',
    '    _ = c + b + a := by',
    '      sorry',
    'def pos : { n : Nat // 0 < n } := ⟨3, sorry⟩',
    'structure Pt where',
    '  x : Nat',
    '  h : x < 10',
    'instance : Inhabited Pt := ⟨{ x := 3, h := by sorry }⟩',
    'example (a : Nat) : a ≤ a + 1 := by',
    '  sorry',
    'theorem applied (a b : Nat) (h : a = b) : b = a := Eq.symm (id sorry)',
  )
  const { text, statuses } = await filled(file)
  expect(text).not.toMatch(/sorry|admit/)
  // What is in no theorem has nothing to be verified against.
  const inDefinitions = [12, 13]
  expect(statuses).toEqual(statuses.map((_, i) => (inDefinitions.includes(i) ? 'closes its goal' : 'proved')))
  expect(statuses).toHaveLength(16)
  // The whole file elaborates.
  const after = await engine.readFile(text)
  expect(after.commands.flatMap(({ errors }) => errors)).toEqual([])
  expect(listHoles(after, () => true)).toEqual([])
})

test('a line more than one tactic, at the column of the hole', async () => {
  const file = lines(
    'theorem t (p q : Prop) (h : p ∧ q) : q ∧ p := by',
    '  sorry',
    'theorem u (p q : Prop) (h : p ∧ q) : q ∧ p := sorry',
    'theorem v (p q : Prop) (h : p ∧ q) : (q ∧ p) ∧ True := ⟨sorry, trivial⟩',
  )
  const { text, statuses } = await filled(file, [['cases h', 'constructor', 'assumption', 'assumption']])
  expect(statuses).toEqual(['proved', 'proved', 'proved'])
  expect(text).toContain('  cases h\n  constructor\n  assumption\n  assumption\n')
  expect((await engine.readFile(text)).commands.flatMap(({ errors }) => errors)).toEqual([])
})

test('what is left out of a definition is never made up', async () => {
  const { text, statuses } = await filled(lines('def n : Nat := sorry', 'theorem t : n = n := sorry'))
  expect(statuses[0]).toBe('data')
  expect(text).toContain('def n : Nat := sorry')
})

test('errors elsewhere are no obstacle, and stay', async () => {
  const file = lines(
    'theorem bad : 1 = 2 := by',
    '  omega',
    'theorem t (a : Nat) : a + 0 = a := by',
    '  have : undefined_name := by simp',
    '  sorry',
    'theorem u (a : Nat) : a + 0 = a := sorry',
  )
  const { text, statuses } = await filled(file)
  expect(text.startsWith('theorem bad : 1 = 2 := by\n  omega\n')).toBe(true)
  expect(statuses[1]).not.toBe('open')
})

test('behind a broken statement or definition the goals are closed, and nothing is called proved', async () => {
  const file = lines(
    'theorem before : 1 + 1 = 2 := by sorry',
    'theorem broken : undefined_name = 3 := by sorry',
    'def number : Nat := "text"',
    'theorem behind (a b : Nat) : a + b = b + a := by sorry',
    'theorem about : number = number := by sorry',
  )
  const { text, holes } = await filled(file)
  expect(holes.map(({ theorem, status }) => [theorem, status])).toEqual([
    ['before', 'proved'],
    ['broken', 'open'],
    ['behind', 'closes its goal'],
    ['about', 'closes its goal'],
  ])
  expect(text).toContain('theorem behind (a b : Nat) : a + b = b + a := by omega')
  expect(text).toContain('theorem broken : undefined_name = 3 := by sorry')
})

test('line ends and the byte order mark stay', async () => {
  const plain = lines('theorem t (a b : Nat) (h : a ≤ b) : a < b + 1 := by', '  sorry', '-- the end')
  for (const file of [plain.replaceAll('\n', '\r\n'), `\uFEFF${plain}`])
    expect((await filled(file)).text).toBe(file.replace('sorry', 'omega'))
})

test('what rests on something left open, assumed or broken is never called proved', async () => {
  const scripts = [
    ['rfl'],
    ['exact absurd bad (by decide)'],
    ['exact a0 ..'],
    ['omega'],
    ['assumption'],
    ['trivial'],
    ['simp_all'],
  ]
  const attempts: [string, string[]][] = [
    // A lemma left open makes anything true.
    [
      lines('theorem a0 (n : Nat) : n = n + 1 := by sorry', 'theorem t : (1 : Nat) = 2 := by sorry'),
      ['open', 'closes its goal'],
    ],
    // Where there is a proof without it, that is taken.
    [
      lines('theorem a0 (n : Nat) : n = 2 + n := by sorry', 'theorem t (n : Nat) (h : n = 3) : n < 4 := by sorry'),
      ['open', 'proved'],
    ],
    [lines('theorem bad : 1 = 2 := by', '  omega', 'theorem t : 3 = 4 := by sorry'), ['closes its goal']],
    [lines('axiom a0 (n : Nat) : n = n + 1', 'theorem t : (3 : Nat) = 4 := by sorry'), ['closes its goal']],
    [
      lines('def g (n : Nat) : Nat := sorry', 'theorem t (n : Nat) : g n = g n := by sorry'),
      ['data', 'closes its goal'],
    ],
    [
      lines('instance : DecidableEq Nat := fun _ _ => isTrue sorry', 'theorem t : 3 = 4 := by sorry'),
      ['open', 'closes its goal'],
    ],
    // What is stated stays as it is.
    [lines('theorem t (a : Nat) (h : sorry) : a = a := by sorry'), ['in the statement', 'closes its goal']],
    // An error elsewhere in the theorem, and what does not elaborate before it.
    [
      lines('theorem t (a : Nat) : a + 0 = a ∧ a = a := by', '  constructor', '  · sorry', '  · omgea'),
      ['closes its goal'],
    ],
    [lines('open Nowhere', 'theorem t (a : Nat) : a + 0 = a := by sorry'), ['closes its goal']],
    // Nothing is left to prove there.
    [lines('theorem t : ∃ n : Nat, n * n = 49 := by', '  exists 7', '  sorry'), ['out of reach']],
    // A definition whose proof was left out before is what the new file says.
    [
      lines('def k : { n : Nat // n = 3 } := ⟨3, sorry⟩', 'theorem t : k.1 = 3 := by sorry'),
      ['closes its goal', 'proved'],
    ],
    [lines('variable (n : Nat) (h : n = 1)', 'example : n = 1 := sorry'), ['proved']],
  ]
  for (const [file, statuses] of attempts)
    expect([file, (await filled(file, scripts)).statuses]).toEqual([file, statuses])
})
