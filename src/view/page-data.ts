import { kernelsText } from '../proof/kernels.ts'
import { countSteps } from '../proof/steps.ts'
import { evaluationPlots } from '../report/evaluation-plots.ts'
import {
  evaluationFacts,
  evaluationTables,
  evaluationWarnings,
  INCOMPLETE,
  REFUSED_TITLE,
} from '../report/evaluation-tables.ts'
import { outcomeOf, passesOf } from '../report/theorem-rows.ts'
import { storedKernels } from '../results/journal.ts'
import { memberSolves, type Refusal } from '../results/read-run.ts'
import { type Summary, summarise } from '../results/summary.ts'
import { isShorter } from '../search/tree.ts'
import type {
  MemberPart,
  OverlapMatrix,
  RefusedScript,
  RunOverview,
  RunPage,
  RunState,
  ShownProof,
  TheoremPage,
  TheoremRow,
} from './data.ts'
import type { RunReader, RunSnapshot } from './run-reader.ts'

/** Where a run stands among others. */
export type Place = { readonly id: string; readonly file: string }

/** Nobody has written for so long: nobody is at work. */
const IDLE_MS = 3 * 60_000

export function overviewOf({ results, lastAt, pace }: RunSnapshot, summary: Summary, place: Place): RunOverview {
  const { run, members } = results
  const { counts } = summary
  const points = members.length > 1 ? summary.ensemble : summary.members[0]
  const rate = points?.coverage.at(-1)?.rate
  const quiet = Date.now() - Date.parse(lastAt ?? run.started_at)
  const state: RunState = counts.open === 0 ? 'complete' : quiet < IDLE_MS ? 'running' : 'idle'
  return {
    id: place.id,
    file: place.file,
    key: run.key,
    dataset: run.dataset,
    mode: run.mode,
    passes: run.passes,
    members: members.map(({ name }) => name),
    theorems: counts.theorems,
    done: counts.done,
    proved: counts.proved,
    open: counts.open,
    errors: counts.statementErrors + counts.engineErrors,
    coverage: rate === undefined || Number.isNaN(rate.value) ? null : rate,
    curve: (points?.curve ?? []).flatMap(({ k, rate }) => (Number.isNaN(rate.value) ? [] : [{ k, value: rate.value }])),
    startedAt: run.started_at,
    lastAt,
    leftMs: state === 'running' ? leftMs(results, summary, lastAt, pace) : null,
    state,
  }
}

/** In union mode by passes, which all run; else by theorems, which end early. */
function leftMs(
  { run, members, theorems }: RunSnapshot['results'],
  { counts }: Summary,
  lastAt: string | null,
  pace: RunSnapshot['pace'],
): number | null {
  if (lastAt === null) return null
  if (run.mode !== 'union') {
    const passed = Date.parse(lastAt) - Date.parse(run.started_at)
    return counts.done === 0 ? null : (passed / counts.done) * counts.open
  }
  if (pace === null || pace.passes === 0) return null
  const quota = members.reduce((sum, member) => sum + member.quota, 0)
  const open = theorems.filter(({ outcome }) => outcome === 'open')
  const left = open.reduce((sum, theorem) => sum + Math.max(0, quota - passesOf(theorem)), 0)
  return (left / pace.passes) * pace.ms
}

export async function runPage(snapshot: RunSnapshot, place: Place): Promise<RunPage> {
  const summary = summarise(snapshot.results)
  const { run, members, theorems } = snapshot.results
  const quota = members.reduce((sum, member) => sum + member.quota, 0)
  const overview = overviewOf(snapshot, summary, place)
  return {
    overview,
    facts: evaluationFacts(summary),
    // That a run under way is not complete is no news.
    warnings: evaluationWarnings(summary).filter(
      (text) => overview.state !== 'running' || !text.startsWith(INCOMPLETE),
    ),
    tables: evaluationTables(summary).filter(({ title }) => title !== REFUSED_TITLE),
    plots: summary.counts.done > 0 ? await evaluationPlots(summary) : [],
    parts: partsOf(snapshot),
    overlap: overlapOf(summary),
    refusals: refusedScripts(snapshot),
    passesDone: theorems.reduce((sum, theorem) => sum + passesOf(theorem), 0),
    passesPlanned: run.mode === 'union' ? quota * theorems.length : 0,
  }
}

