import type { Candidate } from '../policy/policy.ts'
import type { Trying } from '../proof/tactic-result.ts'
import { answerOf } from './answer-of.ts'
import type { Meter } from './budget.ts'
import type { Domain } from './domain.ts'
import { isFocus } from './focus.ts'
import { countResult, type SearchStatistics } from './outcome.ts'
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
  /** Tactics are run up to the short limit, until somebody asks for the whole one. */
  readonly shortFirst: boolean
  /** One tactic that finishes is enough. */
  readonly untilFinished: boolean
}

/**
 * Runs every job and only then adds edges, in job order: the tree does not show which answer came first. One list of
 * edges per job, in candidate order; undefined stands for what the end of the budget cut off, while all that was answered
 * before keeps its edges. Rejects when the domain is broken.
 *
 * Where short limits come first, tactics run up to that; with `whole`, those that reached it run with the whole one. Where one finished tactic
 * is enough, everything behind the first of them, in job and candidate order, is undefined too: it is not waited for, and
 * an answer that has come nevertheless is not kept.
 */
export async function expandAll(
  jobs: readonly Job[],
  context: ExpansionContext,
  whole = false,
): Promise<((SearchEdge | undefined)[] | undefined)[]> {
  const { tree, statistics, untilFinished } = context
  const short = context.shortFirst && !whole
  const fetched = await fetchAll(jobs, context, { short, untilFinished })
  const broken = fetched.find((answer) => answer?.kind === 'broken')
  const edges = jobs.map((job, i) => {
    const answer = fetched[i]
    if (answer?.kind !== 'answered') return undefined
    const { results, ran } = answer.fetched
    let isOver = false
    return job.candidates.map(({ tactic, logProb }) => {
      if (isOver) return undefined
      const result = results.get(tactic)
      const edge =
        result === undefined ? tree.propose(job.node, tactic, logProb) : tree.add(job.node, tactic, logProb, result)
      const answer = edge && answerOf(edge, short)
      if (edge === undefined || answer === undefined) {
        if (context.meter.signal.aborted) return undefined
        throw new Error(`no result for tactic ${JSON.stringify(tactic)}`)
      }
      // Taking a goal by itself is no tactic.
      if (isFocus(tactic)) ran.delete(tactic)
      else if (ran.delete(tactic)) {
        statistics.tacticsRun++
        if (result !== undefined) countResult(statistics, result)
      } else statistics.cacheHits++
      isOver = untilFinished && answer.kind === 'finished'
      return edge
    })
  })
  if (broken?.kind === 'broken') throw broken.error
  return edges
}

type Answer =
  | { readonly kind: 'answered'; readonly fetched: Fetched }
  | { readonly kind: 'cut' }
  | { readonly kind: 'broken'; readonly error: unknown }

/** The jobs' answers; none for those behind the first with a tactic that finishes, where that is enough. */
async function fetchAll(
  jobs: readonly Job[],
  context: ExpansionContext,
  trying: Trying,
): Promise<(Answer | undefined)[]> {
  const answers: (Answer | undefined)[] = jobs.map(() => undefined)
  // Who cannot be spared needs no signal of its own.
  const spared = trying.untilFinished && jobs.length > 1 ? jobs.map(() => new AbortController()) : []
  let last = jobs.length - 1
  await mapLimited(jobs, context.concurrency, async (job, i) => {
    if (i > last) return
    const signal = spared[i]?.signal
    const asking = fetchJob(job, context, trying, signal)
    // Another may be done first, and then this one is not waited for.
    const answer = await (signal === undefined ? asking : Promise.race([asking, aborted(signal)]))
    if (answer === undefined || i > last) return
    answers[i] = answer
    if (!trying.untilFinished || !isFinished(job, answer, trying)) return
    last = i
    for (const [j, controller] of spared.entries()) if (j > i) controller.abort()
  })
  // Whoever wants an answer that is not kept asks for it himself: what counts as run must not hang on who was sooner.
  for (const { node, candidates } of jobs.slice(last + 1))
    for (const { tactic } of candidates) context.tree.cache.settled(node, tactic)
  return answers.slice(0, last + 1)
}

function isFinished({ node, candidates }: Job, answer: Answer, { short }: Trying): boolean {
  if (answer.kind !== 'answered') return false
  return candidates.some(({ tactic }) => {
    const edge = node.edges.get(tactic)
    return (answer.fetched.results.get(tactic) ?? (edge && answerOf(edge, short === true)))?.kind === 'finished'
  })
}

async function fetchJob(
  job: Job,
  { tree, domain, meter, statistics }: ExpansionContext,
  trying: Trying,
  spared: AbortSignal | undefined,
): Promise<Answer> {
  const start = meter.now()
  const signal = spared === undefined ? meter.signal : AbortSignal.any([meter.signal, spared])
  try {
    const tactics = job.candidates.map((candidate) => candidate.tactic)
    return { kind: 'answered', fetched: await tree.cache.fetch(job.node, tactics, domain, signal, trying) }
  } catch (error) {
    return signal.aborted ? { kind: 'cut' } : { kind: 'broken', error }
  } finally {
    statistics.engineMs += meter.now() - start
  }
}

/** Resolves, with nothing, when the signal aborts. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }))
}

/** Like Promise.all over `map`, with at most `limit` calls under way, started in order. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await map(items[i] as T, i)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
