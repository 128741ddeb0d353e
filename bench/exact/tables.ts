import { createRandom } from '../../src/proof/random.ts'
import { type Table, tableMarkdown } from '../../src/report/table.ts'
import { atTemperature, ensembleAt, holm, pairedDifference, passAt, passProbability } from './coverage.ts'
import { type Graph, shortestProof } from './graph.ts'
import type { StudyPolicy } from './policies.ts'

/** As in the paper's Lean runs. */
const DEPTH = 30
const PASSES = [1, 4, 16, 64, 320]
export const TEMPERATURES = [0.7, 1, 1.5, 2, 2.5, 3]

/** Pass probabilities of one policy at one temperature, by theorem. */
export type Curve = { readonly name: string; readonly ps: readonly number[]; readonly unexplored: number }

/** Every policy at every temperature over all graphs. */
export function curvesOf(graphs: readonly Graph[], policies: readonly StudyPolicy[]): Map<string, Curve> {
  const curves = new Map<string, Curve>()
  for (const policy of policies) {
    const distributions = graphs.map(({ states }) =>
      states.map((state) => (state.edges === undefined ? new Map<string, number>() : policy.at(state))),
    )
    for (const temperature of TEMPERATURES) {
      const results = graphs.map((graph, g) =>
        passProbability(
          graph,
          (at) => atTemperature(distributions[g]?.[at] as Map<string, number>, temperature),
          DEPTH,
        ),
      )
      const name = temperature === 1 ? policy.name : `${policy.name} at T ${temperature}`
      const unexplored = results.reduce((sum, r) => sum + r.unexplored, 0) / Math.max(1, results.length)
      curves.set(name, { name, ps: results.map(({ proved }) => proved), unexplored })
    }
  }
  return curves
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length)

export function coverageTable(curves: readonly Curve[]): Table {
  return {
    title: 'Coverage at N passes in all, exact',
    head: ['policy', ...PASSES.map((n) => `pass@${n}`), 'not followed'],
    rows: curves.map(({ name, ps, unexplored }) => [
      name,
      ...PASSES.map((n) => percent(mean(ps.map((p) => passAt(p, n))))),
      percent(unexplored),
    ]),
    note: 'Not followed: how likely a pass is to come to a state whose candidates were not run, where it counts as failed.',
  }
}

/** A comparison that was written down before the run: both sides at the same number of passes in all. */
export type Hypothesis = {
  readonly text: string
  readonly left: readonly string[]
  readonly right: readonly string[]
  readonly passes: number
}

/** Every member at k times the passes, temperatures as the control, and the ensemble beside the best of both. */
export function hypotheses(family: readonly string[]): Hypothesis[] {
  const [first, ...others] = family
  const widest = family.at(-1)
  if (first === undefined || widest === undefined) return []
  const heated = TEMPERATURES.map((t) => (t === 1 ? first : `${first} at T ${t}`)).slice(1, family.length + 1)
  const passes = 64 * family.length
  return [
    ...family.map((member) => ({
      text: `ensemble of N_eff - ${member} at ${family.length} times the passes`,
      left: family,
      right: [member],
      passes,
    })),
    { text: 'ensemble of N_eff - ensemble of temperatures', left: family, right: heated, passes },
    ...TEMPERATURES.filter((t) => t > 1).map((t) => ({
      text: `ensemble of N_eff - ${first} at T ${t}`,
      left: family,
      right: [`${first} at T ${t}`],
      passes,
    })),
    ...others.map((member) => ({
      text: `${member} - ${first}, 64 passes each`,
      left: [member],
      right: [first],
      passes: 64,
    })),
  ]
}

export function hypothesisTable(curves: ReadonlyMap<string, Curve>, tested: readonly Hypothesis[]): Table {
  const random = createRandom('exact study')
  const at = (names: readonly string[], n: number) => {
    const members = names.map((name) => (curves.get(name) as Curve).ps)
    return (members[0] ?? []).map((_, i) =>
      ensembleAt(
        members.map((ps) => ps[i] as number),
        n,
      ),
    )
  }
  const results = tested.map(({ left, right, passes }) =>
    pairedDifference(at(left, passes), at(right, passes), () => random.next()),
  )
  const corrected = holm(results.map(({ p }) => p))
  const points = (share: number) => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)}`
  return {
    title: 'Comparisons at equal cost',
    head: ['left - right', 'passes in all', 'points', '95 % over theorems', 'p, corrected'],
    rows: tested.map(({ text, passes }, i) => {
      const { mean, low, high } = results[i] as (typeof results)[number]
      return [
        text,
        String(passes),
        points(mean),
        `${points(low)} to ${points(high)}`,
        (corrected[i] as number).toFixed(3),
      ]
    }),
    note: `p of a sign-flip test over theorems, Holm-corrected for all ${tested.length} rows.`,
  }
}

/** Coverage of the members by the length of the shortest proof known from the graphs. */
export function lengthTable(graphs: readonly Graph[], curves: readonly Curve[]): Table {
  const lengths = graphs.map(shortestProof)
  const groups = [
    ['one tactic', (n: number | undefined) => n === 1],
    ['two or more', (n: number | undefined) => n !== undefined && n > 1],
  ] as const
  return {
    title: 'Short and long proofs apart, pass@64',
    head: ['policy', ...groups.map(([name, is]) => `${name} (${lengths.filter(is).length})`)],
    rows: curves.map(({ name, ps }) => [
      name,
      ...groups.map(([, is]) => percent(mean(ps.filter((_, i) => is(lengths[i])).map((p) => passAt(p, 64))))),
    ]),
  }
}

/** A family beside another one, member by member and as ensembles, at the same passes: what a change of the policies did. */
export function besides(family: readonly string[], other: readonly string[]): Hypothesis[] {
  const pairs = family.map((name, i) => [name, other[i]] as const)
  return [
    ...pairs.flatMap(([left, right]) =>
      right === undefined
        ? []
        : [1, 64].map((passes) => ({ text: `${left} - ${right}`, left: [left], right: [right], passes })),
    ),
    ...[5, 320].map((passes) => ({ text: 'ensemble - ensemble of the other', left: family, right: other, passes })),
  ]
}

/** @param other names of a second family, compared with the first; none where there is none */
export function studyText(
  graphs: readonly Graph[],
  family: readonly string[],
  curves: ReadonlyMap<string, Curve>,
  other: readonly string[] = [],
): string {
  const plain = family.map((name) => curves.get(name) as Curve)
  const [first] = family
  const heated = [...curves.values()].filter(({ name }) => name.startsWith(`${first} at T`))
  const rest = [...curves.values()].filter(
    ({ name }) =>
      !family.some((member) => name === member || name.startsWith(`${member} at T`)) && !name.includes(' at T '),
  )
  const tables = [
    coverageTable([...plain, ...heated, ...rest]),
    hypothesisTable(curves, hypotheses(family)),
    ...(other.length === 0
      ? []
      : [{ ...hypothesisTable(curves, besides(family, other)), title: 'Beside the other family, at equal cost' }]),
    lengthTable(graphs, plain),
  ]
  const found = graphs.filter((graph) => shortestProof(graph) !== undefined).length
  return `${graphs.length} theorems, ${found} with a proof in the graph.\n\n${tables.map(tableMarkdown).join('\n\n')}\n`
}
