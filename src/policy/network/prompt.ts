import { END_ID, type Tokenizer } from './tokenizer.ts'

/** Between proof state and tactic, the format open tactic models are trained on: `{state}:::{tactic}` and the end. */
export const SEPARATOR = ':::'

export type Prompt = {
  readonly tokens: readonly number[]
  /** Part of the state did not fit and was left out. */
  readonly cut: boolean
}

/**
 * A proof state as the network reads it, at most `limit` tokens. A state that is too long first loses the goals after
 * its first one, which the next tactic rarely touches, then the beginning of the first: the target at its end stays.
 */
export function promptOf(tokenizer: Tokenizer, state: string, limit: number): Prompt {
  const whole = tokenizer.encode(state + SEPARATOR)
  if (whole.length <= limit) return { tokens: whole, cut: false }
  const firstGoal = state.split('\n\n')[0] as string
  return { tokens: tokenizer.encode(firstGoal + SEPARATOR).slice(-limit), cut: true }
}

/** A tactic as the network writes it, with its end. */
export function completionOf(tokenizer: Tokenizer, tactic: string): number[] {
  return [...tokenizer.encode(tactic), END_ID]
}
