import { compiledCode } from '../../src/lean/embedded/compiled-code.ts'
import { type LeanProcess, spawnLean } from '../../src/lean/embedded/lean-process.ts'
import { findNodeBinary } from '../../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../../src/lean/embedded/prepare.ts'
import type { ConstantSource, Imports } from '../../src/lean/second-kernel.ts'

const DEADLINE_MS = 300_000
/** How many declarations are sent along with the first constants of a library that are asked for, and with later ones. */
const ALONG = { first: 1_500, later: 200 }

/** One Lean process for everything; started again when its memory is full. */
export class BenchLean {
  #process: LeanProcess | undefined
  readonly #known = new Set<string>()

  async process(): Promise<LeanProcess> {
    if (this.#process === undefined || this.#process.death() !== undefined) {
      const node = await findNodeBinary()
      const lean = await prepareLean()
      this.#process = spawnLean(node, lean, await compiledCode(node, lean))
      await this.#process.request('hello', {}, DEADLINE_MS)
    }
    return this.#process
  }
  /** Ends the process where its heap is larger than this. */
  recycle(heapBytes: number): void {
    if (heapBytes > 1.4e9) this.end()
  }
  end(): void {
    this.#process?.kill('done')
    this.#process = undefined
  }

  readonly constants: ConstantSource = async (imports: Imports, names) => {
    const key = JSON.stringify(imports)
    const most = this.#known.has(key) ? ALONG.later : ALONG.first
    this.#known.add(key)
    const lean = await this.process()
    const answer = await lean.request('libraryConstants', { imports, names, most, follow: true }, DEADLINE_MS)
    if (answer.kind === 'refused') throw new Error(answer.reason)
    return answer
  }
}
