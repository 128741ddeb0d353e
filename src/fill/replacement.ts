import type { FileHole } from '../lean/holes.ts'
import type { TextPlaces } from '../proof/source-text.ts'

/**
 * Texts that may stand in place of a hole for a list of tactics, the plainest first. Which of them reads as what is meant
 * depends on what is around it; Lean is asked.
 */
export function replacements(places: TextPlaces, hole: FileHole, tactics: readonly string[]): string[] {
  const { column } = places.place(hole.start)
  const margin = /^\s*/.exec(places.slice(places.lineStart(hole.start), hole.start))?.[0].length ?? 0
  const single = tactics.every((tactic) => !tactic.includes('\n'))
  const inline = tactics.join('; ')
  if (hole.kind === 'tactic') {
    const found = [block(tactics, column).trimStart()]
    if (single && tactics.length > 1) found.push(`(${inline})`, inline)
    found.push(`(\n${block(tactics, column + 2)}\n${' '.repeat(column)})`)
    if (tactics.length === 1 && single) found.splice(1, 0, `(${inline})`)
    return found
  }
  const found: string[] = []
  if (single && tactics.length === 1) found.push(`by ${inline}`, `(by ${inline})`)
  for (const deep of new Set([margin + 2, margin + 4, column + 2])) {
    found.push(`by\n${block(tactics, deep)}`, `(by\n${block(tactics, deep)})`)
  }
  if (single) found.push(`(by ${inline})`)
  return found
}

/** Tactics as a block whose lines begin at a column. */
function block(tactics: readonly string[], column: number): string {
  return tactics.map((tactic) => indented(tactic, column)).join('\n')
}

function indented(tactic: string, column: number): string {
  const lines = tactic.split('\n').filter((line) => line.trim() !== '')
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length))
  return lines.map((line) => ' '.repeat(column) + line.slice(margin)).join('\n')
}
