import type { StartResult } from '../lean/engine.ts'
import { mathlibHint } from '../lean/mathlib-hint.ts'
import type { PlacedTheorem } from '../lean/placed.ts'
import type { Theorem } from '../proof/theorem.ts'
import { EXIT, failAsJson } from './failure.ts'
import { renderDiagnostics } from './terminal.ts'

type Rejected = Extract<StartResult, { kind: 'rejected' }>

/** Says on stderr why a theorem cannot be opened; at its place in a file where it stands in one. */
export function sayRejected(theorem: Theorem, rejected: Rejected, path?: string, placed?: PlacedTheorem): void {
  const { where, diagnostics } = rejected
  const hint = mathlibHint(diagnostics)
  failAsJson(`the ${where} of ${theorem.name} does not elaborate`, EXIT.badInput, {
    where,
    diagnostics,
    ...(path !== undefined && { file: path }),
    ...(hint !== undefined && { hint }),
  })
  if (path === undefined || placed === undefined) {
    console.error(`hedge: the ${where} does not elaborate`)
    console.error(renderDiagnostics(where === 'header' ? theorem.header : `${theorem.statement} := by`, diagnostics))
  } else {
    console.error(
      where === 'header'
        ? `hedge: ${path} does not elaborate up to ${theorem.name} (line ${placed.start.line})`
        : `hedge: ${theorem.name} does not elaborate`,
    )
    for (const { line, column, severity, text } of diagnostics)
      console.error(
        `${path}:${where === 'header' ? line : line + placed.start.line - 1}:${column}: ${severity}: ${text}`,
      )
  }
  if (hint !== undefined) console.error(`hedge: ${hint}`)
}
