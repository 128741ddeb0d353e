import { writeFile } from 'node:fs/promises'
import { loadTheorems } from '../src/dataset/theorem-file.ts'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import type { ProofSession } from '../src/lean/engine.ts'
import { verifyProof } from '../src/lean/verifier.ts'
import { BaselinePolicy } from '../src/policy/baseline.ts'
import { ONE_SHOT_TACTICS } from '../src/policy/one-shot.ts'
import { buildPremiseIndex, type PremiseIndex } from '../src/policy/premises.ts'
import type { Proof } from '../src/proof/proof.ts'
import { createRandom } from '../src/proof/random.ts'
import type { Theorem } from '../src/proof/theorem.ts'
import { searchBestFirst } from '../src/search/best-first.ts'
import type { Accept } from '../src/search/outcome.ts'
import { searchRollouts } from '../src/search/rollouts.ts'
import { createTree } from '../src/search/tree.ts'
import { flagsOf } from './flags.ts'

/** One line of the table. Times are in seconds. */
type Row = {
  readonly name: string
  readonly outcome: 'proved' | 'notProved' | 'error'
  /** The limit that stopped the search, the error, or the one-shot tactic. */
  readonly detail: string
  readonly seconds: number
  readonly expansions: number
  readonly tacticsRun: number
  /** Spent in Lean (summed over workers) and in the verifier. */
  readonly engineSeconds: number
  readonly verifierSeconds: number
  readonly proof?: readonly string[]
  /** The one-shot tactic that proves it, where `--floor` asked for it. */
  readonly floor?: string
}

const USAGE = `npm run bench:minif2f -- [file] [--budget 60s] [--workers 2] [--search best-first|rollouts] [--floor]
  [--only PATTERN] [--limit N] [--width N] [--widenings N] [--alpha X] [--batch N] [--heartbeats N] [--tactic-timeout 20s]
  [--seed N] [--no-premises] [--json out.json]`

