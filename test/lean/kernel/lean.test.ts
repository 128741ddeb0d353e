import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeEach } from '../../../bench/kernel/differential.ts'
import { BenchLean } from '../../../bench/kernel/lean.ts'
import { mutate } from '../../../bench/kernel/mutants.ts'
import { DeclarationCheck } from '../../../src/lean/kernel/declaration-check.ts'
import { Library } from '../../../src/lean/kernel/library.ts'
import { type SecondAnswer, SecondKernel } from '../../../src/lean/second-kernel.ts'
import type { InductiveEntry } from '../../../src/proof/declarations/export.ts'
import type { NameParts } from '../../../src/proof/declarations/names.ts'
import { MalformedExport, validateExport } from '../../../src/proof/declarations/validate.ts'

const DEADLINE_MS = 120_000
const lean = new BenchLean()
const kernel = new SecondKernel(lean.constants)
beforeAll(() => lean.process())
afterAll(async () => {
  await kernel.dispose()
  lean.end()
})

/** What both kernels say to a proof. */
async function both(statement: string, proof: string, header = ''): Promise<{ lean: string; second: SecondAnswer }> {
  const process = await lean.process()
  const stated = await process.request('stateTheorem', { header, statement }, DEADLINE_MS)
  if (stated.kind === 'rejected') throw new Error(stated.diagnostics.map((d) => d.text).join('\n'))
  const source = `${header}\n${proof.startsWith('theorem') || proof.includes('\n') ? proof : `${statement} := ${proof}`}`
  const exported = await process.request('exportProof', { source, name: stated.name }, DEADLINE_MS)
  if (exported.kind === 'refused') throw new Error(`${exported.reason}\n${exported.messages.join('\n')}`)
  const imports = [...stated.imports, ...exported.imports]
  const params = { imports, stated: stated.exported, proof: exported.exported }
  const checked = await process.request('checkProof', params, DEADLINE_MS)
  return { lean: checked.kind, second: await kernel.check(params) }
}

describe('proofs that Lean finds, in both kernels', () => {
  const proofs: [string, string, string][] = [
    ['omega', 'theorem t (a b : Nat) (h : a % 12 = 3) (k : b = 4 * a) : b % 48 = 12', 'by subst k; omega'],
    ['simp', 'theorem t (xs ys : List Nat) : (xs ++ ys).length = ys.length + xs.length', 'by simp [Nat.add_comm]'],
    ['grind', 'theorem t (a b c : Nat) (h : a = b) (k : b = c) : a + 1 = c + 1', 'by grind'],
    ['grind with a ring', 'theorem t (a b : Int) : (a + b) * (a + b) = a * a + 2 * a * b + b * b', 'by grind'],
    ['decide', 'theorem t : ∀ x : Fin 12, x * x * x * x = 1 → x ≠ 0', 'by decide'],
    ['decide +kernel', 'theorem t : (List.range 300).foldl (· + ·) 0 = 44850', 'by decide +kernel'],
    ['large numbers', 'theorem t : 2 ^ 200 % 1000007 = 446616', 'by decide +kernel'],
    ['bit vectors', 'theorem t (x y : BitVec 16) : x + y = y + x', 'by rw [BitVec.add_comm]'],
    ['strings', 'theorem t : "héllo" ++ " 𝔸" = "héllo 𝔸"', 'rfl'],
    ['characters', "theorem t : 'a'.toNat = 97", 'rfl'],
    [
      'recursion',
      'theorem t : ∀ n : Nat, 0 + n = n',
      'theorem t : ∀ n : Nat, 0 + n = n\n  | 0 => rfl\n  | n + 1 => congrArg (· + 1) (t n)',
    ],
    ['structures', 'theorem t (p : Nat × Nat) : (p.1, p.2) = p', 'rfl'],
    [
      'quotients',
      'theorem t (α : Type) (s : Setoid α) (a : α) : Quotient.lift (fun _ : α => 0) (fun _ _ _ => rfl) (Quotient.mk s a) = 0',
      'rfl',
    ],
    ['universes', 'theorem t {α : Type u} {β : Type v} (f : α → β) : (fun x => f x) = f', 'rfl'],
    [
      'a type of its own',
      'theorem t : True',
      'inductive Tree where\n  | leaf\n  | node (l r : Tree)\ndef Tree.size : Tree → Nat\n  | leaf => 0\n  | node l r => l.size + r.size + 1\ntheorem s (t : Tree) : 0 ≤ t.size := Nat.zero_le _\ntheorem t : True := by have := s .leaf; trivial',
    ],
    ['axioms', 'theorem t (p q : Prop) (h : p ↔ q) : p = q', 'propext h'],
  ]
  for (const [what, statement, proof] of proofs) {
    test(what, async () => {
      const answer = await both(statement, proof)
      expect(answer.second.verdict).toMatchObject({ kind: 'accepted' })
      expect(answer.lean).toBe('verified')
    })
  }
  test('nested types, on which the pinned kernel is not relied', async () => {
    const proof = `inductive Rose where\n  | node (children : List Rose)\ntheorem t : True := by\n  have : Rose := .node [.node []]\n  trivial`
    const answer = await both('theorem t : True', proof)
    expect(answer.second.verdict).toMatchObject({ kind: 'accepted' })
  })
})

