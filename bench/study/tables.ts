import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readLogLinear } from '../../src/policy/log-linear/log-linear-policy.ts'
import { evaluationFacts, evaluationTables, percent, pText, signed } from '../../src/report/evaluation-tables.ts'
import { type Table, tableMarkdown } from '../../src/report/table.ts'
import { solvedWithin } from '../../src/results/coverage.ts'
import type { RunResults, TheoremResult } from '../../src/results/read-run.ts'
import { mcnemar, mean, wilson } from '../../src/results/statistics.ts'
import { type Summary, summarise } from '../../src/results/summary.ts'
import type { EvaluationMetrics } from '../../src/training/metrics.ts'
import { confidencePlots, coveragePlot, epochsPlot, rateAt } from './plots.ts'
import { N_EFFS, type Results, read, type Setting } from './setting.ts'

export async function tables(setting: Setting): Promise<string> {
  const parts: string[] = []
  for (const [name, title, floors] of [
    ['library', "Library theorems (test split of Lean's own library)", ['library-baseline', 'library-one-shot']],
    ['minif2f', 'MiniF2F-core valid', ['minif2f-baseline', 'minif2f-one-shot']],
    ['minif2f-deep', 'Many passes on every other statement of MiniF2F-core', undefined],
    ['deep', 'Many passes on every tenth library theorem', undefined],
    ['deepest', 'More passes on every twentieth', undefined],
  ] as const) {
    const results = read(setting, name)
    if (results === undefined) continue
    const summary = summarise(results)
    const more = [...(floors ? [floorTable(setting, floors, results)] : []), lengthTable(results)]
    parts.push(`## ${title}`, facts(summary))
    parts.push(...[...evaluationTables(summary), ...more].filter(({ rows }) => rows.length > 0).map(tableMarkdown))
    await writeFile(join(setting.out, `${name}-coverage.svg`), await coveragePlot(setting, floors?.[0], summary))
  }
  for (const [name, set, title] of [
    ['round-0', 'library', 'One more round of expert iteration'],
    ['written', 'library', 'Proofs found in place of written ones'],
    ['minif2f-written', 'minif2f', 'Proofs found in place of written ones, MiniF2F-core'],
  ] as const) {
    const [before, after] = [read(setting, name), read(setting, set)]
    if (before !== undefined && after !== undefined) parts.push(`## ${title}`, tableMarkdown(gainTable(before, after)))
  }
  parts.push('## Confidence', tableMarkdown(await confidenceTable(setting)))
  for (const [file, svg] of await confidencePlots(setting)) await writeFile(join(setting.out, file), svg)
  for (const [name, title] of [
    ['epochs', 'Coverage over training epochs'],
    ['minif2f-epochs', 'Coverage over training epochs, MiniF2F-core'],
    ['units', 'Whole-proof DCO beside step-wise DCO'],
  ] as const) {
    const results = read(setting, name)
    if (results === undefined) continue
    parts.push(`## ${title}`, tableMarkdown(memberTable(results)))
    if (name !== 'units') await writeFile(join(setting.out, `${name}-coverage.svg`), await epochsPlot(setting, results))
  }
  return `${parts.join('\n\n')}\n`
}

function facts(summary: Summary): string {
  return evaluationFacts(summary)
    .filter(([label]) =>
      ['Theorems', 'Counted', 'Not counted', 'Out of time', 'Proofs', 'Mode', 'Lean'].includes(label),
    )
    .map(([label, text]) => `- ${label}: ${text}`)
    .join('\n')
}

/** The ensemble beside the floors, theorem by theorem, on those that both runs have done. */
function floorTable(
  setting: Setting,
  [baseline, oneShot]: readonly [Results, Results],
  { members, theorems, run }: RunResults,
): Table {
  const solves = ({ ordinary }: TheoremResult, passes: number) =>
    ordinary.some((counts) => solvedWithin(counts, passes))
  const done = new Map(theorems.filter(({ outcome }) => outcome === 'done').map((theorem) => [theorem.name, theorem]))
  const steps = [4, 16, 32, run.passes].filter((passes, i, all) => passes <= run.passes && all.indexOf(passes) === i)
  const all = (passes: number) => passes * members.length
  const rows = [
    ...steps.map((passes) => [baseline, passes, `baseline, untrained, ${all(passes)} passes`] as const),
    [oneShot, run.passes, 'one-shot automation, 12 closers'] as const,
  ].flatMap(([file, passes, label]) => {
    const floor = read(setting, file)
    if (floor === undefined) return []
    const pairs = floor.theorems.flatMap((other): [boolean, boolean][] => {
      const theorem = done.get(other.name)
      if (theorem === undefined || other.outcome !== 'done') return []
      // One-shot automation has one pass, which is a search.
      return [[solves(theorem, passes), other.counts.some((counts) => solvedWithin(counts, all(passes)))]]
    })
    const [ours, theirs] = [0, 1].map((side) => pairs.filter((pair) => pair[side]).length) as [number, number]
    const test = mcnemar(pairs)
    const rate = (count: number) => {
      const { value, low, high } = wilson(count, pairs.length)
      return `${percent(value)} (${percent(low)} - ${percent(high)})`
    }
    const only = `${test.onlyFirst} : ${test.onlySecond}`
    return [[label, String(passes), String(pairs.length), rate(ours), rate(theirs), only, pText(test.p)]]
  })
  return {
    title: 'The ensemble beside the floors',
    head: ['floor', 'passes of each member', 'theorems', 'ensemble', 'floor', 'only : only', 'p (McNemar)'],
    rows,
    note: 'Solved within the passes or not; the baseline has as many as the members together.',
  }
}

