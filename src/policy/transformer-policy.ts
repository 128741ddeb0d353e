import { type ProofState, renderState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { DEFAULT_OPTIMIZER, type EngineName } from './engine.ts'
import type { Candidate, Policy } from './policy.ts'
import type { PolicyNetwork } from './policy-network.ts'
import { promptOf } from './prompt.ts'
import type { Draw } from './sampler.ts'
import { WorkerNetwork } from './worker-network.ts'

export type TransformerOptions = {
  readonly engine?: EngineName
  readonly threads?: number
  /** 1 is what the network was trained for; it changes what is drawn, never the log-probabilities. */
  readonly temperature?: number
  readonly topP?: number
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

/** A trained network as a policy. The network runs in a thread of its own. */
export class TransformerPolicy implements Policy {
  readonly name: string
  /** Hash of the checkpoint, for results that say which policy made them. */
  readonly hash: string
  readonly nEff: number
  readonly #network: PolicyNetwork
  readonly #checkpoint: Checkpoint
  readonly #temperature: number
  readonly #topP: number
  #counts: PolicyCounts = { states: 0, cutStates: 0, draws: 0, unfinishedDraws: 0 }

  private constructor(network: PolicyNetwork, checkpoint: Checkpoint & { hash: string }, options: TransformerOptions) {
    this.#network = network
    this.#checkpoint = checkpoint
    this.#temperature = options.temperature ?? 1
    this.#topP = options.topP ?? 1
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
    const { maxTacticTokens } = this.#checkpoint.settings
    const prompt = this.#prompt(state)
    const draws = await this.#network.beam({ prompt, width, maxTokens: maxTacticTokens }, signal)
    const whole = draws.filter((draw) => draw.finished).map((draw) => this.#candidate(draw))
    return mergeCandidates(whole).sort((a, b) => b.logProb - a.logProb)
  }

  async sample(state: ProofState, count: number, random: Random, signal?: AbortSignal): Promise<Candidate[]> {
    const [candidates = []] = await this.sampleMany([{ state, count, random }], signal)
    return candidates
  }

  /** `sample` for many states in one batch, which is much faster than one after the other. */
  async sampleMany(wishes: readonly SampleWish[], signal?: AbortSignal): Promise<Candidate[][]> {
    if (wishes.length === 0) return []
    const draws = await this.#network.sample(
      {
        prompts: wishes.map(({ state }) => this.#prompt(state)),
        count: Math.max(...wishes.map((wish) => wish.count)),
        // One number of the caller's generator names a stream of its own for all draws of this call.
        seeds: wishes.map(({ random }) => `draws ${random.next()}`),
        temperature: this.#temperature,
        topP: this.#topP,
        maxTokens: this.#checkpoint.settings.maxTacticTokens,
      },
      signal,
    )
    return draws.map((list, i) => {
      const wanted = list.slice(0, (wishes[i] as SampleWish).count)
      const { draws: count, unfinishedDraws } = this.#counts
      const unfinished = wanted.filter((draw) => !draw.finished).length
      this.#counts = { ...this.#counts, draws: count + wanted.length, unfinishedDraws: unfinishedDraws + unfinished }
      return wanted.map((draw) => this.#candidate(draw))
    })
  }

  async dispose(): Promise<void> {
    await this.#network.dispose()
  }

  #prompt(state: ProofState): readonly number[] {
    const { tokenizer, config, settings } = this.#checkpoint
    const room = config.contextLength - settings.maxTacticTokens
    const { tokens, cut } = promptOf(tokenizer, renderState(state.goals), room)
    const { states, cutStates } = this.#counts
    this.#counts = { ...this.#counts, states: states + 1, cutStates: cutStates + (cut ? 1 : 0) }
    return tokens
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
  const merged = new Map<string, { count: number; ways: Set<number> }>()
  for (const { tactic, logProb } of candidates) {
    const entry = merged.get(tactic) ?? { count: 0, ways: new Set() }
    entry.count++
    entry.ways.add(logProb)
    merged.set(tactic, entry)
  }
  return [...merged].map(([tactic, { count, ways }]) => {
    const logProbs = [...ways]
    const max = Math.max(...logProbs)
    const sum = logProbs.reduce((total, logProb) => total + Math.exp(logProb - max), 0)
    return { tactic, logProb: max + Math.log(sum), count }
  })
}
