import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lean, openLean } from '../../src/api/lean.ts'
import { prove } from '../../src/api/prove.ts'
import { boundNames } from '../../src/lean/auto-bound.ts'
import { REQUESTS } from '../../src/lean/embedded/lean-process.ts'
import { DEFAULT_LIMITS, type TacticLimits } from '../../src/lean/engine.ts'
import { verifyProof } from '../../src/lean/verifier.ts'

/** What has a statement elaborated; each costs a search the time of its header and statement once more. */
const ELABORATING = ['stateTheorem', 'start', 'exportProof', 'elaborate']
const asked: string[] = []
const listen = (method: unknown) => asked.push(method as string)
let lean: Lean
beforeAll(async () => {
  lean = await openLean({ processes: 1 })
  REQUESTS.subscribe(listen)
})
afterAll(async () => {
  REQUESTS.unsubscribe(listen)
  await lean?.close()
})

async function elaborations(statement: string): Promise<Record<string, number>> {
  asked.length = 0
  const result = await prove(lean, statement, { policies: ['baseline'] })
  expect(result.kind).toBe('proved')
  return Object.fromEntries(
    ELABORATING.map((method) => [method, asked.filter((one) => one === method).length]).filter(([, count]) => count),
  )
}

test('a statement is elaborated for the one who trusts it, for the search, and with each form that is verified', async () => {
  expect(await elaborations('theorem t (a b : Nat) (h : a ≤ b) : a < b + 1')).toEqual({
    stateTheorem: 1,
    start: 1,
    exportProof: 1,
  })
  // A hypothesis that the statement does not name: Lean is asked whether it bound one by itself.
  expect(await elaborations('theorem t (a b : Nat) (_ : a ≤ b) : a < b + 1')).toMatchObject({
    start: 2,
    exportProof: 1,
  })
})

test('a proof has the answers of the kernel while it is elaborated, whatever of it the finished term still needs', async () => {
  const theorem = { name: 't', header: '', statement: 'theorem t : 2 + 2 = 5 ∨ True' }
  const verify = async (...tactics: string[]) => (await verifyProof(lean.engine, theorem, { tactics })).kind
  expect(await verify('exact Or.inr trivial')).toBe('verified')
  expect(await verify('first | exact Or.inl (by decide +kernel) | exact Or.inr trivial')).toBe('verified')
  expect(await verify('exact Or.inl (by decide +kernel)')).toBe('rejected')
  // The term that is left is `Or.inr trivial`, and Lean refuses the source.
  const unused = ['refine (?f : 1 = 2 → _) ?a', 'case f => exact fun _ => Or.inr trivial', 'case a => decide +kernel']
  expect(await verify(...unused)).toBe('rejected')
})

test('what finishes is looked at by the kernel within the limit of the tactic, where no verifier follows', async () => {
  const theorem = {
    name: 't',
    header: '',
    statement: 'theorem t (x y : Int) (h : 2 * x + 3 * y = 7) (k : x - y = 1) : x = 2',
  }
  const finish = async (limits: TacticLimits) => {
    const started = await lean.engine.start(theorem, limits)
    if (started.kind !== 'started') throw new Error('it does not start')
    const [result] = await started.session.runTactics(started.session.root, ['omega'])
    await started.session.close()
    return result?.kind
  }
  let heartbeats = 1
  while ((await finish({ ...DEFAULT_LIMITS, heartbeats, verifierFollows: true })) !== 'finished')
    heartbeats = Math.ceil(heartbeats * 1.2)
  expect(heartbeats).toBeGreaterThan(1)
  expect(await finish({ ...DEFAULT_LIMITS, heartbeats })).toBe('timeout')
  expect(await finish(DEFAULT_LIMITS)).toBe('finished')
})

test('names that a statement binds before its colon', () => {
  const names = (statement: string) => boundNames(statement) && [...(boundNames(statement) as Set<string>)]
  expect(names('theorem t (a b : Nat) {α : Type} [inst : Inhabited α] ⦃x : α⦄ c : a = b')).toEqual([
    'a',
    'b',
    'α',
    'inst',
    'x',
    'c',
  ])
  expect(names('theorem t (h : ∀ (y : Nat), y = z) (k : [1] = [z] := by simp) : ∀ w : Nat, w = w')).toEqual(['h', 'k'])
  expect(names('theorem t.{u} {α : Sort u} [Inhabited α] : True')).toEqual(['α'])
  expect(names('example : 1 = 1')).toEqual([])
  for (const unclear of [
    'theorem t (a : Nat) -- : x\n : a = a',
    'theorem t (s : "(") : True',
    'theorem t',
    'lemma t : True',
  ])
    expect(names(unclear)).toBeUndefined()
})
