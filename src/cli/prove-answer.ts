import type { ProofRecord, RefusalRecord } from '../ensemble/journal.ts'
import { configOf, type Member } from '../ensemble/member.ts'
import type { Refutation } from '../ensemble/refute.ts'
import type { TurnsOutcome } from '../ensemble/turns.ts'
import type { Engine } from '../lean/engine.ts'
import type { PlacedTheorem } from '../lean/placed.ts'
import type { PolicyUsage } from '../policy/policy.ts'
import { kernelsText } from '../proof/kernels.ts'
import type { Theorem } from '../proof/theorem.ts'
import { plural } from '../report/plural.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import { type StrategyName, strategyOf } from '../search/strategies.ts'
import { authorsOf } from '../search/tree.ts'
import type { LimitFlags } from './options.ts'
import { alsoChecked, seconds, waited } from './terminal.ts'

/** What `hedge prove` was told. */
export type ProveFlags = LimitFlags & {
  header?: string
  budget: number
  depth: number
  passes?: number
  search: StrategyName
  width: number
  seed: string
  policy?: readonly string[]
  temperature: number
  topP?: number
  workers: number
  lean?: string
  root?: string
  allowAutoBound?: true
  json?: true
  out?: string
  tree?: string
  view?: true
  verbose?: true
}

/** Says that a statement is false, with the counterexample and its verified source. */
export function sayRefuted(
  theorem: Theorem,
  { text, source, ...rest }: Refutation,
  engine: Engine,
  asJson: boolean,
): void {
  if (asJson) {
    const { axioms, kernels, values, tactics } = rest
    const verdict = { kind: 'verified', axioms, ...(kernels && { kernels }) }
    console.log(
      JSON.stringify(
        { theorem, result: 'false', counterexample: text, values, proof: tactics, source, verdict },
        null,
        2,
      ),
    )
    return
  }
  console.log(`${theorem.name}: false: ${text}\n\n${source}`)
  const kernels = kernelsText(rest.kernels)
  console.log(
    `Verified by Lean ${engine.leanVersion.slice(0, 24)} in a second process: ${axiomsText(rest.axioms)}${kernels === '' ? '' : `; ${kernels}`}.`,
  )
}

/** Why a search ended without a proof, in one clause. */
function reasonOf({ completion, ends }: TurnsOutcome, flags: ProveFlags, members: number): string {
  if (completion === undefined) return 'interrupted'
  if (completion === 'wallClock') return `the wall clock of ${seconds(flags.budget)} ran out`
  const { passes } = flags
  if (passes !== undefined && ends.length >= passes * members)
    return `all ${passes} passes${members > 1 ? ' of each member' : ''} are used up`
  if (ends.includes('depthLimit')) return `every path reached the depth of ${flags.depth} or failed`
  if (ends.includes('expansions')) return 'all expansions are used up'
  return 'nothing is left to try'
}

/** A finished script that the verifier did not take. */
export type Refused = Omit<RefusalRecord, 'key'>

function axiomsText(axioms: readonly string[]): string {
  return axioms.length === 0 ? 'no axioms beyond those of the library' : `axioms: ${axioms.join(', ')}`
}

export function workOf({ expansions, tacticsRun }: Readonly<SearchStatistics>): string {
  return `${plural(expansions, 'expansion')}, ${plural(tacticsRun, 'tactic')}`
}

/** What a search came to, with what it was told and what it ran on. */
export type ProveOutcome = {
  readonly theorem: Theorem
  readonly flags: ProveFlags
  readonly members: readonly Member[]
  readonly engine: Engine
  readonly run: TurnsOutcome
  readonly proof: ProofRecord | undefined
}

