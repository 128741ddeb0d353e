import type { ProofState } from '../../proof/proof-state.ts'
import type { TacticResult } from '../../proof/tactic-result.ts'
import type { Theorem } from '../../proof/theorem.ts'

/** What of a Lean is needed here; see `Engine`. */
export type TheoremOpener = {
  start(theorem: Theorem): Promise<
    | {
        readonly kind: 'started'
        readonly session: {
          readonly root: ProofState
          runTactics(state: ProofState, tactics: readonly string[]): Promise<TacticResult[]>
          close(): Promise<void>
        }
      }
    | { readonly kind: 'rejected' }
  >
}

/** A header that names nothing beyond what the program's own Lean has, and defines no syntax, brings no tactics. */
const BRINGS_NOTHING = /^(?!.*\b(macro|macro_rules|syntax|elab|notation)\b)(?!.*\bimport\s+(?!(Init|Std|Lean)\b))/s

/** Any statement will do: what is asked is only whether a text is a tactic. */
const PROBE: Pick<Theorem, 'name' | 'statement'> = { name: 'hedge_probe', statement: 'theorem hedge_probe : True' }

/**
 * Which of these tactics Lean can read under a header: each is parsed behind an alternative that does nothing, so none
 * is run. Empty, without asking, where the header brings nothing, and where Lean refuses the header, which whoever opens
 * a theorem under it will be told.
 */
export async function readableTactics(
  engine: Partial<TheoremOpener>,
  header: string,
  tactics: readonly string[],
): Promise<ReadonlySet<string>> {
  if (BRINGS_NOTHING.test(header) || engine.start === undefined) return new Set()
  const started = await engine.start({ ...PROBE, header })
  if (started.kind === 'rejected') return new Set()
  const { session } = started
  try {
    const results = await session.runTactics(
      session.root,
      tactics.map((tactic) => `first | skip | ${tactic}`),
    )
    return new Set(tactics.filter((_, i) => results[i]?.kind === 'open'))
  } finally {
    await session.close()
  }
}
