/** A table before it is text, Markdown or HTML. Cells of the first column are names, the others numbers. */
export type Table = {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Rows that stand out, by position. */
  readonly strong?: readonly number[]
  readonly note?: string
}

/** For a terminal of any kind: no colours, no box drawing. */
export function tableText({ title, head, rows, note }: Table): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))
        return column === 0 ? cell + space : space + cell
      })
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [title, '', line(head), rule, ...rows.map(line), ...(note === undefined ? [] : ['', note])].join('\n')
}

export function tableMarkdown({ title, head, rows, strong = [], note }: Table): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const line = (row: readonly string[]) => `| ${row.map(cell).join(' | ')} |`
  const body = rows.map((row, i) =>
    line(strong.includes(i) ? row.map((text) => (text === '' ? '' : `**${text}**`)) : row),
  )
  const rule = `|${head.map((_, column) => (column === 0 ? ' --- ' : ' ---: ')).join('|')}|`
  return [`### ${title}`, '', line(head), rule, ...body, ...(note === undefined ? [] : ['', note])].join('\n')
}
