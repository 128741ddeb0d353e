import type { ProofState } from '../../proof/proof-state.ts'
import { hash32 } from '../../proof/random.ts'
import { type GoalView, mentions } from '../baseline/goal-view.ts'
import type { Candidate } from '../policy.ts'
import { anonymous, skeletonOf } from './names.ts'
import { goalWords, shapeOf, symbolsOf } from './shape.ts'

/** Weights of a policy. Features are hashed into them; those that fall together share a weight. */
export const WEIGHT_COUNT = 2 ** 18

/**
 * What is left of the prior's own confidence, p^0.4: training can raise a confidence, and DCO only stops it from rising.
 * On held-out steps of this repository's proofs the loss at every N_eff was lower than with 0.7 and with 1.
 */
const PRIOR_EXPONENT = 0.4

/** Steps of log-probability by which the prior's opinion of a tactic is told apart. */
const PRIOR_STEP = 1.5

/**
 * The candidates of one state, ready for scoring: candidate i has the flattened prior `priors[i]` (a logarithm, not
 * normalised) and the binary
 * features `features[starts[i]]` to `features[starts[i + 1] - 1]`, places in the weights.
 */
export type Choices = {
  readonly tactics: readonly string[]
  readonly priors: Float64Array
  readonly features: Uint32Array
  readonly starts: Uint32Array
}

/**
 * What a choice looks like: each candidate's tactic (its first word, its form with the names taken out, the namespace
 * of what it cites) crossed with every word about the goal, and what its arguments are like.
 */
export function choicesOf(state: ProofState, view: GoalView, candidates: readonly Candidate[]): Choices {
  const goal = goalWords(view, state).map(hash32)
  const targetSymbols = symbolsOf(view.target)
  const factInfo = new Map(
    view.facts.map(({ name, type }, i) => {
      const symbols = symbolsOf(type)
      const shared = [...symbols].filter((symbol) => targetSymbols.has(symbol)).length
      const share = symbols.size === 0 ? 0 : Math.round((4 * shared) / symbols.size)
      const words = [
        `shape ${shapeOf(type)}`,
        `age ${Math.min(3, view.facts.length - 1 - i)}`,
        `shares ${share}`,
        ...(type === view.target ? ['is the target'] : []),
        ...(view.variables.some((v) => mentions(type, v.name) && mentions(view.target, v.name))
          ? ['about target']
          : []),
      ]
      return [name, words.map(hash32)] as const
    }),
  )
  const variableInfo = new Map(
    view.variables.map(({ name }) => {
      const inTarget = mentions(view.target, name)
      const facts = view.facts.filter(({ type }) => mentions(type, name)).length
      return [name, [hash32(`in target ${inTarget}`), hash32(`in facts ${Math.min(3, facts)}`)]] as const
    }),
  )
  const features: number[] = []
  const starts = new Uint32Array(candidates.length + 1)
  for (const [i, { tactic, logProb }] of candidates.entries()) {
    const skeleton = skeletonOf(tactic, view)
    const whole = anonymous(skeleton.text)
    const cited = /(?<![\p{L}\p{N}_.'₀-₉›])(\p{Lu}\w*)\.[\p{L}\w.']+/u.exec(whole)?.[1]
    // The form without what it cites: what is learnt of `rw [Nat.x]` must help with `rw [Nat.y]`.
    const form = whole.replace(/(?<![\p{L}\p{N}_.'₀-₉›])\p{Lu}\w*(\.[\p{L}\w.']+)+/gu, '‹theorem›')
    const first = hash32(`first ${/^\S+/.exec(tactic)?.[0] ?? ''}`)
    const keys = [hash32(`whole ${whole}`)]
    if (form !== whole) keys.push(hash32(`form ${form}`))
    for (const key of keys) for (const word of goal) features.push(place(key, word))
    for (const word of goal) features.push(place(first, word))
    const prior = hash32(`prior ${Math.round(logProb / PRIOR_STEP)}`)
    features.push(place(first, prior), place(keys.at(-1) as number, prior))
    if (cited !== undefined) {
      const known = view.constants.has(cited)
      features.push(place(hash32(`cites ${known}`), first), place(hash32(`cites ${cited}`), goal[1] as number))
    }
    const [key] = keys as [number]
    for (const [k, name] of skeleton.facts.slice(0, 3).entries())
      for (const word of factInfo.get(name) ?? []) features.push(place(key, word + k), place(first, word + k + 7))
    for (const name of skeleton.variables.slice(0, 2))
      for (const word of variableInfo.get(name) ?? []) features.push(place(key, word))
    starts[i + 1] = features.length
  }
  return {
    tactics: candidates.map(({ tactic }) => tactic),
    priors: Float64Array.from(candidates, ({ logProb }) => PRIOR_EXPONENT * logProb),
    features: Uint32Array.from(features),
    starts,
  }
}

/** Natural log-probabilities, one per candidate: the prior's, raised by the weights of the features, normalised. */
export function logProbs({ priors, features, starts }: Choices, weights: Float32Array): Float64Array {
  const scores = new Float64Array(priors.length)
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) {
    let score = priors[i] as number
    const end = starts[i + 1] as number
    for (let f = starts[i] as number; f < end; f++) score += weights[features[f] as number] as number
    scores[i] = score
    if (score > max) max = score
  }
  let sum = 0
  for (const score of scores) sum += Math.exp(score - max)
  const total = max + Math.log(sum)
  for (let i = 0; i < scores.length; i++) scores[i] = Math.min(0, (scores[i] as number) - total)
  return scores
}

/** The place of a pair of hashes, mixed so that near pairs do not fall together (the finaliser of MurmurHash3). */
function place(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ b
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) % WEIGHT_COUNT
}
