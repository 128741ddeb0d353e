import type { RemoteSettings } from './settings.ts'
import type { Lost } from './tactic-text.ts'

/** What a server would not do, so that it is no longer asked for it. */
export type Refusal = 'n' | 'logprobs' | 'neutral'

/** Counts the answers of one member that could not be used, or not in full. */
export class AnswerTally {
  readonly #lost = new Map<Lost, number>()
  readonly #refusals = new Map<Refusal, string>()
  #answers = 0
  #untold = 0
  /** A reason for ending that is not known, as the server wrote it. */
  #unknownEnd = ''

  answer(why: Lost | undefined, finish: string): void {
    this.#answers++
    if (why === undefined) return
    this.#lost.set(why, (this.#lost.get(why) ?? 0) + 1)
    if (why === 'unknownEnd') this.#unknownEnd = finish
  }

  /** An answer came without log-probabilities although they were asked for. */
  untold(): void {
    this.#untold++
  }

  refused(what: Refusal, words: string): void {
    this.#refusals.set(what, words)
  }

  /** One sentence for each kind of trouble, with the setting to change; none where there was none. */
  remarks({ maxTokens, template }: Pick<RemoteSettings, 'maxTokens' | 'template'>): string[] {
    const of = (count: number) => `${count} of ${this.#answers} answers`
    const sentences: Record<Lost, (count: number) => string> = {
      cutOff: (count) => `${of(count)} were cut at maxtokens=${maxTokens} and left out: raise maxtokens`,
      filtered: (count) => `${of(count)} were withheld by the server's content filter`,
      unknownEnd: (count) =>
        `${of(count)} were left out because they ended for a reason that is not known (${JSON.stringify(this.#unknownEnd)})`,
      unfinishedThought: (count) =>
        `${of(count)} ended within their <think> and were left out: raise maxtokens, or have the server not think`,
      empty: (count) =>
        `${of(count)} were empty and left out${template.kind === 'chat' ? '' : ': a chat model wants template=chat'}`,
    }
    const lost = [...this.#lost].map(([why, count]) => sentences[why](count))
    const untold =
      this.#untold > 0
        ? [
            `${of(this.#untold)} came without log-probabilities and were ranked by how often they were drawn; with logprobs=false none are asked for`,
          ]
        : []
    const refused: Record<Refusal, string> = {
      n: 'asked for one answer at a time (n=1 says so from the start)',
      logprobs:
        'asked for no log-probabilities, so that tactics are ranked by how often they were drawn (logprobs=false)',
      neutral: 'asked without top_k and repetition_penalty, for which it may have values of its own (neutral=false)',
    }
    return [
      ...lost,
      ...untold,
      ...[...this.#refusals].map(([what, words]) => `the server said "${words}"; it was ${refused[what]}`),
    ]
  }
}
