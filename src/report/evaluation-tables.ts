import type { Rate } from '../results/statistics.ts'
import type { MatchedCompute, Point, Summary } from '../results/summary.ts'
import { plural } from './plural.ts'
import type { Table } from './table.ts'

/** Every table of the report, in order. */
export function evaluationTables(summary: Summary): Table[] {
  return [
    headline(summary),
    byPasses(summary),
    ...matched(summary),
    members(summary),
    overlap(summary),
    frontier(summary),
    contributions(summary),
    refused(summary),
  ].filter((table) => table.rows.length > 0)
}

/** How the warning of a run with open theorems begins. */
export const INCOMPLETE = 'The run is not complete'

/** What the numbers are of, for a reader who has only the report. */
export function evaluationFacts(summary: Summary): [string, string][] {
  const { counts, effort, proofLengths } = summary
  const asked = effort.cacheHits + effort.tacticsRun
  return [
    ['Theorems', `${summary.dataset}, SHA-256 ${summary.datasetHash.slice(0, 12)}`],
    ['Counted', `${counts.done} of ${counts.theorems}${counts.open > 0 ? `; ${counts.open} still open` : ''}`],
    [
      'Not counted',
      `${counts.statementErrors} whose statement does not elaborate, ${counts.engineErrors} on which Lean or a policy failed`,
    ],
    ['Out of time', `${plural(counts.cutByClock, 'theorem')} used up the wall clock before the passes`],
    [
      'Proofs',
      `${plural(counts.proved, 'theorem')}; median ${plural(proofLengths.median, 'step')}, mean ${number(proofLengths.mean)}`,
    ],
    ['Kernels', kernelsOf(summary)],
    ['Estimator', estimatorText(summary)],
    ['Mode', `${summary.mode}, ${plural(summary.passes, 'pass', 'passes')} each, seed ${summary.seed}`],
    ['Lean', `${summary.leanVersion}, library ${summary.libraryHash.slice(0, 12)}`],
    ['Program', summary.commits.join(', ')],
    [
      'Cache',
      asked === 0
        ? 'no tactics were run'
        : `${percent(effort.cacheHits / asked)} of ${asked} tactics were known already`,
    ],
    ...modelServers(summary),
    ['Begun', summary.startedAt],
  ]
}

/** Only for runs that asked one. */
function modelServers({ spending }: Summary): [string, string][] {
  const { requests, retries, samples, truncated, tooLong, promptTokens, completionTokens, cost } = spending
  if (requests === 0 && tooLong === 0) return []
  const unfit = tooLong > 0 ? `; ${tooLong} proof states did not fit` : ''
  const price = cost > 0 ? `; cost ${cost.toPrecision(3)}` : ''
  const text =
    `${requests} requests (${retries} made again), ${promptTokens} + ${completionTokens} tokens, ` +
    `${samples} draws, of which ${truncated} were no tactic${unfit}${price}`
  return [['Model servers', text]]
}

/** Things a reader must know before quoting a number. */
export function evaluationWarnings(summary: Summary): string[] {
  const warnings: string[] = []
  if (summary.counts.open > 0)
    warnings.push(`${INCOMPLETE}: ${plural(summary.counts.open, 'open theorem')} not counted.`)
  if (/\(first \d+ of \d+\)/.test(summary.dataset))
    warnings.push('Only a part of the set was run: these are not the numbers of the set.')
  if (/^library(-novel|-sample)?\.jsonl/.test(summary.dataset))
    warnings.push(
      "The theorems are those of Lean's own library, a stand-in for the Mathlib split: not comparable with numbers on Mathlib.",
    )
  return warnings
}

function estimatorText({ estimator }: Summary): string {
  return estimator === 'unbiased'
    ? 'unbiased pass@k over all passes of a theorem; where time ran out before pass k, what was found'
    : 'solved within k passes: members stop at the first proof, or go on from goals that were solved before, so pass@k cannot be estimated'
}

function label({ estimator }: Summary, k: number): string {
  return estimator === 'unbiased' ? `pass@${k}` : `within ${k}`
}

function nEff(value: number | null): string {
  return value === null ? '-' : String(value)
}

/** The paper's Table 2: each member, the ensemble, and the first member at the ensemble's cost. */
function headline(summary: Summary): Table {
  const { passes, members, ensemble, matched, comparable } = summary
  const full = matched.find((one) => one.passesEach === passes)
  const last = (points: readonly Point[]) => points.at(-1)?.rate
  const rows = (comparable ? members : []).map((member) => [
    member.name,
    nEff(member.nEff),
    ...rateCells(last(member.coverage)),
  ])
  const strong: number[] = []
  if (members.length > 1) {
    strong.push(rows.length)
    rows.push([`ensemble of ${members.length}`, '', ...rateCells(last(ensemble.coverage))])
  }
  if (full !== undefined)
    rows.push([
      `${members[0]?.name} at ${members.length} x ${passes} passes`,
      nEff(members[0]?.nEff ?? null),
      ...rateCells(full.alone),
    ])
  return {
    title: `Coverage at ${passes} passes`,
    head: ['', 'N_eff', label(summary, passes), '95 % interval'],
    rows,
    strong,
    note: `${estimatorText(summary)}. Intervals are Wilson's, over theorems.`,
  }
}

