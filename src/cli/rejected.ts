import type { Diagnostic, StartResult } from '../lean/engine.ts'
import type { PlacedTheorem } from '../lean/placed.ts'
import type { Theorem } from '../proof/theorem.ts'
import { missingMathlib } from './auto-bound.ts'
import { renderDiagnostics } from './terminal.ts'

type Rejected = Extract<StartResult, { kind: 'rejected' }>

/** Says on stderr why a theorem cannot be opened; at its place in a file where it stands in one. */
export function sayRejected(theorem: Theorem, rejected: Rejected, path?: string, placed?: PlacedTheorem): void {
  const { where, diagnostics } = rejected
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
  const hint = mathlibHint(diagnostics)
  if (hint !== undefined) console.error(`hedge: ${hint}`)
}

/** What to do where Lean misses Mathlib. */
export function mathlibHint(diagnostics: readonly Diagnostic[]): string | undefined {
  for (const { text } of diagnostics) {
    if (/unknown module prefix '(Mathlib|Aesop|Batteries)'/.test(text))
      return 'this Lean has no Mathlib: use a project that has it with --lean; `hedge doctor --lean lean-project` says how to get one'
    const unknown = /[Uu]nknown identifier `([^`]+)`/.exec(text)?.[1]
    const missing = unknown === undefined ? undefined : missingMathlib(unknown)
    if (missing !== undefined) return `\`${unknown}\`${missing.slice(1)}`
  }
  return undefined
}