describe('proofs that neither accepts', () => {
  const proofs: [string, string, string, RegExp][] = [
    ['sorry', 'theorem t : False', 'sorry', /sorryAx/],
    ['another statement', 'theorem t : 1 = 2', 'theorem t : 1 = 1 := rfl\n', /./],
    ['an axiom', 'theorem t : False', 'axiom f : False\ntheorem t : False := f', /without a proof/],
    [
      'facts that the compiler is believed in',
      'theorem t : (List.range 10).length = 10',
      'theorem t : (List.range 10).length = 10 := Lean.ofReduceBool _ _ rfl\n',
      /./,
    ],
  ]
  for (const [what, statement, proof, why] of proofs) {
    test(what, async () => {
      const answer = await both(statement, proof).catch((error: Error) => {
        // Where Lean does not even elaborate it, there is nothing to check.
        return error.message
      })
      if (typeof answer === 'string') return expect(answer).toMatch(/error|reduceBool|mismatch/i)
      expect(answer.lean).toBe('refused')
      expect(answer.second.verdict).toMatchObject({ kind: 'refused', reason: expect.stringMatching(why) })
    })
  }
})

test('recursors are those that Lean computes, and others are refused', async () => {
  const process = await lean.process()
  const imports = [{ module: 'Init', all: false }]
  const names: NameParts[] = [['List'], ['Nat'], ['Eq'], ['Acc'], ['And'], ['Vector'], ['Lean', 'Json']]
  const get = async (most: number) => {
    const params = { imports, names, most, follow: most > 0 }
    const answer = await process.request('libraryConstants', params, DEADLINE_MS)
    if (answer.kind === 'refused') throw new Error(answer.reason)
    return answer
  }
  const whole = await get(2_000)
  const groups = validateExport((await get(0)).exported)
  const judge = (inductive: InductiveEntry) => {
    const library = new Library(1_000_000, true)
    library.add(validateExport(whole.exported), [], whole.axioms)
    const data = validateExport({ ...groups, declarations: [{ inductive }] })
    const step = new DeclarationCheck(library, data, { apart: true }).run()
    return step.kind === 'refused' ? step.rule : step.kind
  }
  let wrong = 0
  for (const declaration of groups.declarations) {
    if (!('inductive' in declaration)) continue
    const { inductive } = declaration
    const [rec, ...others] = inductive.recs
    if (rec === undefined) continue
    expect(judge(inductive)).toBe('accepted')
    const [rule, second = rule] = rec.rules
    if (rule === undefined || second === undefined) continue
    const claims: Partial<typeof rec>[] = [
      { k: !rec.k },
      { numMinors: rec.numMinors + 1 },
      { numMotives: rec.numMotives + 1, numMinors: Math.max(0, rec.numMinors - 1) },
      { rules: rec.rules.map((r) => ({ ...r, rhs: second.rhs === r.rhs ? rec.type : second.rhs })) },
      { rules: rec.rules.map((r) => ({ ...r, nfields: r.nfields + 1 })) },
      { rules: [] },
      { type: rule.rhs },
    ]
    for (const claim of claims) {
      expect(judge({ ...inductive, recs: [{ ...rec, ...claim }, ...others] })).toBe('inductive: recursor')
      wrong++
    }
  }
  expect(wrong).toBeGreaterThan(25)
})

test('both kernels agree on declarations of the library and on mutants of them', async () => {
  const process = await lean.process()
  const imports = [{ module: 'Init', all: false }]
  const wanted: NameParts[] = [
    ['Nat', 'add'],
    ['List', 'map'],
    ['Option'],
    ['Eq'],
    ['Acc'],
    ['Prod'],
    ['List', 'append'],
    ['And'],
    ['Exists'],
    ['Nat', 'lt_irrefl'],
    ['List', 'casesOn'],
    ['id'],
    ['Function', 'comp'],
    ['Sum'],
    ['PSigma'],
    ['Subtype'],
    ['Nat', 'rec'],
    ['HEq'],
    ['Array'],
    ['Fin', 'add'],
  ]
  const part = async (names: NameParts[], most: number) => {
    const answer = await process.request('libraryConstants', { imports, names, most, follow: most > 0 }, DEADLINE_MS)
    if (answer.kind === 'refused') throw new Error(answer.reason)
    return { data: validateExport(answer.exported), axioms: answer.axioms }
  }
  const library = new Library(2_000_000, true)
  const all = await part(wanted, 4_000)
  library.add(all.data, [], all.axioms)
  const { data, mutants } = mutate((await part(wanted, 0)).data, 6, 'vitest')
  const kept = mutants.filter(({ declaration }) => {
    try {
      validateExport({ ...data, declarations: [declaration] })
      return true
    } catch (error) {
      if (error instanceof MalformedExport) return false
      throw error
    }
  })
  const valid = validateExport({ ...data, declarations: kept.map((mutant) => mutant.declaration) })
  const second = judgeEach(library, valid)
  const { refusals } = await process.request('judgeDeclarations', { imports, exported: valid }, DEADLINE_MS)
  const apart = kept.flatMap((mutant, i) => {
    const [a, b] = [refusals[i], second[i]]
    // What was computed before the change is still claimed: Lean's kernel is not told.
    if ((a === null) === (b === null) || b?.includes('other numbers')) return []
    return [`${mutant.of} (${mutant.how}): Lean ${a ?? 'accepts'}, second ${b ?? 'accepts'}`]
  })
  expect(apart).toEqual([])
  expect(refusals.filter((refusal) => refusal === null).length).toBeGreaterThan(10)
  expect(refusals.filter((refusal) => refusal !== null).length).toBeGreaterThan(30)
})
