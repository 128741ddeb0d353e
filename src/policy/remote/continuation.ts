import type { Continuation, Token } from './reply.ts'
import { isWholeThoughCut, type Lost, tacticText } from './tactic-text.ts'

/** A continuation that is a tactic. */
export type RemoteDraw = {
  readonly tactic: string
  /** Natural; undefined where the server gives none. */
  readonly logProb: number | undefined
  /** The tokens it was written with: the same tactic in other tokens is another way of drawing it. */
  readonly way: string | undefined
}

export type ReadContinuation =
  | { readonly kind: 'draw'; readonly draw: RemoteDraw }
  | { readonly kind: 'lost'; readonly why: Lost }

/** Words of servers, in small letters, for a model that ended by itself, or at a stop string. */
const ENDED: readonly string[] = [
  'stop',
  'eos',
  'eos_token',
  'stop_sequence',
  'end_turn',
  'end',
  'complete',
  'completed',
]
const CUT_OFF: readonly string[] = ['length', 'max_tokens', 'max_output_tokens', 'model_length']
const FILTERED: readonly string[] = ['content_filter', 'safety', 'refusal', 'recitation']

/** What a server's word for the end of an answer comes to. */
export function howItEnded(finish: string): 'ended' | 'cutOff' | 'filtered' | 'unknownEnd' {
  const reason = finish.toLowerCase()
  if (ENDED.includes(reason)) return 'ended'
  if (CUT_OFF.includes(reason)) return 'cutOff'
  return FILTERED.includes(reason) ? 'filtered' : 'unknownEnd'
}

/**
 * The tactic of a continuation, or why it is none. One that was cut off at the most tokens is used where it holds its
 * tactic whole, in a closed fence.
 *
 * Its log-probability is the sum over its tokens up to the stop string, where the server lists that too. An
 * end-of-sequence token that is listed counts: that the tactic ends here is part of drawing it.
 */
export function readContinuation(
  { text, finish, tokens }: Continuation,
  stops: readonly string[],
  chat: boolean,
): ReadContinuation {
  const end = howItEnded(finish)
  const body = text.slice(0, firstStop(text, stops))
  if (end !== 'ended' && !(end === 'cutOff' && chat && isWholeThoughCut(body))) return { kind: 'lost', why: end }
  const read = tacticText(body, chat)
  if (read.kind === 'lost') return read
  const { tactic } = read
  if (tokens === undefined || tokens.length === 0)
    return { kind: 'draw', draw: { tactic, logProb: undefined, way: undefined } }
  const counted = upToStop(tokens, stops)
  const sum = counted.reduce((total, { logProb }) => total + logProb, 0)
  const way = counted.map((token) => token.text).join('\u0000')
  return { kind: 'draw', draw: { tactic, logProb: Math.min(0, sum), way } }
}

/**
 * Draws as distinct tactics with their log-probabilities, the likeliest first. A tactic seen in several ways of writing
 * it in tokens has the sum of their probabilities. Where a draw has none, all tactics have their share of `total` draws.
 */
export function distinctTactics(
  draws: readonly RemoteDraw[],
  total: number,
): { readonly tactic: string; readonly logProb: number }[] {
  const byShare = draws.some(({ logProb }) => logProb === undefined)
  const tactics = new Map<string, { count: number; ways: Map<string, number> }>()
  for (const { tactic, logProb, way } of draws) {
    const entry = tactics.get(tactic) ?? { count: 0, ways: new Map<string, number>() }
    tactics.set(tactic, entry)
    entry.count++
    // The same tokens in another batch may be off by a rounding error: the first answer stands.
    if (way !== undefined && logProb !== undefined && !entry.ways.has(way)) entry.ways.set(way, logProb)
  }
  return [...tactics]
    .map(([tactic, { count, ways }]) => ({
      tactic,
      logProb: byShare ? Math.log(count / total) : Math.min(0, logSumExp([...ways.values()])),
    }))
    .sort((a, b) => b.logProb - a.logProb)
}

function logSumExp(values: readonly number[]): number {
  const max = Math.max(...values)
  return max === Number.NEGATIVE_INFINITY
    ? max
    : max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0))
}

function firstStop(text: string, stops: readonly string[]): number {
  return Math.min(text.length, ...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0))
}

/** Tokens that begin before the first stop string in the tokens' own text, which need not be the reply's text. */
function upToStop(tokens: readonly Token[], stops: readonly string[]): readonly Token[] {
  const text = tokens.map((token) => token.text).join('')
  const end = firstStop(text, stops)
  if (end === text.length) return tokens
  let at = 0
  return tokens.filter((token) => {
    const begins = at
    at += token.text.length
    return begins < end
  })
}
