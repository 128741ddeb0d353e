import { ALLOWED_AXIOMS } from '../../proof/axioms.ts'
import { checkExport } from '../check-export.ts'

/** What the page says to this worker, and what it answers. */
export type ToWorker = { readonly lines: string }
export type FromWorker =
  | { readonly kind: 'checked'; readonly report: ReturnType<typeof checkExport>; readonly ms: number }
  | { readonly kind: 'failed'; readonly message: string }

/** The second kernel in a thread of the browser: one file, one answer. */
addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const begun = performance.now()
  const answer = (message: FromWorker) => postMessage(message)
  try {
    const report = checkExport(data.lines.split('\n'), ALLOWED_AXIOMS)
    answer({ kind: 'checked', report, ms: performance.now() - begun })
  } catch (error) {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
})