/** The paper's Table 4: coverage as passes grow. */
function byPasses(summary: Summary): Table {
  const { columns, members, ensemble, comparable } = summary
  const row = (name: string, points: readonly Point[]) => [name, ...points.map(({ rate }) => percent(rate.value))]
  const rows = (comparable ? members : []).map((member) => row(member.name, member.coverage))
  if (members.length > 1) rows.push(row('ensemble', ensemble.coverage))
  return {
    title: 'Coverage by number of passes',
    head: ['', ...columns.map((k) => label(summary, k))],
    rows,
    strong: members.length > 1 ? [rows.length - 1] : [],
    note: 'An ensemble at k passes gives each member k passes.',
  }
}

function matched(summary: Summary): Table[] {
  const first = summary.members[0]?.name ?? ''
  const row = ({ passesEach, members, ensemble, alone, test }: MatchedCompute) => [
    `${members} x ${passesEach}`,
    percent(ensemble.value),
    percent(alone.value),
    signed(ensemble.value - alone.value),
    `${test.onlyFirst} : ${test.onlySecond}`,
    pText(test.p),
  ]
  return [
    {
      title: `The ensemble beside ${first} alone, at equal cost`,
      head: ['passes', 'ensemble', 'alone', 'difference', 'only : only', 'p'],
      rows: summary.matched.map(row),
      note: "Only : only are theorems that only the ensemble, and only the first member alone, proved in those passes; p is McNemar's exact test on them.",
    },
  ]
}

function members({ members, passes, comparable }: Summary): Table {
  const several = members.length > 1 ? members : []
  if (!comparable)
    return {
      title: 'Who proves it first',
      head: ['', 'theorems proved'],
      rows: several.map((member) => [member.name, String(member.solved)]),
      note: 'A theorem that one member has proved is not tried by the others: this does not say which member is better.',
    }
  return {
    title: 'Who proves what',
    head: ['', 'theorems proved', 'proved by nobody else'],
    rows: several.map((member) => [member.name, String(member.solved), String(member.alone)]),
    note: `Within ${passes} passes each.`,
  }
}

function overlap({ overlaps }: Summary): Table {
  return {
    title: 'Members in pairs',
    head: ['', 'both', 'only first', 'only second', 'p (McNemar)'],
    rows: overlaps.map(({ first, second, both, test }) => [
      `${first} / ${second}`,
      String(both),
      String(test.onlyFirst),
      String(test.onlySecond),
      pText(test.p),
    ]),
  }
}

function frontier({ frontier, members }: Summary): Table {
  return {
    title: 'The best member at each number of passes',
    head: ['passes', 'member', 'coverage'],
    rows: members.length > 1 ? frontier.map(({ k, member, rate }) => [String(k), member, percent(rate.value)]) : [],
    note: 'The Pareto frontier over confidence limits, where members differ in theirs.',
  }
}

function contributions({ contributions }: Summary): Table {
  return {
    title: 'Proofs of several members, step by step',
    head: ['theorem and step', 'member'],
    rows: contributions.flatMap(({ theorem, steps }) =>
      steps.map(({ tactic, member }, i) => [`${theorem} ${i + 1}: ${tactic.split('\n')[0]}`, member]),
    ),
    note: 'The member that ran the step first.',
  }
}

export const REFUSED_TITLE = 'Finished scripts that the verifier refused'
/** Rows of the report; the JSON has all, with Lean's messages. */
const LISTED_REFUSALS = 30

/** The reason stands in the first column, which is the one for text. */
function refused({ refusals }: Summary): Table {
  const more = refusals.length - LISTED_REFUSALS
  return {
    title: REFUSED_TITLE,
    head: ['theorem and reason', 'member', 'steps'],
    rows: refusals
      .slice(0, LISTED_REFUSALS)
      .map(({ theorem, reason, member, tactics }) => [`${theorem}: ${reason}`, member, String(tactics.length)]),
    ...(more > 0 ? { note: `${more} more are in the JSON of this report.` } : {}),
  }
}

function rateCells(rate: Rate | undefined): string[] {
  return rate === undefined || Number.isNaN(rate.value)
    ? ['-', '-']
    : [percent(rate.value), `${percent(rate.low)} - ${percent(rate.high)}`]
}

/** A p-value to three places. */
export function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '-'
}

/** A difference of shares, in percentage points. */
export function signed(share: number): string {
  return `${share >= 0 ? '+' : '-'}${(100 * Math.abs(share)).toFixed(1)}`
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : '-'
}

/** Who accepted the proofs: one of each theorem is counted. */
function kernelsOf({ kernels }: Summary): string {
  const of = (word: string): number => kernels[word] ?? 0
  const alone = of('unfinished') > 0 ? `; ${of('unfinished')} by Lean's kernel alone, ours reached a limit` : ''
  const unknown = of('not asked') > 0 ? `; ${of('not asked')} by Lean alone, no second kernel was asked` : ''
  return `${of('accepted')} proofs accepted by two kernels${alone}${unknown}`
}
