import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ProofState, renderState } from '../../proof/proof-state.ts'
import { createRandom, type Random } from '../../proof/random.ts'
import type { Candidate, Policy } from '../policy.ts'
import { distinctTactics, type RemoteDraw, readContinuation } from './continuation.ts'
import { type Answer, PromptTooLong } from './model-server.ts'
import { ServerPolicy } from './server-policy.ts'
import { fillTemplate } from './template.ts'
import { addAnswer } from './usage.ts'

/** A draw that somebody waits for. */
type Wish = {
  readonly state: ProofState
  readonly seed: number
  readonly signal: AbortSignal | undefined
  /** Undefined where the model's answer is no tactic. */
  readonly resolve: (candidate: Candidate | undefined) => void
  readonly reject: (reason: unknown) => void
}

type Batch = { readonly states: readonly ProofState[]; readonly wishes: readonly (readonly Wish[])[] }

/** What has been drawn at a state for its ranking. */
type Ranking = { readonly draws: RemoteDraw[]; total: number; rounds: number }

/** Draws for a ranking: this many times as many as tactics are wanted, at most. */
const MOST_DRAWS_PER_TACTIC = 4

/**
 * A language model on a server as a policy. Each draw is seeded by its own random stream and its state, and advances
 * nothing: a draw that is on record need not be made for the next one to be the same.
 *
 * A draw that is no tactic (cut off, empty) is none, and is not drawn again: that would raise the probability of
 * everything else. A state that does not fit into the model has no tactics.
 */
export class RemotePolicy extends ServerPolicy implements Policy {
  readonly #rankings = new Map<string, Ranking>()
  #waiting: Wish[] = []

  async sample(state: ProofState, count: number, random: Random, signal?: AbortSignal): Promise<Candidate[]> {
    signal?.throwIfAborted()
    const draws = Array.from({ length: count }, (_, i) => {
      const seed = seedFrom(random.fork(`${state.key} ${i}`))
      return new Promise<Candidate | undefined>((resolve, reject) => {
        this.#waiting.push({ state, seed, signal, resolve, reject })
        if (this.#waiting.length === 1) void this.#flush()
      })
    })
    return (await Promise.all(draws)).filter((candidate) => candidate !== undefined)
  }

  /**
   * The likeliest among the tactics drawn at this state. Draws come in rounds, until there are `width` tactics, or a
   * round brought nothing new, or there were four draws for each tactic wanted. They are kept: wider means more draws.
   */
  async rank(state: ProofState, width: number, signal?: AbortSignal): Promise<Candidate[]> {
    const ranking = this.#rankings.get(state.key) ?? { draws: [], total: 0, rounds: 0 }
    this.#rankings.set(state.key, ranking)
    const count = (): number => new Set(ranking.draws.map(({ tactic }) => tactic)).size
    const greedy = this.settings.temperature === 0
    const most = greedy ? 1 : width * MOST_DRAWS_PER_TACTIC
    // A wider ranking begins with a round: nothing new for few tactics says little about more of them.
    let found = -1
    while (ranking.total < most && (ranking.total < width || (count() < width && count() > found))) {
      found = count()
      const round = greedy ? 1 : Math.min(most - ranking.total, width)
      const random = createRandom(`${this.settings.seed}/${state.key}/${ranking.rounds++}`)
      const seeds = Array.from({ length: round }, (_, i) => seedFrom(random.fork(i)))
      const draws = await this.#draw(state, seeds, signal)
      if (draws === undefined) break
      ranking.draws.push(...draws.filter((draw) => draw !== undefined))
      ranking.total += draws.length
    }
    return distinctTactics(ranking.draws, ranking.total).slice(0, width)
  }

  /** Calls made in the same turn of the event loop share requests. */
  async #flush(): Promise<void> {
    await nextTurn()
    const wishes = this.#waiting
    this.#waiting = []
    for (const batch of this.#batches(wishes)) void this.#serve(batch)
  }

  /** Wishes for one state become draws of one prompt; prompts with as many draws can go together. */
  #batches(wishes: readonly Wish[]): Batch[] {
    const { samplesPerRequest, promptsPerRequest } = this.settings
    const batches: Batch[] = []
    for (const bySignal of group(wishes, (wish) => wish.signal)) {
      const parts = group(bySignal, (wish) => wish.state.key).flatMap((ofState) => chunks(ofState, samplesPerRequest))
      for (const alike of group(parts, (part) => part.length))
        for (const some of chunks(alike, promptsPerRequest))
          batches.push({ states: some.map(([first]) => (first as Wish).state), wishes: some })
    }
    return batches
  }

