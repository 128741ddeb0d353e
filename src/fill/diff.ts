type Change = { readonly start: number; readonly removed: readonly string[]; readonly added: readonly string[] }

const CONTEXT = 3

/**
 * A unified diff that `git apply` takes, from a file's text before to the one after; empty where they are the same. Line
 * ends are part of the lines. The path is written with `a/` and `b/` before it.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const [old, changed] = [lines(before), lines(after)]
  const name = path.replace(/^\/+/, '').replaceAll('\\', '/')
  const out = [`--- a/${name}\n`, `+++ b/${name}\n`]
  let shift = 0
  for (const group of grouped(changes(old, changed))) {
    const [first, last] = [group[0] as Change, group.at(-1) as Change]
    const from = Math.max(0, first.start - CONTEXT)
    const to = Math.min(old.length, last.start + last.removed.length + CONTEXT)
    const body: string[] = []
    let at = from
    for (const { start, removed, added } of group) {
      for (; at < start; at++) body.push(` ${old[at]}`)
      body.push(...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`))
      at = start + removed.length
    }
    for (; at < to; at++) body.push(` ${old[at]}`)
    const grown = group.reduce((sum, { removed, added }) => sum + added.length - removed.length, 0)
    out.push(`@@ -${place(from, to - from)} +${place(from + shift, to - from + grown)} @@\n`)
    shift += grown
    for (const line of body) out.push(line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)
  }
  return out.join('')
}

const place = (from: number, count: number): string => `${count === 0 ? from : from + 1},${count}`

/** Each line with its end. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Where two texts differ, line by line: the longest common subsequence between what their ends have in common. */
function changes(old: readonly string[], changed: readonly string[]): Change[] {
  const found: Change[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < changed.length) {
    if (i < old.length && j < changed.length && old[i] === changed[j]) {
      i++
      j++
      continue
    }
    const [gone, come] = nextCommon(old, i, changed, j)
    found.push({ start: i, removed: old.slice(i, gone), added: changed.slice(j, come) })
    i = gone
    j = come
  }
  return found
}

/** The nearest places at which the texts go on alike, two lines at least, or their ends. */
function nextCommon(old: readonly string[], i: number, changed: readonly string[], j: number): [number, number] {
  for (let distance = 1; distance <= old.length - i + changed.length - j; distance++) {
    for (let k = Math.max(0, distance - (changed.length - j)); k <= Math.min(distance, old.length - i); k++) {
      const [a, b] = [i + k, j + distance - k]
      const atEnd = a === old.length && b === changed.length
      const alike = a < old.length && b < changed.length && old[a] === changed[b]
      const alsoNext = old[a + 1] === changed[b + 1]
      if (atEnd || (alike && alsoNext)) return [a, b]
    }
  }
  return [old.length, changed.length]
}

/** Changes whose surroundings touch belong to one hunk. */
function grouped(all: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  for (const change of all) {
    const last = groups.at(-1)?.at(-1)
    if (last !== undefined && change.start - (last.start + last.removed.length) <= 2 * CONTEXT)
      groups.at(-1)?.push(change)
    else groups.push([change])
  }
  return groups
}
