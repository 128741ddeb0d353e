import { beforeAll, expect, test } from 'vitest'
import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import type { PlacedTheorem } from '../../src/lean/placed.ts'
import { verifyProof } from '../../src/lean/verifier.ts'
import { sourceText } from '../../src/proof/source-text.ts'
import { sharedEngine } from './shared-engine.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

const lines = (...all: string[]) => `${all.join('\n')}\n`

async function read(text: string): Promise<Map<string, PlacedTheorem>> {
  const { theorems } = await engine.readFile(sourceText(text).text)
  return new Map(theorems.map((placed) => [placed.theorem.name, placed]))
}

/** What becomes of tactics on a theorem at its place; the reason where it cannot be opened there. */
async function attempt(text: string, name: string, ...tactics: string[]): Promise<string[]> {
  const placed = (await read(text)).get(name)
  if (placed === undefined) return ['not found']
  const started = await engine.start(placed.theorem)
  if (started.kind === 'rejected')
    return [started.where, ...started.diagnostics.map(({ line, column, text: said }) => `${line}:${column}: ${said}`)]
  const { session } = started
  const results = await session.runTactics(session.root, tactics)
  await session.close()
  return results.map(({ kind }) => kind)
}

test('a statement is elaborated before a second process is begun: who has mistyped does not wait for it', async () => {
  let begun = 0
  const one = await EmbeddedEngine.create({
    processes: 1,
    onEvent: ({ kind }) => {
      if (kind === 'started') begun++
    },
  })
  const start = (statement: string) => one.start({ name: 't', header: '', statement })
  for (const wrong of ['theorem t : Nat.foo = 1', 'theorem t : 1 = ', 'theorem t (n : Nat) : n = "n"'])
    expect((await start(wrong)).kind).toBe('rejected')
  expect(begun).toBe(1)
  expect((await start('theorem t : 1 = 1')).kind).toBe('started')
  await expect.poll(() => begun, { timeout: 60_000 }).toBe(2)
  await one.dispose()
})

test('the beginning of a file is elaborated once for a proof, unless its own code has run', {
  timeout: 300_000,
}, async () => {
  let started = 0
  const count = async (text: string): Promise<number> => {
    const one = await EmbeddedEngine.create({
      processes: 1,
      onEvent: ({ kind }) => {
        if (kind === 'started') started++
      },
    })
    started = 1
    const { theorems } = await one.readFile(text)
    const theorem = theorems.find(({ theorem: { name } }) => name === 't')?.theorem as PlacedTheorem['theorem']
    const begun = await one.start(theorem)
    if (begun.kind === 'rejected') throw new Error(begun.diagnostics[0]?.text)
    await begun.session.runTactics(begun.session.root, ['simp', 'exact two_eq ▸ rfl'])
    expect((await verifyProof(one, theorem, { tactics: ['exact two_eq'] })).kind).toBe('verified')
    await one.dispose()
    return started
  }
  const plain = lines(
    'def two := 2',
    'theorem two_eq : two = 2 := rfl',
    'theorem t : two = 2 := by sorry',
    'theorem u : 1 = 1 := rfl',
  )
  // The one that reads and searches, and the kernel's. What has run code of the file is not asked what a statement means.
  expect(await count(plain)).toBe(2)
  expect(await count(lines('macro "five" : term => `(5)') + plain)).toBe(3)
})

