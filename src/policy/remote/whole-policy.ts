import type { Random } from '../../proof/random.ts'
import type { Theorem } from '../../proof/theorem.ts'
import { proofAmong } from '../../proof/whole-proof.ts'
import type { FailedProof, Policy } from '../policy.ts'
import { howItEnded } from './continuation.ts'
import { type ModelServer, PromptTooLong } from './model-server.ts'
import { seedFrom } from './remote-policy.ts'
import type { Continuation } from './reply.ts'
import { ServerPolicy } from './server-policy.ts'
import type { RemoteSettings } from './settings.ts'
import { fencedBlocks, type Lost, withoutEndToken, withoutThought } from './tactic-text.ts'
import type { AnswerTally } from './tally.ts'
import { fillTemplate, repairTurns } from './template.ts'
import { addAnswer } from './usage.ts'

/** A language model on a server that writes whole proofs of one theorem. Every proof is a request with a seed of its own. */
export class WholeProofPolicy extends ServerPolicy implements Policy {
  readonly #theorem: Theorem

  constructor(server: Pick<ModelServer, 'complete'>, settings: RemoteSettings, theorem: Theorem, tally: AnswerTally) {
    super(server, settings, tally)
    this.#theorem = theorem
  }

  rank(): Promise<never> {
    return Promise.reject(new Error(`${this.name} writes whole proofs, not steps`))
  }

  sample(): Promise<never> {
    return this.rank()
  }

  async write(failed: readonly FailedProof[], random: Random, signal?: AbortSignal): Promise<string | undefined> {
    const { template } = this.settings
    const first = fillTemplate(template, unproved(this.#theorem))
    if (typeof first === 'string') throw new Error('a whole proof is asked for in a conversation')
    const messages = [...first, ...failed.flatMap((proof) => repairTurns(template, proof))]
    try {
      const answer = await this.server.complete([messages], 1, seedFrom(random), signal)
      const [one] = answer.continuations[0] ?? []
      const read = one === undefined ? ({ kind: 'lost', why: 'empty' } as const) : readProof(one, this.#theorem)
      this.tally.answer(read.kind === 'lost' ? read.why : undefined, one?.finish ?? '')
      this.cost = addAnswer(this.cost, this.settings, answer, read.kind === 'lost' ? [undefined] : [read.text])
      return read.kind === 'lost' ? undefined : read.text
    } catch (error) {
      if (!(error instanceof PromptTooLong)) throw error
      this.countTooLong()
      return undefined
    }
  }
}

/** A theorem as models are shown it: with its file's context, and a hole for its proof. */
export function unproved({ header, statement }: Theorem): string {
  const context = header.trim()
  return `${context === '' ? '' : `${context}\n\n`}${statement.trim()} := by\n  sorry`
}

/**
 * The Lean text of a reply: behind its thoughts, the block that proves the theorem, or all of a reply without blocks. A block
 * that was cut off is used as far as it goes, for Lean judges it tactic by tactic.
 */
export function readProof(
  { text, finish }: Continuation,
  theorem: Theorem,
): { readonly kind: 'proof'; readonly text: string } | { readonly kind: 'lost'; readonly why: Lost } {
  const end = howItEnded(finish)
  if (end === 'filtered' || end === 'unknownEnd') return { kind: 'lost', why: end }
  const answer = withoutThought(withoutEndToken(text))
  if (answer === undefined) return { kind: 'lost', why: 'unfinishedThought' }
  const blocks = fencedBlocks(answer).map((block) => block.text)
  if (blocks.length === 0 && end === 'cutOff') return { kind: 'lost', why: 'cutOff' }
  const chosen = proofAmong(blocks.length === 0 ? [answer] : blocks, theorem)
  return chosen === undefined || chosen.trim() === '' ? { kind: 'lost', why: 'empty' } : { kind: 'proof', text: chosen }
}
