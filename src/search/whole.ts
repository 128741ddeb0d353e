import type { FailedProof, Policy } from '../policy/policy.ts'
import { renderState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'
import { type CutProof, cutProof } from '../proof/whole-proof.ts'
import { openBudget } from './budget.ts'
import type { Domain } from './domain.ts'
import { newStatistics, type SearchResult } from './outcome.ts'
import type { Pass, PassEnd } from './pass.ts'
import { conclude } from './rollouts.ts'
import type { StrategyOutcome, StrategyRun } from './strategies.ts'
import type { Tree } from './tree.ts'
import { ProofWalk, type WalkContext } from './whole-walk.ts'

/** A pass under way: one proof, and what became of it in each round. */
type Chain = {
  readonly index: number
  readonly random: Random
  readonly failed: FailedProof[]
  tactics: readonly string[]
  depth: number
  end: PassEnd | undefined
}

/**
 * Passes that are whole proofs: each is written by the policy, run tactic by tactic as far as it goes, and where it fails, written
 * again, at most `repair` times, with what Lean said. What was run stands in the tree, so a search by steps can go on from it.
 *
 * The proofs of a block are written at the same time, and run in the order of their numbers: the tree does not show which
 * came first. A proof counts only where the tactics that Lean ran on this theorem's states finish it and the verifier takes
 * them; whatever else the text states has no say. An expansion is an answer of the policy.
 */
export async function searchWhole(
  tree: Tree,
  domain: Domain,
  policy: Policy,
  repair: number,
  { budget, accept, theorem, random, stopAtFirstProof, shortFirst, block, clock, onProgress }: StrategyRun,
): Promise<StrategyOutcome> {
  const write = policy.write?.bind(policy)
  if (write === undefined) throw new Error(`${policy.name} does not write whole proofs`)
  const meter = openBudget(budget, clock)
  const statistics = newStatistics()
  const how = { shortFirst, untilFinished: false }
  const context: WalkContext = { tree, domain, meter, statistics, concurrency: 1, ...how, accept }
  const passes: Pass[] = []
  const over = () => meter.stopped() !== undefined || (stopAtFirstProof && context.proof !== undefined)

  const answer = async (chain: Chain): Promise<string | undefined> => {
    const start = meter.now()
    chain.end = undefined
    try {
      const text = await write(chain.failed, chain.random.fork(chain.failed.length), meter.signal)
      statistics.expansions++
      if (text === undefined) chain.end = { kind: 'noTactic' }
      return text
    } catch (error) {
      if (meter.signal.aborted) return undefined
      throw error
    } finally {
      statistics.policyMs += meter.now() - start
    }
  }

  /** One round: every proof is written, then each is run. Returns those that are to be written again. */
  const round = async (chains: readonly Chain[], last: boolean): Promise<Chain[]> => {
    const texts = await Promise.all(chains.map(answer))
    const again: Chain[] = []
    for (const [i, chain] of chains.entries()) {
      const text = texts[i]
      if (text === undefined || over()) continue
      const failure = await run(chain, text, cutProof(text, theorem), context)
      if (failure === undefined || last) continue
      chain.failed.push(failure)
      again.push(chain)
    }
    return again
  }

  try {
    let started = 0
    while (started < meter.passes && !over()) {
      const count = Math.min(block, meter.passes - started)
      const chains = Array.from({ length: count }, (_, i): Chain => {
        const index = started + i
        return { index, random: random.fork(index), failed: [], tactics: [], depth: 0, end: undefined }
      })
      started += count
      let live = chains
      for (let left = repair; live.length > 0 && !over(); left--) live = await round(live, left <= 0)
      for (const { index, end, tactics, depth } of chains) {
        // One that was to be written again when the search ended has not come to its end.
        const done = live.some((chain) => chain.index === index) ? undefined : end
        passes.push({ index, end: done ?? { kind: 'unfinished' }, tactics, depth })
      }
      onProgress?.({ tree, statistics, waiting: 0, passes: passes.length, best: undefined })
    }
    statistics.totalMs = meter.elapsedMs()
    const limit = started >= meter.passes ? 'passes' : undefined
    const result: SearchResult = conclude(new Set(context.proof === undefined ? [] : [context.proof]), limit, meter)
    return { result, statistics, passes }
  } finally {
    meter.close()
  }
}

/** Runs a proof, writes what came of it on its chain, and returns what there is to be said of its failure. */
async function run(chain: Chain, text: string, cut: CutProof, context: WalkContext): Promise<FailedProof | undefined> {
  if (cut.kind !== 'proof') {
    chain.end = { kind: 'noTactic' }
    return { text, message: UNREADABLE[cut.kind], tactic: '', goals: '' }
  }
  const walk = new ProofWalk(context)
  const end = await walk.run(cut.tactics)
  chain.tactics = walk.tactics
  chain.depth = walk.depth
  switch (end.kind) {
    case 'proved':
    case 'refused':
    case 'depthLimit':
    case 'unfinished':
      chain.end = { kind: end.kind }
      return undefined
    case 'failed': {
      chain.end = { kind: 'invalid', result: end.result }
      const { message, tactic, node } = end
      return { text, message, tactic, goals: renderState(node.state.goals) }
    }
    default:
      return end satisfies never
  }
}

const UNREADABLE: Readonly<Record<Exclude<CutProof['kind'], 'proof'>, string>> = {
  noTheorem: 'the answer does not state the theorem',
  otherStatement: 'the answer states another theorem: the statement must stand exactly as it was given',
  noProof: 'the theorem has no proof behind its `:=`',
}
