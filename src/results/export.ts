import type { TheoremResult } from './read-run.ts'

export type ExportedFile = {
  /** Import lines that all its theorems share. */
  readonly imports: string
  readonly source: string
  readonly theorems: readonly TheoremResult[]
}

/**
 * All verified proofs as `.lean` files: one file, but where theorems need other imports one for each set of import
 * lines, for a file has only one. What a header says beside its imports stands in a section around its theorems.
 */
export function exportProofs(theorems: readonly TheoremResult[]): ExportedFile[] {
  const files = new Map<string, Map<string, TheoremResult[]>>()
  for (const theorem of theorems) {
    if (theorem.outcome !== 'done' || theorem.proof === undefined) continue
    const { imports, rest } = splitHeader(theorem.header)
    const file = files.get(imports) ?? new Map<string, TheoremResult[]>()
    files.set(imports, file)
    file.set(rest, [...(file.get(rest) ?? []), theorem])
  }
  return [...files].map(([imports, groups]) => {
    const sections = [...groups].map(([rest, group]) => {
      const body = group.map((theorem) => bodyOf(theorem)).join('\n\n')
      // Options, opens and notations of one header must not reach the theorems of another.
      return rest === '' || groups.size === 1 ? join(rest, body) : `section\n${rest}\n\n${body}\n\nend`
    })
    return { imports, source: `${join(imports, sections.join('\n\n'))}\n`, theorems: [...groups.values()].flat() }
  })
}

/** Import lines come first in a header, with comments and blank lines between them. */
function splitHeader(header: string): { imports: string; rest: string } {
  const lines = header.trim().split('\n')
  const last = lines.findLastIndex((line) =>
    /^\s*((public|private|meta)\s+)*import\s|^\s*(prelude|module)\s*$/.test(line),
  )
  return {
    imports: lines
      .slice(0, last + 1)
      .join('\n')
      .trim(),
    rest: lines
      .slice(last + 1)
      .join('\n')
      .trim(),
  }
}

/** The declaration as it was verified: the recorded file without its header. */
function bodyOf({ header, proof }: TheoremResult): string {
  const source = proof?.source ?? ''
  const head = header.trim()
  return (source.startsWith(head) ? source.slice(head.length) : source).trim()
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}
