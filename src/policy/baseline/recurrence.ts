import { type GoalView, mentions } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation, splitTop, stripOuter } from './term-text.ts'

/** Instances of a recurrence in one tactic. */
const MOST_INSTANCES = 40

/**
 * A recurrence `∀ n, a (n + 2) = …` and a target about `a` at a numeral: every instance up to it, with the numerals
 * worked out, so that linear arithmetic does the rest. Conditions such as `n ≥ 5` are decided for each instance.
 */
export function* recurrences(view: GoalView): Iterable<Proposal> {
  const known = view.facts.flatMap(({ name, type }) => readRecurrence(name, type) ?? [])
  for (const { name, binder, body, condition, sequence } of known.slice(0, 3)) {
    const wanted = indices(view.target, sequence)
    if (wanted.length === 0) continue
    const shifts = [...body.matchAll(new RegExp(`${quoted(sequence)} \\(?${quoted(binder)}(?: \\+ (\\d+))?`, 'gu'))]
    const largest = Math.max(...shifts.map((m) => Number(m[1] ?? 0)))
    const last = Math.max(...wanted) - largest
    const first = condition === undefined ? 0 : firstWhere(condition, binder)
    if (first === undefined || last < first || last - first >= MOST_INSTANCES) continue
    const lines: string[] = []
    for (let n = first; n <= last; n++) {
      const argument = condition === undefined ? String(n) : `${n} (by decide)`
      lines.push(`have ${view.fresh(`hr${n}`)} : ${atNumeral(body, binder, n)} := ${name} ${argument}`)
    }
    const names = lines.map((line) => line.split(' ')[1] as string)
    yield propose(WEIGHTS.likely, [...lines, 'omega'].join('\n'))
    yield propose(WEIGHTS.good, [...lines, `simp_all`].join('\n'))
    yield propose(WEIGHTS.fair, [...lines, `clear ${name}`, `simp [${names.join(', ')}] at *`].join('\n'))
  }
}

type Recurrence = {
  readonly name: string
  readonly binder: string
  /** The equation, without its condition. */
  readonly body: string
  readonly condition: string | undefined
  readonly sequence: string
}

function readRecurrence(name: string, type: string): Recurrence | undefined {
  const match = /^∀ \(?([\p{L}][\p{L}\p{N}_'₀-₉]*)(?: : [^,()]+)?\)?( (?:≥|>|≤|<) \d+)?, /u.exec(type)
  if (match === null) return undefined
  const binder = match[1] as string
  const parts = splitTop(stripOuter(type.slice(match[0].length)), ' → ')
  if (parts.length > 2) return undefined
  const body = parts.at(-1) as string
  const condition = match[2] === undefined ? (parts.length === 2 ? parts[0] : undefined) : `${binder}${match[2]}`
  const related = relation(body)
  if (related?.operator !== '=') return undefined
  const sequence = /^([\p{L}][\p{L}\p{N}_'₀-₉]*) (?:\(|[\p{L}])/u.exec(related.left)?.[1]
  if (sequence === undefined || !mentions(related.right, sequence) || !mentions(body, binder)) return undefined
  return { name, binder, body, condition, sequence }
}

/** Numerals at which a sequence stands in a text. */
function indices(text: string, sequence: string): number[] {
  return [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_.])${quoted(sequence)} (\\d+)`, 'gu'))].map((m) =>
    Number(m[1]),
  )
}

/** The least number that a condition `n ≥ 5`, `5 ≤ n`, `n > 4`, `4 < n` allows. */
function firstWhere(condition: string, binder: string): number | undefined {
  const related = relation(condition)
  if (related === undefined) return undefined
  const flipped = related.right === binder
  const [variable, numeral] = flipped ? [related.right, related.left] : [related.left, related.right]
  if (variable !== binder || !/^\d+$/.test(numeral)) return undefined
  const operator = flipped ? { '≤': '≥', '<': '>' }[related.operator] : related.operator
  return operator === '≥' ? Number(numeral) : operator === '>' ? Number(numeral) + 1 : undefined
}

/** The equation at a numeral, with `n + 2` and `n - 1` worked out inside brackets. */
function atNumeral(body: string, binder: string, n: number): string {
  const name = `(?<![\\p{L}\\p{N}_'.₀-₉])${quoted(binder)}(?![\\p{L}\\p{N}_'₀-₉])`
  return body
    .replace(new RegExp(`\\(${name} ([+-]) (\\d+)\\)`, 'gu'), (_, sign: string, k: string) =>
      String(sign === '+' ? n + Number(k) : Math.max(0, n - Number(k))),
    )
    .replace(new RegExp(name, 'gu'), String(n))
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