function partsOf({ results: { members, theorems }, sums }: RunSnapshot): MemberPart[] {
  return members.map(({ id, name, quota }, member) => {
    const sum = sums.get(id)
    return {
      name,
      quota,
      passes: theorems.reduce((total, { counts }) => total + (counts[member]?.n ?? 0), 0),
      proved: theorems.filter(({ counts }) => counts[member]?.first !== undefined).length,
      units: sum?.units ?? 0,
      tacticsRun: sum?.tacticsRun ?? 0,
      policyMs: sum?.policyMs ?? 0,
      leanMs: sum?.leanMs ?? 0,
      verifierMs: sum?.verifierMs ?? 0,
      totalMs: sum?.totalMs ?? 0,
    }
  })
}

function overlapOf({ members, overlaps }: Summary): OverlapMatrix | null {
  if (overlaps.length === 0) return null
  const names = members.map(({ name }) => name)
  const only = members.map(({ solved }, i) => members.map((_, j) => (i === j ? solved : 0)))
  for (const { first, second, test } of overlaps) {
    const [i, j] = [names.indexOf(first), names.indexOf(second)]
    const [above, below] = [only[i], only[j]]
    if (above !== undefined) above[j] = test.onlyFirst
    if (below !== undefined) below[i] = test.onlySecond
  }
  return { members: names, only }
}

function refusedScripts({ results: { refusals, theorems } }: RunSnapshot): RefusedScript[] {
  const positions = new Map(theorems.map(({ name }, position) => [name, position]))
  return refusals.map((refusal) => refused(refusal, positions.get(refusal.theorem) ?? 0))
}

const refused = (refusal: Refusal, position: number): RefusedScript => ({ ...refusal, position })

export function theoremRows({ results, times }: RunSnapshot): TheoremRow[] {
  return results.theorems.map((theorem, position) => ({
    position,
    name: theorem.name,
    statement: theorem.statement,
    outcome: outcomeOf(theorem),
    by: results.members.flatMap((member, i) =>
      memberSolves(theorem, i, Math.max(results.run.passes, member.quota)) ? [i] : [],
    ),
    passes: passesOf(theorem),
    seconds:
      Math.round(results.members.reduce((sum, { id }) => sum + (times.get(`${theorem.id}/${id}`) ?? 0), 0) / 100) / 10,
    steps: theorem.proof === undefined ? null : countSteps(theorem.proof.tactics),
    message: theorem.message ?? '',
  }))
}

/** @throws RangeError where the run has no such theorem */
export function theoremPage(
  reader: RunReader,
  snapshot: RunSnapshot,
  position: number,
  exported: boolean,
): TheoremPage {
  const { members, theorems, refusals } = snapshot.results
  const theorem = theorems[position]
  if (theorem === undefined) throw new RangeError(`the run has no theorem ${position}`)
  return {
    position,
    name: theorem.name,
    header: theorem.header,
    statement: theorem.statement,
    outcome: outcomeOf(theorem),
    message: theorem.message ?? '',
    proofs: reader
      .proofs(theorem.id)
      .map(
        ({ tactics, source, axioms, kernels }): ShownProof => ({
          tactics: JSON.parse(tactics) as string[],
          source,
          axioms: JSON.parse(axioms) as string[],
          kernels: kernelsText(storedKernels(kernels)),
        }),
      )
      .sort((a, b) => (isShorter(a.tactics, b.tactics) ? -1 : 1)),
    refusals: refusals
      .filter((refusal) => refusal.theorem === theorem.name)
      .map((refusal) => refused(refusal, position)),
    members: members.map(({ id, name }, i) => ({
      name,
      passes: theorem.counts[i]?.n ?? 0,
      proved: theorem.counts[i]?.c ?? 0,
      seconds: Math.round((snapshot.times.get(`${theorem.id}/${id}`) ?? 0) / 100) / 10,
    })),
    count: theorems.length,
    exported,
  }
}
