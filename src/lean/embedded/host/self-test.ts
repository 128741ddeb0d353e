import type { Host } from './host.ts'

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

/** Before the first proof is checked: one true proof passes, a proof of something else and one by `sorry` do not. */
export function testProofCheck(host: Host): void {
  const opened = host.open('import Init')
  if (opened.kind !== 'opened') throw new Error('self-test: `import Init` failed')
  const name = 'hedge_self_test'
  const verdict = (statement: string, proof: string): string => {
    const exported = host.exportProof(`import Init\ntheorem ${name} : ${proof}\n`, name)
    if (exported.kind !== 'exported') return exported.kind
    return host.checkProof(opened.environment, `theorem ${name} : ${statement}`, name, exported).kind
  }
  expect('a true proof', verdict('2 + 2 = 4', '2 + 2 = 4 := by decide'), 'verified')
  expect('a proof of something else', verdict('2 + 2 = 4', '2 + 2 = 2 + 2 := rfl'), 'refused')
  expect('a proof by sorry', verdict('2 + 2 = 5', '2 + 2 = 5 := sorry'), 'refused')
}

function expect(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted)
    throw new Error(`self-test: ${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`)
}