test('a theorem means what it means where it stands', async () => {
  const changed: [string, string, string][] = [
    // An instance between: `≤` is the file's own, and the goal is false.
    [
      lines(
        'theorem warm_up : 1 + 1 = 2 := rfl',
        'instance (priority := 2000) weird : LE Nat := ⟨fun a b => a = 0 ∧ b = 7⟩',
        'theorem t (a b : Nat) (h : a = b) : a ≤ b := by sorry',
      ),
      't',
      'omega',
    ],
    [
      lines(
        'local infixl:65 (priority := high) " + " => fun (a _ : Nat) => a',
        'theorem t (a b : Nat) : a + b = b + a := by sorry',
      ),
      't',
      'omega',
    ],
    [
      lines(
        'namespace A',
        'def Nat.succ (n : Nat) := n',
        'open Nat in',
        'theorem t (n : Nat) : A.Nat.succ n = n + 1 := by sorry',
        'end A',
      ),
      'A.t',
      'rfl',
    ],
    [
      lines(
        'def f (n : Nat) := n',
        'namespace B',
        'def f (n : Nat) := n + 1',
        'theorem t : f 0 = 0 := by sorry',
        'end B',
      ),
      'B.t',
      'rfl',
    ],
    [lines('macro "five" : term => `(6)', 'theorem t : five = 5 := by sorry'), 't', 'rfl'],
    [lines('section', 'variable (n : Nat) (h : n = 1)', 'theorem t : n = 1 := by sorry', 'end'), 't', 'exact h'],
  ]
  for (const [text, name, tactic] of changed)
    expect([text, await attempt(text, name, tactic)]).toEqual([text, ['error']])
})

test('everything before a theorem counts', async () => {
  const proved: [string, string, string][] = [
    [
      lines(
        'def twice (n : Nat) := n + n',
        'theorem twice_eq (n) : twice n = 2 * n := by unfold twice; omega',
        'theorem t : twice 3 = 6 := by sorry',
      ),
      't',
      'exact twice_eq 3',
    ],
    [
      lines(
        'namespace Garden',
        'variable (rows : Nat)',
        'def plants (k : Nat) := rows * k',
        'theorem zero : plants rows 0 = 0 := by',
        '  sorry',
        'end Garden',
      ),
      'Garden.zero',
      'rfl',
    ],
    [
      lines(
        'open Nat in',
        'set_option maxRecDepth 2000 in',
        'theorem t (a b : Nat) (h : a < b) : succ a ≤ b := by sorry',
      ),
      't',
      'omega',
    ],
    [
      lines(
        'inductive Light where',
        '  | red | green',
        'def Light.next : Light → Light',
        '  | .red => .green',
        '  | .green => .red',
        'theorem t (l : Light) : l.next.next = l := by sorry',
      ),
      't',
      'cases l <;> rfl',
    ],
    [
      lines('section', 'variable (n : Nat) (h : n = 1)', 'include h in', 'theorem t : n = 1 := by sorry', 'end'),
      't',
      'exact h',
    ],
    [
      lines(
        'mutual',
        'theorem a : ∀ n : Nat, n = n',
        '  | 0 => rfl',
        '  | n + 1 => by have := b n; rfl',
        'theorem b : ∀ n : Nat, 0 + n = n',
        '  | 0 => rfl',
        '  | n + 1 => by have := a n; omega',
        'end',
      ),
      'b',
      'omega',
    ],
    [
      lines('universe u', 'theorem «2031_p4».{v} (α : Type u) (β : Type v) (p : α × β) : (p.1, p.2) = p := rfl'),
      '«2031_p4»',
      'rfl',
    ],
    [
      lines(
        'namespace N',
        '  /-- with a comment -/',
        '  @[simp] protected theorem t : 1 = 1 ∧ True where',
        '    left := rfl',
        '    right := trivial',
        'end N',
      ),
      'N.t',
      'simp',
    ],
    [lines('private theorem p (a : Nat) : a = a := sorry', 'theorem t (a : Nat) : a = a := sorry'), 't', 'exact p a'],
    [
      lines(
        'theorem broken (a : Nat) : a = a := by',
        '  omgea',
        '',
        'theorem t (a : Nat) : a = a := sorry',
        'theorem worse : foo := by',
      ),
      't',
      'exact broken a',
    ],
    [lines('local notation "ℕ" => Nat', 'example (a : ℕ) (h : a = 2) : a < 3 := by', '  sorry'), 'example_2', 'omega'],
    [lines('instance : Add Bool := ⟨Bool.xor⟩', 'theorem t : true + true = false := sorry'), 't', 'rfl'],
    [lines('theorem t : True := by', '  trivial', '  where aux : Nat := 3'), 't', 'trivial'],
  ]
  for (const [text, name, tactic] of proved)
    expect([text, await attempt(text, name, tactic)]).toEqual([text, ['finished']])
})

