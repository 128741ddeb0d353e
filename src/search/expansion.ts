import type { Candidate } from '../policy/policy.ts'
import type { Meter } from './budget.ts'
import type { Domain } from './domain.ts'
import { countOutcome, type SearchStatistics } from './outcome.ts'
import type { Fetched } from './result-cache.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'

/** Tactics to run on one node. Repeats cost nothing: only distinct new ones reach the domain. */
export type Job = { readonly node: SearchNode; readonly candidates: readonly Candidate[] }

export type ExpansionContext = {
  readonly tree: Tree
  readonly domain: Domain
  readonly meter: Meter
  readonly statistics: SearchStatistics
  /** Nodes that may be worked on at the same time. */
  readonly concurrency: number
}

/**
 * Runs every job and only then adds edges, in job order: the tree does not show which answer came first. One list of
 * edges per job, in candidate order; undefined stands for what the end of the budget cut off, while all that was answered
 * before keeps its edges. Rejects when the domain is broken.
 */
export async function expandAll(
  jobs: readonly Job[],
  context: ExpansionContext,
): Promise<((SearchEdge | undefined)[] | undefined)[]> {
  const { tree, statistics } = context
  const fetched = await mapLimited(jobs, context.concurrency, (job) => fetchJob(job, context))
  const broken = fetched.find((answer) => answer.kind === 'broken')
  const edges = jobs.map((job, i) => {
    const answer = fetched[i]
    if (answer?.kind !== 'answered') return undefined
    const { results, ran } = answer.fetched
    statistics.tacticsRun += ran.size
    statistics.cacheHits += job.candidates.length - ran.size
    return job.candidates.map(({ tactic, logProb }) => {
      const result = results.get(tactic)
      const edge =
        result === undefined ? tree.propose(job.node, tactic, logProb) : tree.add(job.node, tactic, logProb, result)
      if (edge === undefined) {
        if (context.meter.signal.aborted) return undefined
        throw new Error(`no result for tactic ${JSON.stringify(tactic)}`)
      }
      if (ran.delete(tactic)) countOutcome(statistics, edge)
      return edge
    })
  })
  if (broken !== undefined) throw broken.error
  return edges
}

type Answer =
  | { readonly kind: 'answered'; readonly fetched: Fetched }
  | { readonly kind: 'cut' }
  | { readonly kind: 'broken'; readonly error: unknown }

async function fetchJob(job: Job, { tree, domain, meter, statistics }: ExpansionContext): Promise<Answer> {
  const start = meter.now()
  try {
    const tactics = job.candidates.map((candidate) => candidate.tactic)
    return { kind: 'answered', fetched: await tree.cache.fetch(job.node, tactics, domain, meter.signal) }
  } catch (error) {
    return meter.signal.aborted ? { kind: 'cut' } : { kind: 'broken', error }
  } finally {
    statistics.engineMs += meter.now() - start
  }
}

/** Like Promise.all over `map`, with at most `limit` calls under way, started in order. */
async function mapLimited<T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await map(items[i] as T)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
