/** What one line of a benchmark says: its words, with a # for each number, and the numbers. */
export type Figure = { readonly what: string; readonly values: readonly number[] }

/** Figures of an earlier run, by benchmark. */
export type StoredFigures = {
  /** Of which version, and where. */
  readonly of: string
  readonly figures: Readonly<Record<string, readonly Figure[]>>
}

/** A number that stands by itself, or before a unit: not a part of a name such as `neff-1` or `v24.2.1`. */
const NUMBER = /(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)/g

/** The lines of a benchmark's output that hold numbers. A line that says the same as one before it is told by its place. */
export function figuresIn(output: string): Figure[] {
  const seen = new Map<string, number>()
  return output.split('\n').flatMap((line) => {
    const values = [...line.matchAll(NUMBER)].map(([text]) => Number(text.replaceAll(',', '')))
    if (values.length === 0) return []
    const words = line.replace(NUMBER, '#').replace(/\s+/g, ' ').trim()
    const place = (seen.get(words) ?? 0) + 1
    seen.set(words, place)
    return [{ what: place === 1 ? words : `${words} (${place})`, values }]
  })
}

/** One Markdown table of a benchmark: what it says now, what is stored, and the ratio of each number. */
export function figuresTable(now: readonly Figure[], stored: readonly Figure[] = []): string {
  const before = new Map(stored.map((figure) => [figure.what, figure.values]))
  const rows = now.map(({ what, values }) => {
    const old = before.get(what)
    const ratios = old === undefined ? [] : values.map((value, i) => ratio(value, old[i]))
    return `| ${what.replaceAll('|', '\\|')} | ${old?.join(', ') ?? ''} | ${values.join(', ')} | ${ratios.join(', ')} |`
  })
  return ['| figure | stored | now | ratio |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')
}

function ratio(now: number, before: number | undefined): string {
  if (before === undefined) return ''
  if (now === before) return '1.00'
  return before === 0 ? '–' : (now / before).toFixed(2)
}