async function main(): Promise<number> {
  const { values, positionals } = flagsOf(USAGE, {
    allowPositionals: true,
    options: {
      budget: { type: 'string', default: '60s' },
      workers: { type: 'string', default: '2' },
      search: { type: 'string', default: 'best-first' },
      floor: { type: 'boolean', default: false },
      only: { type: 'string' },
      limit: { type: 'string' },
      width: { type: 'string', default: '8' },
      widenings: { type: 'string', default: '5' },
      alpha: { type: 'string', default: '0.5' },
      batch: { type: 'string', default: '2' },
      wave: { type: 'string', default: '4' },
      heartbeats: { type: 'string', default: '100000' },
      'tactic-timeout': { type: 'string', default: '25s' },
      seed: { type: 'string', default: '0' },
      'no-premises': { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  })
  const path = positionals[0] ?? '../shared/data/minif2f_core_valid.jsonl'
  const file = await loadTheorems(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    console.error(`There is no file ${path}: give the path of a MiniF2F-style JSONL file.`)
    return undefined
  })
  if (file === undefined) return 2
  for (const { line, field, message } of file.problems)
    console.error(`${path}:${line}: ${field === undefined ? '' : `${field}: `}${message}`)
  const pattern = new RegExp(values.only ?? '')
  const chosen = file.theorems
    .filter(({ theorem }) => pattern.test(theorem.name))
    .slice(0, Number(values.limit ?? file.theorems.length))

  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')))
  const engine = await EmbeddedEngine.create({ processes: Number(values.workers) })
  // Every worker up and warm before any clock runs.
  await Promise.all(
    Array.from({ length: Number(values.workers) }, () => engine.premises(chosen[0]?.theorem.header ?? '')),
  )
  const limits = { heartbeats: Number(values.heartbeats), wallClockMs: milliseconds(values['tactic-timeout']) }
  const indexes = new Map<string, PremiseIndex>()
  const policyFor = async (header: string): Promise<BaselinePolicy> => {
    if (values['no-premises']) return new BaselinePolicy()
    const index = indexes.get(header) ?? buildPremiseIndex(await engine.premises(header))
    indexes.set(header, index)
    return new BaselinePolicy({ premises: index })
  }

  const attempt = async (theorem: Theorem): Promise<Row> => {
    const policy = await policyFor(theorem.header)
    const begun = performance.now()
    const row = { name: theorem.name, seconds: 0, expansions: 0, tacticsRun: 0, engineSeconds: 0, verifierSeconds: 0 }
    const started = await engine.start(theorem, limits, interrupt.signal)
    if (started.kind === 'rejected')
      return { ...row, outcome: 'error', detail: `${started.where}: ${started.diagnostics[0]?.text ?? ''}` }
    const { session } = started
    try {
      const accept = (proof: Proof) => verifyProof(engine, theorem, proof)
      const floor = values.floor ? await floorOf(session, accept, interrupt.signal) : undefined
      const tree = createTree(session.root)
      const budget = { wallClockMs: milliseconds(values.budget), depth: 30, signal: interrupt.signal }
      const concurrency = Number(values.workers)
      const start = performance.now()
      const { result, statistics } =
        values.search === 'rollouts'
          ? await searchRollouts(tree, session, policy, {
              budget: { ...budget, passes: 100_000 },
              accept,
              random: createRandom(values.seed),
              stopAtFirstProof: true,
              block: 8,
              concurrency,
            })
          : await searchBestFirst(tree, session, policy, {
              budget,
              accept,
              concurrency,
              width: Number(values.width),
              widenings: Number(values.widenings),
              alpha: Number(values.alpha),
              batch: Number(values.batch),
              wave: Number(values.wave),
            })
      const seconds = (performance.now() - start) / 1000
      const { expansions, tacticsRun, engineMs, verifierMs } = statistics
      const counts = {
        seconds,
        expansions,
        tacticsRun,
        engineSeconds: engineMs / 1000,
        verifierSeconds: verifierMs / 1000,
      }
      const common = { ...row, ...counts, ...(floor !== undefined && { floor }) }
      if (result.kind === 'proved') return { ...common, outcome: 'proved', detail: '', proof: result.proof.tactics }
      return { ...common, outcome: 'notProved', detail: result.kind === 'outOfBudget' ? result.limit : result.kind }
    } catch (error) {
      if (interrupt.signal.aborted) throw error
      return { ...row, outcome: 'error', detail: (error as Error).message, seconds: (performance.now() - begun) / 1000 }
    } finally {
      await session.close()
    }
  }

  const rows: Row[] = []
  try {
    for (const { theorem } of chosen) {
      if (interrupt.signal.aborted) break
      const row = await attempt(theorem)
      rows.push(row)
      console.log(line(row, rows.length, chosen.length))
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
  } finally {
    await engine.dispose()
  }
  console.log(table(rows, values.floor))
  if (values.json !== undefined)
    await writeFile(
      values.json,
      `${JSON.stringify({ file: path, sha256: file.sha256, leanVersion: engine.leanVersion, options: values, rows }, null, 2)}\n`,
    )
  return interrupt.signal.aborted ? 130 : 0
}

/** The first one-shot tactic that proves the theorem, verified. */
async function floorOf(session: ProofSession, accept: Accept, signal: AbortSignal): Promise<string | undefined> {
  for (const tactic of ONE_SHOT_TACTICS) {
    const [result] = await session.runTactics(session.root, [tactic], signal)
    if (result?.kind === 'finished' && (await accept({ tactics: [tactic] })).kind === 'verified') return tactic
  }
  return undefined
}

function line(row: Row, done: number, total: number): string {
  const mark = row.outcome === 'proved' ? 'proved    ' : row.outcome === 'error' ? 'ERROR     ' : 'not proved'
  const floor = row.floor === undefined ? '' : `  [one shot: ${row.floor}]`
  const what =
    row.outcome === 'proved'
      ? (row.proof ?? [])
          .map((t) => t.replaceAll(/\s*\n\s*/g, ' ⏎ '))
          .join(' ; ')
          .slice(0, 160)
      : row.detail
  return `${String(done).padStart(3)}/${total} ${mark} ${row.seconds.toFixed(1).padStart(6)} s ${String(row.expansions).padStart(4)} nodes ${String(row.tacticsRun).padStart(5)} tactics (Lean ${row.engineSeconds.toFixed(1)} verifier ${row.verifierSeconds.toFixed(1)})  ${row.name}  ${what}${floor}`
}

function table(rows: readonly Row[], withFloor: boolean): string {
  const of = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome)
  const limits = new Map<string, number>()
  for (const row of of('notProved')) limits.set(row.detail, (limits.get(row.detail) ?? 0) + 1)
  const times = of('proved')
    .map((row) => row.seconds)
    .sort((a, b) => a - b)
  const lines = [
    '',
    `theorems    ${rows.length}`,
    `proved      ${of('proved').length} (verified)`,
    `not proved  ${of('notProved').length}${[...limits].map(([limit, n]) => `, ${limit} ${n}`).join('')}`,
    `errors      ${of('error').length}`,
    `seconds     ${rows.reduce((sum, row) => sum + row.seconds, 0).toFixed(0)} in all, median of the proved ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(1)}`,
  ]
  if (withFloor) {
    const floor = rows.filter((row) => row.floor !== undefined)
    const only = rows.filter((row) => row.outcome === 'proved' && row.floor === undefined)
    const lost = floor.filter((row) => row.outcome !== 'proved')
    lines.push(`one shot    ${floor.length} proved by the best single closer (${ONE_SHOT_TACTICS.length} tried)`)
    lines.push(`beyond it   ${only.length}; one-shot proofs the search missed: ${lost.length}`)
  }
  return lines.join('\n')
}

function milliseconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  if (match === null) throw new RangeError(`a duration like 60s, 500ms or 2m is expected, not ${text}`)
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2] as 'ms' | 's' | 'm']
}

process.exitCode = await main()
