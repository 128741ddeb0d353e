import type { Engine, ProofSession, TacticLimits } from '../lean/engine.ts'
import { verifyProof } from '../lean/verifier.ts'
import { firstGoal } from '../policy/baseline/goal-view.ts'
import { introNames } from '../policy/baseline/logic.ts'
import { type Assignment, assignmentText, guesses, refutingTactics } from '../policy/counterexamples.ts'
import type { Policy } from '../policy/policy.ts'
import type { Kernels } from '../proof/kernels.ts'
import { type Negation, negationOf } from '../proof/negation.ts'
import type { Proof } from '../proof/proof.ts'
import { type ProofState, parseGoal } from '../proof/proof-state.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { ScriptVerdict } from '../proof/verdict.ts'
import { searchBestFirst, TUNED_BEST_FIRST } from '../search/best-first.ts'
import { createTree } from '../search/tree.ts'

/** A statement is false: the verified proof of its negation. */
export type Refutation = {
  /** The counterexample; undefined where the proof is no single one. */
  readonly values: Assignment | undefined
  /** `n = 1`, or `its negation is provable`. */
  readonly text: string
  /** The theorem that says `¬ …`. */
  readonly negation: Theorem
  readonly tactics: readonly string[]
  readonly source: string
  readonly axioms: readonly string[]
  readonly kernels?: Kernels
}

export type RefuteOptions = {
  readonly limits: TacticLimits
  readonly signal?: AbortSignal
  /** Also searches for the negation with this policy, for so many milliseconds; else only values are tried. */
  readonly search?: { readonly policyFor: (header: string) => Promise<Policy>; readonly wallClockMs: number }
}

/**
 * Looks for a verified proof that a theorem's statement is false: first at small values, then by a search for the
 * negation. Nothing is called false unless Lean agrees that what is negated is what the theorem states, and the verifier
 * accepts the proof of the negation. `session` is the theorem's own, at its first state.
 */
export async function refute(
  engine: Engine,
  session: ProofSession,
  options: RefuteOptions,
): Promise<Refutation | undefined> {
  const { theorem } = session
  const negation = negationOf(theorem)
  if (negation === undefined) return undefined
  const tried = guesses(await introduced(session))
  if (tried.length === 0 && options.search === undefined) return undefined
  if (!(await isWhatItStates(session, negation))) return undefined
  const started = await engine.start(negation.theorem, options.limits, options.signal)
  if (started.kind === 'rejected') return undefined
  try {
    for (const values of await failing(started.session, tried, options.signal)) {
      const proof = { tactics: [values.tactic] }
      const verdict = await verifyProof(engine, negation.theorem, proof)
      const found = refutation(negation.theorem, proof, values.guess.values, verdict)
      if (found !== undefined) return found
    }
    const { search } = options
    return search === undefined
      ? undefined
      : await searched(engine, started.session, negation.theorem, search, options.signal)
  } finally {
    await started.session.close()
  }
}

/** The first state with what the statement itself quantifies over introduced: `∀ n, …` has a variable like `(n : Nat)`. */
async function introduced(session: ProofSession): Promise<ProofState> {
  const view = firstGoal(session.root)
  const names = view === undefined || !/^∀ /.test(view.target) ? [] : introNames(view)
  if (names.length === 0) return session.root
  const [result] = await session.runTactics(session.root, [`intro ${names.join(' ')}`])
  return result?.kind === 'open' ? result.state : session.root
}

/** Guesses that Lean refutes the statement at, most likely first. */
async function failing(session: ProofSession, tried: ReturnType<typeof guesses>, signal: AbortSignal | undefined) {
  const attempts = tried.flatMap((guess) => refutingTactics(guess).map((tactic) => ({ guess, tactic })))
  // The first way for every guess, then the second: most are settled by the first.
  const ways = tried.length === 0 ? 0 : attempts.length / tried.length
  for (let way = 0; way < ways; way++) {
    const batch = attempts.filter((_, i) => i % ways === way)
    const results = await session.runTactics(
      session.root,
      batch.map(({ tactic }) => tactic),
      signal,
    )
    const finished = batch.filter((_, i) => results[i]?.kind === 'finished')
    if (finished.length > 0) return finished
  }
  return []
}

/**
 * Whether the proposition that is negated is the theorem's: with everything in its context put back into the goal, Lean
 * takes the one for the other. Hypotheses without a name cannot be put back, and then nothing is said.
 */
async function isWhatItStates(session: ProofSession, { proposition }: Negation): Promise<boolean> {
  const names = parseGoal(session.root.goals[0]?.text ?? '').hypotheses.map(({ name }) => name)
  if (session.root.goals.length !== 1 || names.some((name) => name.includes('✝'))) return false
  const back = names.length === 0 ? '' : `revert ${names.join(' ')}\n`
  const [result] = await session.runTactics(session.root, [`${back}show ${proposition}`])
  return result?.kind === 'open'
}

function refutation(
  negation: Theorem,
  proof: Proof,
  values: Assignment | undefined,
  verdict: ScriptVerdict,
): Refutation | undefined {
  if (verdict.kind !== 'verified') return undefined
  const { source, axioms, kernels } = verdict
  const text = values === undefined ? '' : assignmentText(values)
  return {
    values,
    text: text === '' ? 'its negation is provable' : text,
    negation,
    tactics: proof.tactics,
    source,
    axioms,
    ...(kernels && { kernels }),
  }
}

async function searched(
  engine: Engine,
  session: ProofSession,
  negation: Theorem,
  { policyFor, wallClockMs }: NonNullable<RefuteOptions['search']>,
  signal: AbortSignal | undefined,
): Promise<Refutation | undefined> {
  let found: Refutation | undefined
  await searchBestFirst(createTree(session.root), session, await policyFor(negation.header), {
    ...TUNED_BEST_FIRST,
    budget: { wallClockMs, signal },
    accept: async (proof) => {
      const verdict = await verifyProof(engine, negation, proof)
      found = refutation(negation, proof, undefined, verdict)
      return verdict
    },
  })
  return found
}