test('where a file does not elaborate up to a theorem, Lean says why and where, and there is no other statement', async () => {
  const missing = lines('def three : Nat := "x" + 1', '', 'theorem t : three = 3 := by', '  sorry')
  expect((await attempt(missing, 't', 'rfl'))[0]).toBe('header')
  expect((await attempt(missing, 't', 'rfl'))[1]).toMatch(/^1:\d+: /)
  const unknown = lines('theorem a : True := trivial', 'open Nowhere', 'theorem t : True := sorry')
  expect((await attempt(unknown, 't', 'trivial'))[1]).toMatch(/^2:\d+: .*Nowhere/)
  const notation = lines(
    'notation "five" => undefined_name + 1',
    'instance : LE Nat := nonsense',
    'theorem t : 1 ≤ 2 := sorry',
  )
  expect((await attempt(notation, 't', 'decide'))[1]).toMatch(/^1:19: .*undefined_name/)
})

test('line ends and byte order marks make no difference', async () => {
  const text = lines('def one := 1', '/-- says -/', 'theorem t : one = 1 := by', '  sorry')
  const plain = await read(text)
  for (const other of [text.replaceAll('\n', '\r\n'), `\uFEFF${text}`, `\uFEFF${text.replaceAll('\n', '\r\n')}`])
    expect(await read(other)).toEqual(plain)
  expect(plain.get('t')?.start).toEqual({ line: 2, column: 0 })
})

test('a text with one proof more shares what stands before it, and a text that differs earlier does not', async () => {
  const before = lines('def f (n : Nat) := n + 1', 'theorem a : f 0 = 1 := by sorry', 'theorem b : f 1 = 2 := by sorry')
  expect(await attempt(before, 'b', 'exact a', 'rfl')).toEqual(['error', 'finished'])
  expect(await attempt(before.replace('by sorry', 'rfl'), 'b', 'rfl')).toEqual(['finished'])
  expect(await attempt(before.replace('n + 1', 'n + 2'), 'b', 'rfl')).toEqual(['error'])
  expect(
    await attempt(
      before.replace(
        'theorem a : f 0 = 1 := by sorry',
        'theorem a : f 0 = 1 := by sorry\n  theorem c : f 5 = 6 := rfl',
      ),
      'b',
      'exact c',
      'rfl',
    ),
  ).toEqual(['error', 'finished'])
})

test('verified in its place, and only there', async () => {
  const text = lines('namespace G', 'def two := 2', 'theorem t : two = 2 := by', '  sorry', 'end G')
  const { theorem } = (await read(text)).get('G.t') as PlacedTheorem
  const source = `${theorem.header}${theorem.statement} := by\n  rfl\n`
  expect(await engine.verify(theorem, { source, name: theorem.name })).toMatchObject({ kind: 'verified' })
  expect(await engine.verify(theorem, { source: source.replace('rfl', 'sorry'), name: theorem.name })).toMatchObject({
    kind: 'rejected',
  })
})

test('an earlier proof that fails is no obstacle to verification, and what rests on it is not verified', async () => {
  const text = lines('theorem bad : 1 = 2 := by', '  omega', 'theorem t (a : Nat) : a + 0 = a := by', '  sorry')
  const { theorem } = (await read(text)).get('t') as PlacedTheorem
  const source = (tactic: string) => `${theorem.header}${theorem.statement} := by\n  ${tactic}\n`
  const verdict = (tactic: string) => engine.verify(theorem, { source: source(tactic), name: theorem.name })
  expect(await verdict('rfl')).toMatchObject({ kind: 'verified' })
  expect(await verdict('exact absurd bad (by decide)')).toMatchObject({ kind: 'rejected' })
})
