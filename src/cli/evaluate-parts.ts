import { existsSync } from 'node:fs'
import type { Format } from '../dataset/theorem-file.ts'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import { openMember } from '../ensemble/open-member.ts'
import { engineWorld } from '../ensemble/world.ts'
import { openEngine } from '../lean/open.ts'
import { premisesFrom } from '../policy/open.ts'
import type { PremiseIndex } from '../policy/premises.ts'
import type { EvaluateParts, EvaluationEngine, LeanSource, LoadedTheorems } from './evaluate.ts'
import { InputError } from './failure.ts'
import { readTheoremFile } from './read-theorems.ts'
import { isBenchmark, meansLeanFiles, theoremsInFiles, theoremsOfBenchmark } from './theorems-in-files.ts'

/** What an engine can tell a policy about a theorem's environment. */
export type PremiseSource = { premises(header: string): Promise<PremiseIndex> }

/** Theorem files, the chosen engine and the policies this program has. */
export const evaluateParts: EvaluateParts = {
  readTheorems,
  async openEngine(workers, limits, project) {
    const progress = (step: string, fraction: number) => {
      if (fraction === 0) process.stderr.write(`${step}\n`)
    }
    const engine = await openEngine(project, { processes: workers, onProgress: progress })
    const opened: EvaluationEngine & PremiseSource = {
      world: engineWorld(engine, limits),
      leanVersion: engine.leanVersion,
      libraryHash: engine.libraryHash,
      premises: premisesFrom(engine),
      reader: engine,
      dispose: () => engine.dispose(),
    }
    return opened
  },
  openMember: openEvaluated,
}

async function readTheorems(
  path: string,
  split: string | undefined,
  format: Format | undefined,
  lean?: LeanSource,
): Promise<LoadedTheorems> {
  if (lean !== undefined && (format ?? 'lean') === 'lean' && meansLeanFiles(path)) return theoremsInFiles(path, lean)
  if (
    lean !== undefined &&
    existsSync(path) &&
    (format === 'leandojo' || (format === undefined && (await isBenchmark(path))))
  )
    return theoremsOfBenchmark(path, lean)
  const file = await readTheoremFile(path, format)
  if (file.theorems.length === 0 && file.problems.length === 1)
    throw new InputError(`${path}: ${file.problems[0]?.message}`)
  const splits = new Set(file.theorems.map((entry) => entry.split ?? ''))
  if (split !== undefined && !splits.has(split)) {
    const names = [...splits].filter((name) => name !== '')
    throw new InputError(`${path} has no split \`${split}\`${names.length > 0 ? `; it has ${names.join(', ')}` : ''}`)
  }
  return {
    theorems: file.theorems
      .filter((entry) => split === undefined || entry.split === split)
      .map(({ theorem }) => theorem),
    problems: file.problems.map(
      ({ line, field, message }) => `${path}:${line}: ${field === undefined ? '' : `${field}: `}${message}`,
    ),
    hash: file.sha256,
  }
}

/** @throws InputError */
async function openEvaluated(config: MemberConfig, engine: () => EvaluationEngine | undefined): Promise<Member> {
  const premises = (header: string): Promise<PremiseIndex> => {
    const opened = engine()
    if (opened === undefined || !hasPremises(opened)) throw new Error('there is no engine to read premises from')
    return opened.premises(header)
  }
  return openMember(config, premises)
}

function hasPremises(engine: EvaluationEngine): engine is EvaluationEngine & PremiseSource {
  return 'premises' in engine
}
