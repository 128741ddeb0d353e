import type { TextEdit } from '../proof/source-text.ts'

/** Lines of a text that become other lines; `first` counts from 0. */
type Change = { readonly first: number; readonly removed: number; readonly added: number }

const CONTEXT = 3

/**
 * A unified diff that `git apply` takes, from a file before to the same after edits; empty where there are none. Line ends
 * are part of the lines. The path is written with `a/` and `b/` before it.
 * @param text the file before as the edits count it: line for line the same as `before`
 */
export function unifiedDiff(
  path: string,
  text: string,
  edits: readonly TextEdit[],
  before: string,
  after: string,
): string {
  if (edits.length === 0) return ''
  const [old, changed] = [lines(before), lines(after)]
  const name = path.replace(/^\/+/, '').replaceAll('\\', '/')
  const out = [`--- a/${name}\n`, `+++ b/${name}\n`]
  let shift = 0
  for (const group of grouped(changesOf(text, edits))) {
    const [first, last] = [group[0] as Change, group.at(-1) as Change]
    const from = Math.max(0, first.first - CONTEXT)
    const to = Math.min(old.length, last.first + last.removed + CONTEXT)
    const body: string[] = []
    let [at, there] = [from, from + shift]
    const copy = (end: number) => {
      for (; at < end; at++, there++) body.push(` ${old[at]}`)
    }
    for (const { first: start, removed, added } of group) {
      copy(start)
      for (const end = at + removed; at < end; at++) body.push(`-${old[at]}`)
      for (const end = there + added; there < end; there++) body.push(`+${changed[there]}`)
    }
    copy(to)
    const grown = group.reduce((sum, { removed, added }) => sum + added - removed, 0)
    out.push(`@@ -${from + 1},${to - from} +${from + shift + 1},${to - from + grown} @@\n`)
    shift += grown
    for (const line of body) out.push(line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)
  }
  return out.join('')
}

/** Each line with its end. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
const breaks = (text: string): number => text.split('\n').length - 1

/** The lines that edits touch; edits on the same line are one change. */
function changesOf(text: string, edits: readonly TextEdit[]): Change[] {
  const found: Change[] = []
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    const first = breaks(text.slice(0, start))
    const removed = breaks(text.slice(start, end)) + 1
    const added = breaks(replacement) + 1
    const last = found.at(-1)
    if (last !== undefined && first < last.first + last.removed) {
      const both = first + removed - last.first
      found[found.length - 1] = {
        first: last.first,
        removed: both,
        added: last.added + (both - last.removed) + added - removed,
      }
    } else found.push({ first, removed, added })
  }
  return found
}

/** Changes whose surroundings touch belong to one hunk. */
function grouped(all: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  for (const change of all) {
    const last = groups.at(-1)?.at(-1)
    if (last !== undefined && change.first - (last.first + last.removed) <= 2 * CONTEXT) groups.at(-1)?.push(change)
    else groups.push([change])
  }
  return groups
}
