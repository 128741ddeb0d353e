import { beforeAll, expect, test } from 'vitest'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { sharedEngine } from './shared-engine.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

async function attempt(header: string, statement: string, tactic: string): Promise<string> {
  const started = await engine.start({ name: 't', header, statement: `theorem t ${statement}` })
  if (started.kind === 'rejected') return `${started.where}: ${started.diagnostics.map(({ text }) => text).join('; ')}`
  const [result] = await started.session.runTactics(started.session.root, [tactic])
  await started.session.close()
  return result?.kind ?? 'nothing'
}

test('a definition stands although its code cannot be generated', async () => {
  const headers: [string, string, string][] = [
    ['def bump (xs : List Nat) := xs.map (· + 1)', '(xs) : (bump xs).length = xs.length', 'simp [bump]'],
    ['def conj (xs : List Bool) := xs.foldr and true', ': conj [] = true', 'rfl'],
    ['def words (s : String) : List String := s.splitOn " "', ': words "" = words ""', 'rfl'],
    ["def vowels (s : String) := (s.toList.filter fun c => c ∈ ['a', 'e']).length", ': vowels "" = 0', 'simp [vowels]'],
    ['def anyOf := List.foldr Bool.or false', ': anyOf [] = false', 'rfl'],
    ['def sorted (xs : List Nat) := xs.mergeSort', ': (sorted []).length = 0', 'simp [sorted]'],
    [
      'def total (xs : List Nat) : Nat := Id.run do\n  let mut s := 0\n  for x in xs do s := s + x\n  return s',
      ': total [] = 0',
      'rfl',
    ],
    [
      'structure Pt where\n  x : Int\n  y : Int\nderiving DecidableEq, Repr, BEq, Hashable, Inhabited',
      '(p : Pt) : p = p',
      'rfl',
    ],
    [
      'import Std\ndef look (m : Std.HashMap Nat Nat) (k : Nat) : Nat := m.getD k 0',
      '(m) : look m 0 = look m 0',
      'rfl',
    ],
    // An attribute behind the definition, and definitions that stand on one without code.
    [
      '@[simp] def half (xs : List Nat) := xs.length / 2\ndef quarter (xs : List Nat) := half (xs.map half2) where half2 (n : Nat) := n / 2',
      ': half [] = 0',
      'simp',
    ],
    ['instance : Add Bool := ⟨Bool.xor⟩', ': true + true = false', 'rfl'],
    [
      'class Size (α : Type) where\n  size : α → Nat\ninstance : Size (List Nat) := ⟨List.length⟩',
      ': Size.size [1, 2] = 2',
      'rfl',
    ],
  ]
  for (const [header, statement, tactic] of headers)
    expect([header, await attempt(header, statement, tactic)]).toEqual([header, 'finished'])
})

test('what must run still runs', async () => {
  const macros = 'macro "five" : term => `(5)\nmacro "done!" : tactic => `(tactic| first | rfl | omega)'
  expect(await attempt(macros, '(a : Nat) : a + five = 5 + a', 'done!')).toBe('finished')
  expect(await attempt('#eval 1 + 1', ': True', 'trivial')).toBe('finished')
})

test('what cannot run says so', async () => {
  const evaluated = 'def bump (xs : List Nat) := xs.map (· + 1)\n#eval bump [1]'
  expect(await attempt(evaluated, ': True', 'trivial')).toMatch(
    /^header: `#eval` cannot run here: this Lean has no compiled/,
  )
  expect(await attempt('#eval [3, 1].mergeSort', ': True', 'trivial')).toMatch(/`#eval` cannot run here/)
})

test('what Lean refuses to compile anywhere is refused here', async () => {
  const choice = 'def pick (α : Type) [Nonempty α] : α := Classical.choice inferInstance'
  expect(await attempt(choice, ': True', 'trivial')).toMatch(/^header: .*noncomputable/)
  expect(await attempt(`noncomputable ${choice}`, ': True', 'trivial')).toBe('finished')
  expect(
    await attempt(`noncomputable ${choice}\ndef again (α : Type) [Nonempty α] : α := pick α`, ': True', 'trivial'),
  ).toMatch(/^header: .*noncomputable/)
})
