import type { ProofState } from '../proof/proof-state.ts'
import type { Domain } from '../search/domain.ts'

/**
 * A domain that also takes states of an earlier session of the same theorem: it leads its own session there by the
 * state's path, once, when tactics are to be run on it.
 */
export function replayDomain(domain: Domain): Domain {
  const own = new WeakSet<ProofState>([domain.root])
  const replayed = new Map<string, ProofState>([[domain.root.key, domain.root]])

  const stateOf = async (state: ProofState, signal?: AbortSignal): Promise<ProofState> => {
    if (own.has(state)) return state
    const known = replayed.get(state.key)
    if (known !== undefined) return known
    let at = domain.root
    for (const tactic of state.path) {
      const [result] = await domain.runTactics(at, [tactic], signal)
      if (result?.kind !== 'open')
        throw new Error(`\`${tactic}\` gave ${result?.kind ?? 'nothing'} when a recorded state was led to again`)
      at = result.state
    }
    if (at.key !== state.key) throw new Error(`the recorded path leads to another state: ${state.path.join('; ')}`)
    own.add(at)
    replayed.set(state.key, at)
    return at
  }

  return {
    root: domain.root,
    async runTactics(state, tactics, signal, trying) {
      const results = await domain.runTactics(await stateOf(state, signal), tactics, signal, trying)
      for (const result of results) if (result.kind === 'open') own.add(result.state)
      return results
    },
    release: (state) => domain.release(state),
  }
}
