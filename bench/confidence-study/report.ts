import { type Table, tableMarkdown } from '../../src/report/table.ts'
import { KINDS } from '../dco-demo/task.ts'
import { CLAIMS, type Interval, interval, verdict } from './claims.ts'
import { mean } from './gradients.ts'
import { DIRECT_PASSES, DIRECT_WIDTHS, METHODS, RANKS, REASONED_PASSES, type SeedResult, STAGES } from './seed.ts'

export const LEVELS = KINDS.map(({ sign }, i) => `${i + 1} (\`${sign}\`)`)
export const widthName = (n: number) => (n === 1 ? 'cross-entropy' : `DCO ${n}`)

const half = ({ mean, high }: Interval) => high - mean
const percent = (values: readonly number[]) => {
  const found = interval(values)
  return `${(100 * found.mean).toFixed(1)} ±${(100 * half(found)).toFixed(1)}`
}
const plain = (values: readonly number[], digits = 3) => {
  const found = interval(values)
  return `${found.mean.toFixed(digits)} ±${half(found).toFixed(digits)}`
}

/** Everything that the study says in words, as Markdown. */
export function reportText(results: readonly SeedResult[]): string {
  return [claims, table3, discarded, derivatives, difficulty, ranks, outside]
    .map((section) => tableMarkdown(section(results)))
    .join('\n\n')
}

function claims(results: readonly SeedResult[]): Table {
  const rows = CLAIMS.map(({ where, text, of }) => {
    const values = results.map(of)
    return [where, text, plain(values), verdict(interval(values))]
  })
  const left = rows.filter((row) => row[3] !== 'yes')
  return {
    title: 'What the paper says, and what comes out here',
    head: ['where', 'claim', 'by how much', 'comes out'],
    rows,
    strong: rows.flatMap((row, i) => (row[3] === 'yes' ? [] : [i])),
    note: [
      `The mean over ${results.length} seeds with its 95 % interval; a claim comes out where the whole interval is above 0.`,
      ...left.map(([where, text, , came]) =>
        came === 'no'
          ? `**${where} comes out the other way: not "${text}".**`
          : `**${where} is not clear: "${text}".**`,
      ),
    ].join('\n\n'),
  }
}

function table3(results: readonly SeedResult[]): Table {
  const start = [
    'all start from',
    '',
    ...REASONED_PASSES.map((_, i) => percent(results.map((r) => r.base.pass[i] as number))),
    plain(results.map((r) => mean(r.base.modeConfidence))),
    '',
  ]
  const rows = METHODS.flatMap((method) => {
    const runs = results.map((r) => r.reasoned.find((one) => one.method === method)?.looks ?? [])
    return (runs[0] ?? []).map((look, at) => {
      const all = runs.map((looks) => looks[at] as typeof look)
      return [
        method,
        String(look.epoch),
        ...REASONED_PASSES.map((_, i) => percent(all.map(({ pass }) => pass[i] as number))),
        plain(all.map(({ modeConfidence }) => mean(modeConfidence))),
        percent(
          all.map(({ modeConfidence, modeRight }) =>
            mean(modeConfidence.map((p, i) => (p > 0.5 && !modeRight[i] ? 1 : 0))),
          ),
        ),
      ]
    })
  })
  return {
    title: 'Table 3: sums with a chain of thought, new questions',
    head: [
      'trained on with',
      'epoch',
      ...REASONED_PASSES.map((k) => `pass@${k} %`),
      'p of the commonest answer',
      'sure of a wrong one %',
    ],
    rows: [start, ...rows],
  }
}

function discarded(results: readonly SeedResult[]): Table {
  const rows = METHODS.filter((method) => method !== 'cross-entropy').map((method) => {
    const counts = results.map((r) => r.reasoned.find((one) => one.method === method)?.replacedAt ?? [])
    const fifths = [0, 1, 2, 3, 4].map((fifth) =>
      plain(
        counts.map((list) => {
          const part = list.slice(Math.floor((fifth * list.length) / 5), Math.ceil(((fifth + 1) * list.length) / 5))
          return part.length === 0 ? 0 : mean(part)
        }),
        1,
      ),
    )
    return [
      method,
      plain(
        counts.map((list) => list.length),
        1,
      ),
      ...fifths,
    ]
  })
  return {
    title: 'Fig. 4: questions discarded for one step',
    head: ['', 'steps', ...['first', 'second', 'third', 'fourth', 'last'].map((word) => `${word} fifth of the steps`)],
    rows,
    note: 'DCO^a discards what is too often right (F(64, p) < 0.01), GRPO what is always right or always wrong.',
  }
}

function derivatives(results: readonly SeedResult[]): Table {
  return {
    title: 'C.1, Fig. 5: derivative of the test loss at N = 256 along a step of cross-entropy',
    head: ['difficulty of the step', ...STAGES],
    rows: LEVELS.map((level, i) => [
      level,
      ...STAGES.map((_, stage) =>
        plain(
          results.map((r) => r.stages[stage]?.[i]?.derivative ?? Number.NaN),
          2,
        ),
      ),
    ]),
    note: 'Below 0 the step lowers the loss of the test questions. The questions of the step were never learnt from.',
  }
}

function difficulty(results: readonly SeedResult[]): Table {
  return {
    title: 'C.8, Fig. 13: confidence and F at 86 % of one epoch',
    head: ['difficulty', 'p of the right answer', 'F(256, p)'],
    rows: LEVELS.map((level, i) => [
      level,
      plain(results.map((r) => r.stages[1]?.[i]?.confidence ?? Number.NaN)),
      plain(results.map((r) => r.stages[1]?.[i]?.factor ?? Number.NaN)),
    ]),
  }
}

function ranks(results: readonly SeedResult[]): Table {
  const ends = [DIRECT_WIDTHS[0], DIRECT_WIDTHS.at(-1)] as number[]
  return {
    title: 'C.7, Fig. 12: how often the answer of a rank is right, %',
    head: ['rank', ...ends.map(widthName)],
    rows: Array.from({ length: RANKS }, (_, rank) => [
      String(rank + 1),
      ...ends.map((_, i) => percent(results.map((r) => r.ranks[i]?.[rank] ?? 0))),
    ]),
  }
}

function outside(results: readonly SeedResult[]): Table {
  const rows = DIRECT_WIDTHS.flatMap((n, w) => {
    const runs = results.map((r) => r.direct[w]?.looks ?? [])
    return (runs[0] ?? []).flatMap((look, at, all) => {
      if (at !== 0 && at !== all.length - 1) return []
      return (['test', 'outside'] as const).map((where) => {
        const found = runs.map((looks) => (looks[at] as typeof look)[where])
        return [
          widthName(n),
          String(look.epoch),
          where === 'test' ? 'as learnt' : 'larger',
          ...DIRECT_PASSES.map((_, i) => percent(found.map(({ pass }) => pass[i] as number))),
          plain(found.map(({ greedy }) => greedy)),
          percent(found.map(({ sureAndWrong }) => sureAndWrong)),
        ]
      })
    })
  })
  return {
    title: 'C.4, Table 5: direct answers, in and out of distribution',
    head: [
      'trained with',
      'epoch',
      'operands',
      ...DIRECT_PASSES.map((n) => `pass@${n} %`),
      'greedy p',
      'sure of a wrong answer %',
    ],
    rows,
  }
}
