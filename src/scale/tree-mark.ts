import { sha256 } from '../proof/sha256.ts'
import type { TreePart } from '../search/tree-record.ts'
import type { SentTree } from './protocol.ts'

/**
 * Which states a tree has, in which order. Parts name states by their numbers, and two workers who did the same theorem number them
 * each in its own way: a part fits only a tree that has the states it was made for.
 */
export class TreeMark {
  #count = 0
  #digest = ''

  static of(parts: Iterable<TreePart>): TreeMark {
    const mark = new TreeMark()
    for (const part of parts) mark.add(part)
    return mark
  }

  get digest(): string {
    return this.#digest
  }

  add({ states, after }: TreePart): void {
    if (after === undefined) [this.#count, this.#digest] = [0, '']
    for (const { key } of states) this.#digest = sha256(`${this.#digest} ${key}`)
    this.#count += states.length
  }

  /** As a worker sends it. */
  say(part: TreePart): SentTree {
    const sent = part.after === undefined ? part : { ...part, base: this.#digest }
    this.add(part)
    return sent
  }

  /**
   * The part, where it goes on from here. One of a worker whose theorem another went on with meanwhile does not, and is left out: what a
   * tree lacks is run again, and at a theorem's end all of it is sent.
   */
  take(sent: SentTree | undefined): TreePart | undefined {
    if (sent === undefined) return undefined
    const { base, ...part } = sent
    if (part.after !== undefined && (part.after !== this.#count || base !== this.#digest)) return undefined
    const size = (part.after ?? 0) + part.states.length
    if (part.edges.some(({ from, outcome }) => from >= size || (outcome.kind === 'open' && outcome.to >= size)))
      return undefined
    this.add(part)
    return part
  }

  copy(): TreeMark {
    const copy = new TreeMark()
    ;[copy.#count, copy.#digest] = [this.#count, this.#digest]
    return copy
  }
}
