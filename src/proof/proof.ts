import type { Theorem } from './theorem.ts'

/** A finished tactic script, one entry per step. */
export type Proof = { readonly tactics: readonly string[] }

export type SourceOptions = {
  /** Written as `set_option maxHeartbeats N in` before the theorem (thousands of allocations; 0 is no limit). */
  readonly maxHeartbeats?: number
}

/**
 * A tactic as an indented block: its own common indentation is replaced, since a first line that stands deeper than the
 * tactic before it would not parse. Blank lines are dropped; one could end the script early.
 */
function indent(tactic: string): string {
  const lines = tactic.split('\n').filter((line) => line.trim() !== '')
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length))
  return lines.map((line) => `  ${line.slice(margin)}`).join('\n')
}

/** The proof's command alone: the statement as given, then the script. */
export function proofCommand(theorem: Theorem, proof: Proof, options: SourceOptions = {}): string {
  const limit = options.maxHeartbeats === undefined ? '' : `set_option maxHeartbeats ${options.maxHeartbeats} in\n`
  return `${limit}${theorem.statement} := by\n${proof.tactics.map(indent).join('\n')}\n`
}

/** A standalone `.lean` file: the header, the statement exactly as given, and the script. */
export function toLeanSource(theorem: Theorem, proof: Proof, options: SourceOptions = {}): string {
  const header = theorem.header.trim()
  return `${header === '' ? '' : `${header}\n\n`}${proofCommand(theorem, proof, options)}`
}
