import type { ProofState } from '../proof/proof-state.ts'
import { withoutName } from '../proof/statement.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { Theorem } from '../proof/theorem.ts'
import { normaliseStatement } from './same-statement.ts'

/** Where Lean complains: the line from 1 and the column from 0, of the header or the statement alone. */
export type PlaceInTheorem = { readonly where: 'header' | 'statement'; readonly line: number; readonly column: number }

/** What is wrong with a theorem of a set. */
export type Finding =
  | { readonly kind: 'error'; readonly message: string; readonly at?: PlaceInTheorem }
  /** The statement elaborates only because Lean binds names it does not know. */
  | { readonly kind: 'autoImplicit'; readonly message: string }
  | { readonly kind: 'duplicate'; readonly of: string }
  /** The hypotheses contradict each other, as this tactic shows: the statement says nothing. */
  | { readonly kind: 'vacuous'; readonly tactic: string }
  /** The statement is false, as a verified proof of its negation shows: `n = 1`. */
  | { readonly kind: 'false'; readonly at: string }

/** What a check needs of an engine: an opened theorem, or the reason why it cannot be. */
export type OpenTheorem = (theorem: Theorem) => Promise<
  | {
      readonly kind: 'opened'
      readonly root: ProofState
      runTactics(state: ProofState, tactics: readonly string[]): Promise<TacticResult[]>
      /** Why the statement is false, in a few words; undefined where it may be true. */
      refute(): Promise<string | undefined>
      close(): Promise<void>
    }
  | { readonly kind: 'rejected'; readonly message: string; readonly at?: PlaceInTheorem }
>

/** Cheap ways to `False`; what they do not find may still be there. */
const CONTRADICTIONS = ['contradiction', 'omega', 'simp_all', 'grind']

/** Everything that is found about each theorem of a set, by position; theorems without findings are not in it. */
export async function checkTheorems(
  theorems: readonly Theorem[],
  open: OpenTheorem,
  onTheorem: (done: number) => void = () => {},
): Promise<Map<number, Finding[]>> {
  const findings = new Map<number, Finding[]>()
  const firsts = new Map<string, string>()
  for (const [position, theorem] of theorems.entries()) {
    const found = await checkTheorem(theorem, open)
    const text = textOf(theorem)
    const first = firsts.get(text)
    if (first === undefined) firsts.set(text, theorem.name)
    else found.push({ kind: 'duplicate', of: first })
    if (found.length > 0) findings.set(position, found)
    onTheorem(position + 1)
  }
  return findings
}

async function checkTheorem(theorem: Theorem, open: OpenTheorem): Promise<Finding[]> {
  const opened = await open(theorem)
  if (opened.kind === 'rejected')
    return [{ kind: 'error', message: opened.message, ...(opened.at && { at: opened.at }) }]
  const found: Finding[] = []
  try {
    const tactic = await contradiction(opened.root, opened.runTactics)
    if (tactic !== undefined) found.push({ kind: 'vacuous', tactic })
    const at = await opened.refute()
    if (at !== undefined) found.push({ kind: 'false', at })
  } finally {
    await opened.close()
  }
  const strict = await open({ ...theorem, header: `${theorem.header}\nset_option autoImplicit false` })
  if (strict.kind === 'opened') await strict.close()
  else found.push({ kind: 'autoImplicit', message: strict.message })
  return found
}

/** The tactic that proves `False` from the hypotheses, with those of the target introduced; `¬ p` is left as it is. */
async function contradiction(
  root: ProofState,
  runTactics: (state: ProofState, tactics: readonly string[]) => Promise<TacticResult[]>,
): Promise<string | undefined> {
  let state = root
  for (const tactic of ['intros', 'exfalso']) {
    const [result] = await runTactics(state, [tactic])
    if (result?.kind === 'open') state = result.state
    // There may be nothing to introduce; without `exfalso` the target would be proved instead.
    else if (tactic === 'exfalso') return undefined
  }
  const results = await runTactics(state, CONTRADICTIONS)
  return CONTRADICTIONS.find((_, i) => results[i]?.kind === 'finished')
}

/** A theorem's text without what can be chosen freely. */
function textOf({ header, statement }: Theorem): string {
  return `${header.replace(/\s+/g, ' ').trim()}\n${normaliseStatement(withoutName(statement))}`
}
