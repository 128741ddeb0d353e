import type { DeclarationExport, TermEntry } from '../../../proof/declarations/export.ts'
import type { Host } from './host.ts'
import { isScalar } from './objects.ts'

const HEARTBEATS = 20_000

/**
 * Field numbers and calling conventions belong to one build of Lean. Before serving, a host proves one theorem and
 * refuses false steps; anything else means that this is not the build the host knows.
 */
export function testSteps(host: Host): void {
  const opened = host.open('import Init')
  if (opened.kind !== 'opened') throw new Error('self-test: `import Init` failed')
  const statement = 'theorem hedge_self_test (a b : Nat) (h : a ≤ b) : a + 0 ≤ b ∧ True'
  const started = host.start(opened.environment, statement, HEARTBEATS)
  if (started.kind !== 'started') throw new Error('self-test: a good statement was rejected')
  expect('the first goal', started.goals[0]?.text, 'a b : Nat\nh : a ≤ b\n⊢ a + 0 ≤ b ∧ True')
  const run = (state: number, tactic: string) => host.runTactic(started.theorem, state, tactic)
  expect('a false step', run(started.state, 'exact ⟨h, foo⟩').kind, 'error')
  expect('a step with sorry', run(started.state, 'exact sorry').kind, 'error')
  expect('a circle', run(started.state, 'exact hedge_self_test a b h').kind, 'error')
  expect('a proof', run(started.state, 'exact ⟨h, trivial⟩').kind, 'finished')
  const split = run(started.state, 'constructor')
  if (split.kind !== 'open') throw new Error(`self-test: constructor gave ${split.kind}`)
  expect('two goals', split.goals.length, 2)
  const second = run(split.state, 'exact h')
  if (second.kind !== 'open') throw new Error(`self-test: exact gave ${second.kind}`)
  expect('the last step', run(second.state, 'trivial').kind, 'finished')
  expect(
    'a bad statement',
    host.start(opened.environment, 'theorem hedge_self_test : foo', HEARTBEATS).kind,
    'rejected',
  )
  host.closeTheorem(started.theorem)
}

/** Before the first statement is taken: what is written of one is exactly what it says. */
export function testStatement(host: Host): void {
  const stated = host.stateTheorem('import Init', 'theorem hedge_self_test (p : Prop) (_h : p) : p')
  if (stated.kind !== 'stated') throw new Error('self-test: a good statement was rejected')
  expect('what a statement says', JSON.stringify(stated.exported), JSON.stringify(STATED))
}

/** Before the first proof is checked: one true proof passes; a proof of something else, and one by `sorry`, do not. */
export function testProofCheck(host: Host): void {
  // Lean compares small numbers by their boxes: a number has one form.
  expect('the largest small number', isScalar(host.natural('2147483647')), true)
  expect('the smallest large number', isScalar(host.natural('2147483648')), false)
  const init = [{ module: 'Init', all: false }]
  const verdict = (proof: DeclarationExport): string => host.checkProof(init, STATED, proof).kind
  // fun (p : Prop) (h : p) => h
  expect('a true proof', verdict(proving({ bvar: 0 })), 'verified')
  // fun (p : Prop) (h : p) => p
  expect('a proof of something else', verdict(proving({ bvar: 1 })), 'refused')
  // fun (p : Prop) (h : p) => h, with another variable where there is none
  expect('an open term', verdict(proving({ bvar: 2 })), 'refused')
  expect('an axiom', verdict(STATED), 'refused')
  expect('a proof by sorry', verdict(BY_SORRY), 'refused')
}

const NAMES = [
  { str: { pre: 0, str: 'hedge_self_test' } },
  { str: { pre: 0, str: '_h' } },
  { str: { pre: 0, str: 'p' } },
] as const
/** ∀ (p : Prop) (_h : p), p */
const STATED: DeclarationExport = {
  names: NAMES,
  levels: [],
  terms: [
    { bvar: 1 },
    { bvar: 0 },
    { forallE: { name: 2, type: 1, body: 0, binderInfo: 'default' } },
    { sort: 0 },
    { forallE: { name: 3, type: 3, body: 2, binderInfo: 'default' } },
  ],
  declarations: [{ axiom: { name: 1, levelParams: [], type: 4, isUnsafe: false } }],
}

/** A theorem of that type whose proof is a function of `p` and `_h` with this body. */
function proving(body: TermEntry): DeclarationExport {
  return {
    ...STATED,
    terms: [
      ...STATED.terms,
      body,
      { lam: { name: 2, type: 1, body: 5, binderInfo: 'default' } },
      { lam: { name: 3, type: 3, body: 6, binderInfo: 'default' } },
    ],
    declarations: [{ thm: { name: 1, levelParams: [], type: 4, value: 7, all: [1] } }],
  }
}

const BY_SORRY: DeclarationExport = {
  ...STATED,
  names: [
    ...NAMES,
    { str: { pre: 0, str: 'sorryAx' } },
    { str: { pre: 0, str: 'Bool' } },
    { str: { pre: 5, str: 'false' } },
  ],
  terms: [
    ...STATED.terms,
    { const: { name: 4, us: [0] } },
    { app: { fn: 5, arg: 4 } },
    { const: { name: 6, us: [] } },
    { app: { fn: 6, arg: 7 } },
  ],
  declarations: [{ thm: { name: 1, levelParams: [], type: 4, value: 8, all: [1] } }],
}

function expect(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted)
    throw new Error(`self-test: ${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`)
}
