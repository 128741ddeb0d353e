import type { ConstantSource } from '../second-kernel.ts'
import { EngineError } from '../session.ts'
import type { LeanPool } from './pool.ts'

const DEADLINE_MS = 120_000
/** How many declarations that the constants mention are sent along, for the first ones of a library and for later ones. */
const ALONG = { first: 1_500, later: 200 }

/** The second kernel's library: constants from the process that never sees a text. */
export function librarySource(pool: LeanPool): ConstantSource {
  const begun = new Set<string>()
  return (imports, names) =>
    pool.withKernelProcess(async ({ process }) => {
      const key = JSON.stringify(imports)
      const most = begun.has(key) ? ALONG.later : ALONG.first
      begun.add(key)
      const params = { imports, names, most, follow: true }
      const answer = await process.request('libraryConstants', params, DEADLINE_MS)
      if (answer.kind === 'refused') throw new EngineError(`the library gives no constants: ${answer.reason}`)
      const { exported, axioms, heapBytes } = answer
      return { result: { exported, axioms }, heapBytes, reusable: true }
    })
}
