import type { NetworkEngine } from './engine.ts'
import { type Draw, nextTurn, tokenLimit } from './sampler.ts'
import { END_ID } from './tokenizer.ts'

export type BeamRequest = {
  readonly prompt: readonly number[]
  /** Beams kept, and the most continuations returned. 1 is greedy decoding. */
  readonly width: number
  /** Longest continuation, end included. */
  readonly maxTokens: number
}

type Beam = { readonly tokens: readonly number[]; readonly logProb: number }
type Extension = { readonly source: number; readonly token: number; readonly logProb: number }

/**
 * The likeliest finished continuations that beam search finds, likeliest first, at most `width`; unfinished ones only
 * follow where fewer than `width` finished in time. Deterministic: ties go to the earlier beam and the smaller token.
 */
export async function beamSearch(engine: NetworkEngine, request: BeamRequest, signal?: AbortSignal): Promise<Draw[]> {
  const { prompt, width } = request
  const limit = tokenLimit(engine, prompt, request.maxTokens)
  const decoding = await engine.startDecoding([prompt])
  const finished: Draw[] = []
  let beams: Beam[] = [{ tokens: [], logProb: 0 }]
  try {
    let logits = decoding.firstLogits
    for (let step = 0; step < limit; step++) {
      // Twice the width, as up to `width` of them may end; a single beam just takes its likeliest token.
      const extensions = bestExtensions(beams, logits, decoding.vocabularySize, width === 1 ? 1 : 2 * width)
      const live: Extension[] = []
      for (const extension of extensions) {
        const { source, token, logProb } = extension
        if (token === END_ID) finished.push({ tokens: (beams[source] as Beam).tokens, logProb, finished: true })
        else if (live.length < width) live.push(extension)
      }
      finished.sort((a, b) => b.logProb - a.logProb)
      finished.splice(width)
      const worst = finished.length === width ? (finished.at(-1) as Draw).logProb : Number.NEGATIVE_INFINITY
      const sources = Int32Array.from(live, (extension) => extension.source)
      beams = live.map(({ source, token, logProb }) => ({
        tokens: [...(beams[source] as Beam).tokens, token],
        logProb,
      }))
      // A beam only loses probability, so none that is behind the worst kept continuation can still enter.
      if (beams.length === 0 || (beams[0] as Beam).logProb <= worst || step === limit - 1) break
      if (step > 0) decoding.select(sources, beams.length)
      await nextTurn(signal)
      logits = await decoding.step(Int32Array.from(beams, (beam) => beam.tokens.at(-1) as number))
    }
  } finally {
    decoding.free()
  }
  const unfinished = beams.map(({ tokens, logProb }): Draw => ({ tokens, logProb, finished: false }))
  return [...finished, ...unfinished].slice(0, width)
}

/** The `count` likeliest one-token extensions of all beams, likeliest first. */
function bestExtensions(beams: readonly Beam[], logits: Float32Array, size: number, count: number): Extension[] {
  const all = beams.flatMap((beam, source) => {
    const offset = source * size
    const normaliser = logSumExp(logits, offset, size)
    const tokens = Array.from({ length: size }, (_, token) => token)
      .sort((a, b) => (logits[offset + b] as number) - (logits[offset + a] as number) || a - b)
      .slice(0, count)
    return tokens.map((token) => ({
      source,
      token,
      logProb: beam.logProb + (logits[offset + token] as number) - normaliser,
    }))
  })
  return all.sort((a, b) => b.logProb - a.logProb).slice(0, count)
}

/** log of the sum of e^logits over one row of the vocabulary. */
function logSumExp(logits: Float32Array, offset: number, size: number): number {
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < size; i++) max = Math.max(max, logits[offset + i] as number)
  let sum = 0
  for (let i = 0; i < size; i++) sum += Math.exp((logits[offset + i] as number) - max)
  return max + Math.log(sum)
}