/** What each member proves, by the length of its own shortest proof. */
function lengthTable({ members, theorems, run }: RunResults): Table {
  const bands: readonly (readonly [string, number, number])[] = [
    ['1', 1, 1],
    ['2', 2, 2],
    ['3 to 4', 3, 4],
    ['5 and more', 5, Number.POSITIVE_INFINITY],
  ]
  const proved = theorems.flatMap(({ proof, ordinary }) =>
    proof === undefined ? [] : [{ length: proof.tactics.length, ordinary }],
  )
  return {
    title: 'Proof length against N_eff',
    head: ['shortest proof', 'theorems', ...members.map(({ name }) => name)],
    rows: bands.flatMap(([label, low, high]) => {
      const those = proved.filter(({ length }) => length >= low && length <= high)
      if (those.length === 0) return []
      const share = (member: number) =>
        percent(
          mean(those.map(({ ordinary }) => (ordinary[member] && solvedWithin(ordinary[member], run.passes) ? 1 : 0))),
        )
      return [[label, String(those.length), ...members.map((_, i) => share(i))]]
    }),
    note: 'Of the theorems somebody proved, by the tactics of the shortest proof on record: the share each member proved.',
  }
}

/** What each N_eff and their ensemble gain from training on other steps (the paper's C.1, for those of one more round). */
function gainTable(before: RunResults, after: RunResults): Table {
  const [first, second] = [summarise(before), summarise(after)]
  const passes = Math.min(before.run.passes, after.run.passes)
  const columns = [1, 4, 16, 64].filter((k) => k <= passes)
  const theorems = new Map(before.theorems.map((theorem) => [theorem.name, theorem]))
  /** By the members that `which` names: solved within the passes of the run, before and after. */
  const pairs = (which: (member: number) => boolean): [boolean, boolean][] =>
    after.theorems.flatMap((theorem): [boolean, boolean][] => {
      const earlier = theorems.get(theorem.name)
      if (earlier === undefined || earlier.outcome !== 'done' || theorem.outcome !== 'done') return []
      const solved = ({ ordinary }: TheoremResult) =>
        ordinary.some((counts, member) => which(member) && solvedWithin(counts, passes))
      return [[solved(earlier), solved(theorem)]]
    })
  const row = (name: string, points: readonly Summary['ensemble']['curve'][], which: (member: number) => boolean) => {
    const at = (side: number, k: number) => rateAt(points[side] ?? [], k)
    const test = mcnemar(pairs(which))
    return [
      name,
      ...columns.flatMap((k) => [percent(at(0, k)), percent(at(1, k)), signed(at(1, k) - at(0, k))]),
      `${test.onlyFirst} : ${test.onlySecond}`,
      pText(test.p),
    ]
  }
  return {
    title: 'Coverage before and after',
    head: [
      '',
      ...columns.flatMap((k) => [`pass@${k} before`, 'after', 'gain']),
      'only before : only after',
      'p (McNemar)',
    ],
    rows: [
      ...second.members.map((member, i) =>
        row(member.name, [first.members[i]?.curve ?? [], member.curve], (other) => other === i),
      ),
      row('ensemble', [first.ensemble.curve, second.ensemble.curve], () => true),
    ],
    note: `Only : only are theorems solved within ${passes} passes, of each member for the ensemble.`,
  }
}

function memberTable(results: RunResults): Table {
  const { members, passes, counts } = summarise(results)
  const columns = [...new Set([1, 4, 16, passes])].filter((k) => k <= passes)
  return {
    title: `Coverage at ${passes} passes, ${counts.done} theorems`,
    head: ['', ...columns.map((k) => `pass@${k}`), '95 % interval'],
    rows: members.map(({ name, curve }) => {
      const last = curve.at(-1)?.rate
      return [
        name,
        ...columns.map((k) => percent(rateAt(curve, k))),
        last === undefined ? '-' : `${percent(last.low)} - ${percent(last.high)}`,
      ]
    }),
  }
}

/** Greedy confidence and effective branching of the family on held-out steps. */
async function confidenceTable({ policies }: Setting): Promise<Table> {
  const lookAt = async (directory: string): Promise<readonly EvaluationMetrics[]> => {
    const { training } = await readLogLinear(directory)
    return (training.evaluations ?? []) as EvaluationMetrics[]
  }
  const rows: string[][] = []
  for (const nEff of N_EFFS) {
    const directory = join(policies, `neff-${nEff}`)
    const { training } = await readLogLinear(directory)
    const own = training.onTrainingData as EvaluationMetrics
    const last = (await lookAt(directory)).at(-1)
    const number = (x: number | undefined) => (x === undefined ? '-' : x.toFixed(3))
    rows.push([
      String(nEff),
      number(1 / nEff),
      number(own.confidence),
      number(own.greedyConfidence),
      number(last?.greedyConfidence),
      number(last?.branching),
      number(last?.crossEntropy),
    ])
  }
  return {
    title: 'Confidence and branching of the family',
    head: [
      'N_eff',
      '1/N_eff',
      'p of training tactic',
      'greedy p, training',
      'greedy p, held out',
      'branching, held out',
      'held-out CE',
    ],
    rows,
    note: 'Means over steps. Branching is exp(entropy) of the distribution over all candidates; held out are theorems whose steps were not trained on.',
  }
}