  async #serve({ states, wishes }: Batch): Promise<void> {
    try {
      const [first] = wishes.flat()
      if (first === undefined) return
      if (states.length > 1) {
        const together = await this.#drawTogether(states, wishes).catch((error: unknown) => {
          if (error instanceof PromptTooLong) return undefined
          throw error
        })
        if (together !== undefined) return settle(wishes, together)
      }
      // One prompt, or several of which one is too long, who knows which.
      for (const [i, state] of states.entries()) {
        const mine = wishes[i] ?? []
        const draws = await this.#draw(
          state,
          mine.map(({ seed }) => seed),
          first.signal,
        )
        settle([mine], [draws ?? mine.map(() => undefined)])
      }
    } catch (error) {
      for (const { reject } of wishes.flat()) reject(error)
    }
  }

  async #drawTogether(states: readonly ProofState[], wishes: Batch['wishes']): Promise<(RemoteDraw | undefined)[][]> {
    const { seed = 0, signal } = wishes[0]?.[0] ?? {}
    const counts = wishes.map((list) => (this.settings.temperature === 0 ? 1 : list.length))
    const answer = await this.server.complete(states.map(this.#prompt), counts[0] ?? 1, seed, signal)
    const first = this.#read(answer)
    return Promise.all(
      first.map(async (draws, i) =>
        this.#fill(
          states[i] as ProofState,
          draws,
          (wishes[i] ?? []).map((w) => w.seed),
          signal,
        ),
      ),
    )
  }

  /** One draw per seed; undefined where the state does not fit into the model. */
  async #draw(
    state: ProofState,
    seeds: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<(RemoteDraw | undefined)[] | undefined> {
    try {
      return await this.#fill(state, [], seeds, signal)
    } catch (error) {
      if (!(error instanceof PromptTooLong)) throw error
      this.countTooLong()
      return undefined
    }
  }

  /** Asks until there is a draw for every seed: a server may give fewer than it was asked for. */
  async #fill(
    state: ProofState,
    draws: readonly (RemoteDraw | undefined)[],
    seeds: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<(RemoteDraw | undefined)[]> {
    const all = [...draws]
    const greedy = this.settings.temperature === 0
    while (all.length < seeds.length) {
      if (greedy && all.length > 0) return seeds.map(() => all[0])
      const count = greedy ? 1 : Math.min(this.settings.samplesPerRequest, seeds.length - all.length)
      const ask = (seed: number, most: number) => this.server.complete([this.#prompt(state)], most, seed, signal)
      const answer = await ask(seeds[all.length] as number, count)
      const got = this.#read(answer)[0] ?? []
      all.push(...got)
      // A server that gives one at a time is asked for the others at once; its queue bounds them.
      if (got.length === 1 && count > 1) {
        const rest = await Promise.all(seeds.slice(all.length).map((seed) => ask(seed, 1)))
        all.push(...rest.map((one) => this.#read(one)[0]?.[0]))
      }
    }
    return all
  }

  readonly #prompt = (state: ProofState) => fillTemplate(this.settings.template, renderState(state.goals))

  /** The tactics of an answer, which is added to what the policy has cost. */
  #read(answer: Answer): (RemoteDraw | undefined)[][] {
    const { stop, template, logProbs } = this.settings
    const draws = answer.continuations.map((list) =>
      list.map((one) => {
        const read = readContinuation(one, stop, template.kind === 'chat')
        this.tally.answer(read.kind === 'lost' ? read.why : undefined, one.finish)
        if (logProbs && read.kind === 'draw' && read.draw.logProb === undefined) this.tally.untold()
        return read.kind === 'draw' ? read.draw : undefined
      }),
    )
    this.cost = addAnswer(this.cost, this.settings, answer, draws.flat())
    return draws
  }
}

/** Draws without a log-probability are given their share among those that were made together. */
function settle(wishes: Batch['wishes'], draws: readonly (readonly (RemoteDraw | undefined)[])[]): void {
  for (const [i, list] of wishes.entries()) {
    const mine = draws[i] ?? []
    const share = (tactic: string) => mine.filter((draw) => draw?.tactic === tactic).length / mine.length
    for (const [j, { resolve }] of list.entries()) {
      const draw = mine[j]
      resolve(draw && { tactic: draw.tactic, logProb: draw.logProb ?? Math.log(share(draw.tactic)) })
    }
  }
}

/** 31 bits: some servers keep seeds in signed numbers. */
export function seedFrom(random: Random): number {
  return Math.floor(random.next() * 2 ** 31)
}

/** In order of first appearance. */
function group<T, K>(items: readonly T[], key: (item: T) => K): T[][] {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const known = groups.get(key(item))
    if (known === undefined) groups.set(key(item), [item])
    else known.push(item)
  }
  return [...groups.values()]
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}
