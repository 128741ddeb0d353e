import { type ProofState, renderState } from '../../proof/proof-state.ts'
import type { Random } from '../../proof/random.ts'
import type { Candidate, Policy } from '../policy.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { DEFAULT_OPTIMIZER, type EngineName } from './engine.ts'
import type { PolicyNetwork } from './policy-network.ts'
import { type Prompt, promptOf } from './prompt.ts'
import { SampleQueue } from './sample-queue.ts'
import { type Draw, seedsOf } from './sampler.ts'
import { WorkerNetwork } from './worker-network.ts'

export type TransformerOptions = {
  readonly engine?: EngineName
  readonly threads?: number
  /** 1 is what the network was trained for; it changes what is drawn, never the log-probabilities. */
  readonly temperature?: number
  readonly topP?: number
  /** Most bytes of next-token distributions to keep, 256 MiB if left out. They make repeated draws cheap. */
  readonly cacheBytes?: number
  readonly notice?: (line: string) => void
}

/** What a policy was asked and had to leave out, so that nothing is cut silently. */
export type PolicyCounts = {
  readonly states: number
  /** Proof states that did not fit and were shortened (see `promptOf`). */
  readonly cutStates: number
  readonly draws: number
  /** Draws that reached the longest tactic without an end; they are handed out as they are. */
  readonly unfinishedDraws: number
}

export type SampleWish = { readonly state: ProofState; readonly count: number; readonly random: Random }

/** Ranked lists that are kept, the latest used ones. */
const MAX_RANKINGS = 2000

/** A trained network as a policy. The network runs in a thread of its own. */
export class TransformerPolicy implements Policy {
  readonly name: string
  /** Hash of the checkpoint, for results that say which policy made them. */
  readonly hash: string
  readonly nEff: number
  readonly #network: PolicyNetwork
  readonly #checkpoint: Checkpoint
  readonly #queue: SampleQueue
  readonly #prompts = new WeakMap<ProofState, Prompt>()
  /** By width and prompt, the longest unused first. */
  readonly #rankings = new Map<string, readonly Candidate[]>()
  #counts: PolicyCounts = { states: 0, cutStates: 0, draws: 0, unfinishedDraws: 0 }

