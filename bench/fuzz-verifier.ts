import { ProcessGoneError } from '../src/lean/embedded/lean-process.ts'
import { librarySource } from '../src/lean/embedded/library-source.ts'
import { LeanPool } from '../src/lean/embedded/pool.ts'
import { SecondKernel } from '../src/lean/second-kernel.ts'
import type { DeclarationExport } from '../src/proof/declarations/export.ts'
import { MalformedExport } from '../src/proof/declarations/validate.ts'
import { type Answer, fuzz, type Subject } from '../test/lean/verifier/fuzz.ts'
import { flagsOf } from './flags.ts'

/**
 * Mutants of real proofs, as data, before both kernels, for as long as is asked for. Each is given as a proof of its own
 * statement, which is true, and of others, which are false. It exits with 1 when a false one was accepted, when Lean's kernel
 * accepted what ours refuses, or when the checker threw.
 *
 *     npm run fuzz:verifier -- --minutes 10 --seed 1
 */
const { values: flags } = flagsOf('Mutants of real proofs, as data, before both kernels.', {
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now()) } },
})
const DEADLINE_MS = 60_000

const PROOFS: readonly { readonly what: string; readonly statement: string; readonly source: string }[] = [
  ['a variable', '(p : Prop) (h : p) : p', ':= h'],
  ['computation', ': 12 * 12 = 144', ':= rfl'],
  ['strings', ': "a".length = 1', ':= rfl'],
  ['a case split', '(n : Nat) : n = 0 ∨ 0 < n', ':= by cases n <;> simp'],
  [
    'induction',
    '(n : Nat) : 0 + n = n',
    ':= by induction n with\n  | zero => rfl\n  | succ k ih => rw [← Nat.add_assoc, ih]',
  ],
  ['omega', '(a b : Nat) (h : a < b) : a + 1 ≤ b', ':= by omega'],
  ['decide', ': ∀ x : Fin 4, x.val < 4', ':= by decide'],
  ['universes', '.{u, v} (α : Type u) (β : Type v) (p : α × β) : (p.1, p.2) = p', ':= rfl'],
  ['quotients', '(p q : Prop) (h : p ↔ q) : p = q', ':= propext h'],
  [
    'a match',
    '(o : Option Nat) (h : (match o with | some v => v | none => 0) = 3) : o = some 3',
    ':= by cases o <;> simp_all',
  ],
].map(([what, claim, proof]) => ({
  what: what ?? '',
  statement: `theorem t${claim}`,
  source: `theorem t${claim} ${proof}\n`,
}))
const HELPERS = [
  {
    what: 'an inductive type of its own',
    statement: 'theorem t : 0 ≤ 3',
    source: `inductive Chain : Nat → Nat → Prop where
  | refl (n : Nat) : Chain n n
  | step {m n : Nat} : Chain m n → Chain m (n + 1)
theorem chain_le {m n : Nat} (h : Chain m n) : m ≤ n := by
  induction h with
  | refl => exact Nat.le_refl _
  | step _ ih => exact Nat.le_succ_of_le ih
theorem t : 0 ≤ 3 := chain_le (.step (.step (.step (.refl 0))))
`,
  },
  {
    what: 'a structure and a definition of its own',
    statement: 'theorem t (a : Nat) : a + 2 = a + 1 + 1',
    source: `structure Pair where
  left : Nat
  right : Nat
def Pair.sum (p : Pair) : Nat := p.left + p.right
theorem t (a : Nat) : a + 2 = a + 1 + 1 := by
  have h : (⟨a, 2⟩ : Pair).sum = a + 2 := rfl
  exact h
`,
  },
]
const FALSE_STATEMENTS = [
  'theorem t : False',
  'theorem t (a : Nat) : a = a + 1',
  'theorem t (p : Prop) : p',
  'theorem t : "a" = "b"',
  'theorem t.{u} (α : Type u) (x y : α) : x = y',
]

const pool = await LeanPool.create({ processes: 1 })
const second = new SecondKernel(librarySource(pool))
const imports = [{ module: 'Init', all: false }]

