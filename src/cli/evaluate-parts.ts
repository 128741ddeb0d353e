import type { Format } from '../dataset/theorem-file.ts'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import { openMember } from '../ensemble/open-member.ts'
import { engineWorld } from '../ensemble/world.ts'
import { openEngine } from '../lean/open.ts'
import { premisesFrom } from '../policy/open.ts'
import type { PremiseIndex } from '../policy/premises.ts'
import type { EvaluateParts, EvaluationEngine, LoadedTheorems } from './evaluate.ts'
import { packedExport } from './export-lines.ts'
import { InputError } from './failure.ts'
import { showSteps } from './terminal.ts'
import { type LeanSource, problemText, readSet } from './theorem-set.ts'

/** What an engine can tell a policy about a theorem's environment. */
export type PremiseSource = { premises(header: string): Promise<PremiseIndex> }

/** Theorem files, the chosen engine and the policies this program has. */
export const evaluateParts: EvaluateParts = {
  readTheorems,
  async openEngine(workers, { requireBoth = false, kernelSteps, ...limits }, project, exports = false) {
    const steps = showSteps(false)
    const engine = await openEngine(project, {
      processes: workers,
      requireBoth,
      ...(kernelSteps !== undefined && { kernelSteps }),
      onProgress: steps.step,
    }).finally(steps.stop)
    const opened: EvaluationEngine & PremiseSource = {
      world: engineWorld(engine, limits, exports ? (data, theorem) => packedExport(data, engine, theorem) : undefined),
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
  lean: LeanSource,
): Promise<LoadedTheorems> {
  const { entries, problems, hash, cut } = await readSet(path, format, lean)
  const [first] = problems
  if (entries.length === 0 && first !== undefined && problems.length === 1)
    throw new InputError(`${path}: ${first.message}`)
  const splits = new Set(entries.map((entry) => entry.split ?? ''))
  if (split !== undefined && !splits.has(split)) {
    const names = [...splits].filter((name) => name !== '')
    throw new InputError(`${path} has no split \`${split}\`${names.length > 0 ? `; it has ${names.join(', ')}` : ''}`)
  }
  return {
    theorems: entries.filter((entry) => split === undefined || entry.split === split).map(({ theorem }) => theorem),
    problems: problems.map(problemText),
    hash,
    ...(cut && { cut }),
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
