import { resolve } from 'node:path'
import { recordedTheorem } from '../ensemble/recorded-world.ts'
import { replayTheorem } from '../ensemble/replay.ts'
import type { Opened } from '../ensemble/world.ts'
import { DEFAULT_LIMITS } from '../lean/engine.ts'
import { RunJournal } from '../results/journal.ts'
import { copyPlan } from '../results/merge.ts'
import { openResults } from '../results/store.ts'
import { readPlan } from '../results/stored-plan.ts'
import { chooseRun } from './choose-run.ts'
import type { EvaluateParts, EvaluationEngine } from './evaluate.ts'
import { EXIT, InputError } from './failure.ts'
import { programCommit } from './product.ts'

export type ReplayOptions = {
  readonly replay: string
  /** Tactics and proofs are given to Lean again. */
  readonly withLean?: boolean
  /** Where the replayed run is written, if anywhere. */
  readonly out?: string | undefined
  readonly run?: string
  readonly workers: number
  /** The project whose Lean is used, with `withLean`. */
  readonly lean?: string
}

/**
 * `hedge evaluate --replay`: does a recorded run again with the recorded answers of its policies, and compares. No policy
 * is asked; without `withLean` no Lean is, either. Exit code 0 where everything came out the same, else 1.
 */
export async function replayRun(options: ReplayOptions, parts: EvaluateParts, signal: AbortSignal): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  if (options.out !== undefined && resolve(options.out) === resolve(options.replay))
    throw new InputError(`${options.out} is the recorded run itself: the replay needs another file`)
  const database = openResults(options.replay, { mustExist: true })
  const out = options.out === undefined ? undefined : openResults(options.out)
  let engine: EvaluationEngine | undefined
  try {
    const run = chooseRun(database, options.run)
    const { plan, limits } = readPlan(database, run)
    const record = new RunJournal(database, run.id, '')
    const copy = out && new RunJournal(out, copyPlan(out, database, run), programCommit())
    if (options.withLean)
      engine = await parts.openEngine(options.workers, { ...DEFAULT_LIMITS, ...limits }, options.lean)
    if (engine !== undefined && engine.libraryHash !== run.library_hash)
      say(`the run was made with ${run.lean_version}; this is ${engine.leanVersion}, which may well differ`)
    const counts = { theorems: 0, units: 0, cut: 0, differing: 0 }
    for (const [position, theorem] of plan.theorems.entries()) {
      signal.throwIfAborted()
      const recorded = record.recorded(position)
      const { outcome } = record.read(position)
      if (recorded.units.length === 0 || recorded.tree === undefined) {
        if (outcome !== undefined) copy?.close(position, outcome)
        continue
      }
      const opened: Opened =
        engine === undefined
          ? recordedTheorem(recorded.tree, recorded.proofs, recorded.refusals)
          : await engine.world.open(theorem, signal)
      if (opened.kind === 'rejected') throw new InputError(`${theorem.name} does not elaborate: ${opened.message}`)
      try {
        const { units, differences, cut } = await replayTheorem(plan, position, recorded, opened, signal)
        for (const difference of differences) say(`${theorem.name}: ${difference}`)
        for (const unit of units) copy?.writeUnit(position, unit)
        counts.theorems++
        counts.units += units.length
        if (cut > 0) counts.cut++
        if (differences.length > 0) counts.differing++
      } catch (error) {
        if (signal.aborted || !(error instanceof Error)) throw error
        counts.theorems++
        counts.differing++
        const hint = recorded.tree.left > 0 && engine === undefined ? '; --with-lean does without' : ''
        say(`${theorem.name}: cannot be replayed: ${error.message}${hint}`)
      } finally {
        await opened.close()
      }
      if (outcome !== undefined) copy?.close(position, outcome)
    }
    say(`${options.replay}: ${summary(counts)}`)
    return counts.differing === 0 ? EXIT.done : EXIT.negative
  } catch (error) {
    if (!signal.aborted) throw error
    return EXIT.interrupted
  } finally {
    await engine?.dispose()
    out?.close()
    database.close()
  }
}

function summary(counts: { theorems: number; units: number; cut: number; differing: number }): string {
  const { theorems, units, cut, differing } = counts
  if (theorems === 0) return 'nothing is on record that could be replayed'
  const cutText =
    cut === 0
      ? ''
      : `; on ${cut} of them a clock or an interruption cut work short: what passes left unfinished is not done again`
  const same = cut === 0 ? 'every pass and every tree is the one on record' : 'every finished pass is the one on record'
  return differing === 0
    ? `${units} units on ${theorems} theorems replayed; ${same}${cutText}`
    : `${differing} of ${theorems} theorems differ from what is on record${cutText}`
}