  private constructor(network: PolicyNetwork, checkpoint: Checkpoint & { hash: string }, options: TransformerOptions) {
    this.#network = network
    this.#checkpoint = checkpoint
    this.#queue = new SampleQueue(network, {
      temperature: options.temperature ?? 1,
      topP: options.topP ?? 1,
      maxTokens: checkpoint.settings.maxTacticTokens,
    })
    this.hash = checkpoint.hash
    this.nEff = checkpoint.settings.nEff
    this.name = `transformer (N_eff ${this.nEff}, ${checkpoint.hash.slice(0, 12)})`
  }

  /** Reads a policy's directory and starts its network. Throws CheckpointError or EngineFailure. */
  static async open(directory: string, options: TransformerOptions = {}): Promise<TransformerPolicy> {
    const checkpoint = await readCheckpoint(directory)
    const network = await WorkerNetwork.start({
      engine: options.engine ?? 'ort',
      config: checkpoint.config,
      optimizer: DEFAULT_OPTIMIZER,
      threads: options.threads ?? 1,
      ...(options.cacheBytes !== undefined && { cacheBytes: options.cacheBytes }),
      notice: options.notice ?? (() => {}),
    })
    const { parameters } = checkpoint
    const zeros = () => new Float32Array(parameters.length)
    await network.writeState({ parameters, firstMoments: zeros(), secondMoments: zeros(), steps: 0 })
    return new TransformerPolicy(network, checkpoint, options)
  }

  get counts(): PolicyCounts {
    return this.#counts
  }

  /** By beam search: the likeliest whole tactics it finds. Only tactics that ended are handed out. */
  async rank(state: ProofState, width: number, signal?: AbortSignal): Promise<Candidate[]> {
    signal?.throwIfAborted()
    const prompt = this.#prompt(state)
    const key = `${width} ${prompt}`
    const known = this.#rankings.get(key)
    this.#rankings.delete(key)
    const candidates = known ?? (await this.#search(prompt, width, signal))
    this.#rankings.set(key, candidates)
    for (const oldest of this.#rankings.keys()) {
      if (this.#rankings.size <= MAX_RANKINGS) break
      this.#rankings.delete(oldest)
    }
    return [...candidates]
  }

  async sample(state: ProofState, count: number, random: Random, signal?: AbortSignal): Promise<Candidate[]> {
    const [candidates = []] = await this.sampleMany([{ state, count, random }], signal)
    return candidates
  }

  /** `sample` for many states. Calls made in the same turn of the event loop are put together anyway. */
  async sampleMany(wishes: readonly SampleWish[], signal?: AbortSignal): Promise<Candidate[][]> {
    if (wishes.length === 0) return []
    const draws = await this.#queue.sample(
      wishes.map(({ state }) => this.#prompt(state)),
      // One number of the caller's generator names the streams of all draws of this call.
      wishes.map(({ random, count }) => seedsOf(`draws ${random.next()}`, count)),
      signal,
    )
    return draws.map((list) => {
      const { draws: count, unfinishedDraws } = this.#counts
      const unfinished = list.filter((draw) => !draw.finished).length
      this.#counts = { ...this.#counts, draws: count + list.length, unfinishedDraws: unfinishedDraws + unfinished }
      return list.map((draw) => this.#candidate(draw))
    })
  }

  async dispose(): Promise<void> {
    await this.#network.dispose()
  }

  async #search(prompt: readonly number[], width: number, signal?: AbortSignal): Promise<Candidate[]> {
    const { maxTacticTokens } = this.#checkpoint.settings
    const draws = await this.#network.beam({ prompt, width, maxTokens: maxTacticTokens }, signal)
    const whole = draws.filter((draw) => draw.finished).map((draw) => this.#candidate(draw))
    return mergeCandidates(whole).sort((a, b) => b.logProb - a.logProb)
  }

  #prompt(state: ProofState): readonly number[] {
    const prompt = this.#prompts.get(state) ?? this.#read(state)
    this.#prompts.set(state, prompt)
    const { states, cutStates } = this.#counts
    this.#counts = { ...this.#counts, states: states + 1, cutStates: cutStates + (prompt.cut ? 1 : 0) }
    return prompt.tokens
  }
  #read(state: ProofState): Prompt {
    const { tokenizer, config, settings } = this.#checkpoint
    return promptOf(tokenizer, renderState(state.goals), config.contextLength - settings.maxTacticTokens)
  }

  #candidate(draw: Draw): Candidate {
    return { tactic: this.#checkpoint.tokenizer.decode(draw.tokens), logProb: draw.logProb }
  }
}

/** A tactic with how often it was drawn. */
export type CountedCandidate = Candidate & { readonly count: number }

/**
 * Equal tactics as one, in the order of their first appearance. Where a tactic was written with different tokens, its
 * log-probability is that of all the ways seen, added up.
 */
export function mergeCandidates(candidates: readonly Candidate[]): CountedCandidate[] {
  const merged = new Map<string, { count: number; ways: number[] }>()
  for (const { tactic, logProb } of candidates) {
    const entry = merged.get(tactic) ?? { count: 0, ways: [] }
    entry.count++
    // The same tokens in another batch may be off by a rounding error.
    if (!entry.ways.some((known) => Math.abs(known - logProb) < 1e-4)) entry.ways.push(logProb)
    merged.set(tactic, entry)
  }
  return [...merged].map(([tactic, { count, ways }]) => {
    const max = Math.max(...ways)
    const sum = ways.reduce((total, logProb) => total + Math.exp(logProb - max), 0)
    return { tactic, logProb: max + Math.log(sum), count }
  })
}
