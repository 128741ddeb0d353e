import { type Diagnostic, EngineError, RejectedInput } from '../session.ts'
import { headerLines, toDiagnostic } from './document.ts'
import { importLines } from './imports.ts'
import { WorkerGone } from './lsp-process.ts'
import { openHeader } from './lsp-session.ts'
import type { LspWorkers } from './workers.ts'

/** What Lean says to commands behind a header; see `Engine.elaborate`. */
export async function elaborateBehind(
  workers: LspWorkers,
  header: string,
  source: string,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<Diagnostic[]> {
  try {
    return await workers.withSlot(
      { imports: importLines(header) },
      async (slot) => {
        const worker = await openHeader(slot, header, signal)
        const before = headerLines(header)
        const lines = [...before, ...source.split('\n')]
        const version = await worker.elaborate(`${lines.join('\n')}\n`, deadlineMs, signal)
        if (version.kind === 'aborted') signal?.throwIfAborted()
        if (version.kind !== 'done') throw new EngineError(`Lean did not finish the text within ${deadlineMs} ms`)
        const said = version.diagnostics.map((d) => ({ d, isHeader: d.range.start.line < before.length }))
        const wrong = said.filter(({ d, isHeader }) => isHeader && d.severity === 1)
        if (wrong.length > 0)
          throw new RejectedInput(
            'header',
            wrong.map(({ d }) => toDiagnostic(d, lines, 0)),
          )
        return said.filter(({ isHeader }) => !isHeader).map(({ d }) => toDiagnostic(d, lines, before.length))
      },
      signal,
    )
  } catch (cause) {
    if (!(cause instanceof WorkerGone)) throw cause
    throw new EngineError(`Lean stops while it elaborates the text: ${cause.message}`, { cause })
  }
}