async function stated(statement: string): Promise<DeclarationExport> {
  const answer = await pool.withStatementProcess('', async ({ process }) => {
    const result = await process.request('stateTheorem', { header: '', statement }, DEADLINE_MS)
    return { result, heapBytes: result.heapBytes, reusable: true }
  })
  if (answer.kind !== 'stated') throw new Error(`${statement}: ${answer.diagnostics[0]?.text}`)
  return answer.exported as DeclarationExport
}

async function exported(source: string): Promise<DeclarationExport> {
  const answer = await pool.withWorker(({ process }) =>
    process.request('exportProof', { source, name: ['t'] }, DEADLINE_MS),
  )
  if (answer.kind !== 'exported') throw new Error(`${source}: ${answer.reason} ${answer.messages}`)
  return answer.exported as DeclarationExport
}

/** What both kernels say. A process that a mutant kills has refused it. */
async function judge(statement: unknown, proof: unknown): Promise<Answer> {
  let lean: Answer
  try {
    lean = await pool.withKernelProcess(async ({ process }) => {
      const answer = await process.request('checkProof', { imports, stated: statement, proof }, DEADLINE_MS)
      const { kind, heapBytes } = answer
      return { result: kind === 'refused' ? { kind, reason: answer.reason } : { kind }, heapBytes, reusable: true }
    })
  } catch (error) {
    if (!(error instanceof ProcessGoneError)) throw error
    lean = { kind: 'refused', reason: `the process ended: ${error.message}` }
  }
  if (lean.kind === 'refused') return lean
  try {
    const { verdict } = await second.check({ imports, stated: statement, proof, deadlineMs: DEADLINE_MS })
    // Recursors, counts and lists of constructors that come along are claims: Lean's kernel is never told them, ours looks
    // whether they are true. Such refusals are counted apart from disagreements.
    if (verdict.kind === 'refused' && /^inductive: (header|recursor)$/.test(verdict.rule))
      return { kind: 'refused', reason: `our kernel alone: ${verdict.rule}` }
    if (verdict.kind === 'refused')
      throw new Error(`Lean's kernel accepts, ours refuses ${verdict.declaration}: ${verdict.rule}: ${verdict.reason}`)
    return lean
  } catch (error) {
    if (error instanceof MalformedExport) throw new Error('one side finds it malformed', { cause: error })
    throw error
  }
}

const subjects: Subject[] = []
const lies = await Promise.all(FALSE_STATEMENTS.map(stated))
for (const { what, statement, source } of [...PROOFS, ...HELPERS]) {
  const [own, proof] = [await stated(statement), await exported(source)]
  const first = await judge(own, proof)
  if (first.kind !== 'verified') throw new Error(`${what} is not verified: ${first.reason}`)
  subjects.push({ what, exported: proof, statementIsTrue: true, check: (mutant) => judge(own, mutant) })
  const lie = lies[subjects.length % lies.length]
  subjects.push({
    what: `${what}, for a false statement`,
    exported: proof,
    statementIsTrue: false,
    check: (mutant) => judge(lie, mutant),
  })
}

const end = performance.now() + Number(flags.minutes) * 60_000
console.log(`seed ${flags.seed}, ${subjects.length} subjects`)
let told = performance.now()
const report = await fuzz(
  subjects,
  flags.seed,
  (mutants) => {
    if (performance.now() - told > 60_000) {
      told = performance.now()
      console.log(`${mutants} mutants`)
    }
    return performance.now() >= end
  },
  ({ subject, number, what, said }) => console.log(`${subject}, mutant ${number} (${what}): ${said}`),
)
console.log(`${report.mutants} mutants, ${report.verified} accepted, ${report.failures.length} failures`)
for (const [reason, times] of [...report.refused].sort((a, b) => b[1] - a[1]).slice(0, 30))
  console.log(`${String(times).padStart(8)} ${reason}`)
await second.dispose()
await pool.dispose()
process.exitCode = report.failures.length === 0 ? 0 : 1
