import type { Objects } from './objects.ts'
import type { Owned } from './wasm-module.ts'

/**
 * A saved proof state: everything a tactic can read or change. Four owned pointers, so it is O(1) to keep, share and
 * restore; Lean's own persistent data structures do the sharing.
 */
export type SavedState = {
  readonly core: Owned
  readonly meta: Owned
  readonly term: Owned
  readonly goals: readonly Owned[]
}

/** The reader contexts and state references of TermElabM, owned, as Lean had them at the theorem's `by`. */
export type TermElab = {
  readonly termContext: Owned
  readonly termRef: Owned
  readonly metaContext: Owned
  readonly metaRef: Owned
  /** With the limit of the tactic that is run. */
  coreContext: Owned
  readonly coreRef: Owned
}

/** One theorem whose proof is being worked on. */
export type OpenTheorem = {
  readonly elab: TermElab
  /** Of a tactic, in thousands. */
  readonly heartbeats: number
  readonly root: SavedState
  readonly rootGoal: Owned
  /** The local variables by which a proof can refer to the theorem it proves. Owned. */
  readonly itself: readonly Owned[]
  /** Parsed scripts by their text: the same tactic is tried on many states. Owned. */
  readonly parsed: Map<string, ParsedTactic>
}

/** How one tactic is run. */
export type HowToRun = {
  /** In place of the theorem's own limit, in thousands. */
  readonly heartbeats?: number
  /** Lean's kernel does not look at what finishes: the verifier will. */
  readonly verifierFollows?: boolean
}

export type ParsedTactic = { readonly syntax: Owned } | { readonly error: string }

export type StepResult =
  | { readonly kind: 'open'; readonly state: SavedState }
  | { readonly kind: 'finished' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'timeout' }

/** Field numbers of this build of Lean. The start-up self-test fails where they are wrong. */
export const CORE_STATE = { env: 0, messages: 6, infoState: 7 } as const
export const CORE_CONTEXT = { options: 2, currNamespace: 6, openDecls: 7, initHeartbeats: 8, maxHeartbeats: 9 } as const
export const META_STATE = { mctx: 0 } as const

/** How states and the contexts of a theorem are handed to Lean, shared and given up. */
export function createStateHandling(lean: Objects) {
  const { inc, dec } = lean
  const refSet = lean.native('lean_st_ref_set')

  const enter = ({ elab }: OpenTheorem, state: SavedState): void => {
    refSet(elab.coreRef, inc(state.core))
    refSet(elab.metaRef, inc(state.meta))
    refSet(elab.termRef, inc(state.term))
  }
  const contexts = ({ elab }: OpenTheorem): Owned[] =>
    [elab.termContext, elab.termRef, elab.metaContext, elab.metaRef, elab.coreContext, elab.coreRef].map(inc)
  const metaContexts = ({ elab }: OpenTheorem): Owned[] =>
    [elab.metaContext, elab.metaRef, elab.coreContext, elab.coreRef].map(inc)

  /** Another owned handle to the same state. */
  const share = (state: SavedState): SavedState => ({
    core: inc(state.core),
    meta: inc(state.meta),
    term: inc(state.term),
    goals: state.goals.map(inc),
  })
  const release = (state: SavedState): void => {
    dec(state.core)
    dec(state.meta)
    dec(state.term)
    for (const goal of state.goals) dec(goal)
  }

  return { enter, contexts, metaContexts, share, release }
}