/** Says in text how a search ended, with the proof where there is one. */
export function sayOutcome(
  { theorem, flags, members, engine, run, proof }: ProveOutcome,
  placed: PlacedTheorem | undefined,
): void {
  const { statistics, proved } = run
  const passes = members.some(({ search }) => strategyOf(search.kind).byPasses)
    ? `${plural(run.ends.length, 'pass', 'passes')}, `
    : ''
  for (const { member, requests, promptTokens, completionTokens, tooLong, cost } of usageOf(members).usage ?? []) {
    const price = cost > 0 ? `, cost ${cost.toPrecision(3)}` : ''
    const left = tooLong > 0 ? `, ${tooLong} proof states did not fit` : ''
    console.error(`${member}: ${requests} requests, ${promptTokens} + ${completionTokens} tokens${price}${left}`)
  }
  for (const { name, remarks } of members) for (const remark of remarks?.() ?? []) console.error(`${name}: ${remark}`)
  const work = `${passes}${workOf(statistics)}, ${waited()}`
  if (proof === undefined || proved === undefined) {
    console.log(`${theorem.name}: not proved: ${reasonOf(run, flags, members.length)} (${work})`)
  } else {
    const by = members.length > 1 ? ` by ${byWhom(run, members)}` : ''
    console.log(`${theorem.name}: proved${by} (${work})\n`)
    // What stands before it in its file is not shown again.
    console.log(placed === undefined ? proof.source : proof.source.slice(theorem.header.trim().length).trimStart())
    const kernels = kernelsText(proof.kernels)
    const also = `${kernels === '' ? '' : `; ${kernels}`}${alsoChecked(proof.alsoCheckedBy ?? [])}`
    console.log(
      `Verified by Lean ${engine.leanVersion.slice(0, 24)} in a second process: ${axiomsText(proof.axioms)}${also}.`,
    )
  }
}

/** By step of the proof as it was found: the member that ran it first. */
function stepAuthors({ tree, proved }: TurnsOutcome, members: readonly Member[]): string[] {
  return authorsOf(tree, proved?.proof.tactics ?? []).map((by) => (by === undefined ? '?' : (members[by]?.name ?? '?')))
}

/** Who found the proof, and where one went on from what another wrote, who took which step. */
function byWhom(run: TurnsOutcome, members: readonly Member[]): string {
  const authors = stepAuthors(run, members)
  const name = run.proved?.member.name ?? ''
  const wholes = members.some(({ search }) => search.kind === 'whole')
  if (!wholes || authors.every((author) => author === name)) return name
  return `${name}, its steps by ${authors.map((author, i) => `${i + 1} ${author}`).join(', ')}`
}

/** What members on model servers have cost; the others are not listed. */
function usageOf(members: readonly Member[]): {
  usage?: readonly (PolicyUsage & { member: string; remarks: readonly string[] })[]
} {
  const usage = members.flatMap(({ name, usage, remarks }) =>
    usage === undefined ? [] : [{ member: name, ...usage(), remarks: remarks?.() ?? [] }],
  )
  return usage.length === 0 ? {} : { usage }
}

/** The same for programs. */
export function outcomeAsJson(
  { theorem, flags, members, engine, run, proof }: ProveOutcome,
  refused: readonly Refused[],
): object {
  return {
    theorem,
    result: proof !== undefined ? 'proved' : run.completion === undefined ? 'interrupted' : 'notProved',
    ...(proof === undefined
      ? { reason: reasonOf(run, flags, members.length) }
      : {
          proof: proof.tactics,
          source: proof.source,
          verdict: {
            kind: 'verified',
            axioms: proof.axioms,
            ...(proof.kernels === undefined ? {} : { kernels: proof.kernels }),
            ...(proof.alsoCheckedBy && { alsoCheckedBy: proof.alsoCheckedBy }),
          },
          provedBy: run.proved?.member.name,
          ...(members.length > 1 && { stepsBy: stepAuthors(run, members) }),
        }),
    ...(refused.length === 0 ? {} : { refused }),
    statistics: run.statistics,
    passes: run.ends.length,
    ...usageOf(members),
    config: {
      members: members.map(configOf),
      seed: flags.seed,
      budgetMs: flags.budget,
      depth: flags.depth,
      passes: flags.passes ?? null,
      heartbeats: flags.heartbeats,
      tacticTimeoutMs: flags.tacticTimeout,
      workers: engine.processes,
    },
    lean: { version: engine.leanVersion, libraryHash: engine.libraryHash },
  }
}
