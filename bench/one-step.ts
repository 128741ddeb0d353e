/**
 * `npm run bench:one-step -- THEOREMS.jsonl [--split train] [--theorems 100] [--exclude FILE...] [-o STEPS.jsonl]`: how many
 * theorems fall to one tactic, by one-shot closers and by theorems about what their goals stand on. Proofs are verified;
 * their steps are written for `hedge train`, with the first tactic that closed the goal.
 */
import { appendFileSync } from 'node:fs'
import { formatStep } from '../src/dataset/step-file.ts'
import { loadTheorems } from '../src/dataset/theorem-file.ts'
import { chooseTheorems } from '../src/iteration/choose.ts'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import { verifyProof } from '../src/lean/verifier.ts'
import { firstGoal } from '../src/policy/baseline/goal-view.ts'
import { lowerSteps } from '../src/policy/baseline/lower.ts'
import { WEIGHTS } from '../src/policy/baseline/proposal.ts'
import { structureSteps } from '../src/policy/baseline/structures.ts'
import { fromWeights } from '../src/policy/distribution-policy.ts'
import { ONE_SHOT_TACTICS } from '../src/policy/one-shot.ts'
import { buildPremiseIndex, contextOf } from '../src/policy/premises.ts'
import { renderState } from '../src/proof/proof-state.ts'
import { flagsOf } from './flags.ts'

const { values, positionals } = flagsOf(
  'What one tactic proves of theorems whose files are given: closers beside the steps one level below a goal.',
  {
    allowPositionals: true,
    options: {
      split: { type: 'string', default: 'train' },
      theorems: { type: 'string', default: '100' },
      exclude: { type: 'string', multiple: true, default: [] },
      heartbeats: { type: 'string', default: '2000' },
      out: { type: 'string', short: 'o' },
    },
  },
)

const set = await loadTheorems(positionals[0] as string)
const excluded = await Promise.all(values.exclude.map((file) => loadTheorems(file)))
const { theorems } = chooseTheorems(
  set.theorems,
  values.split,
  excluded.flatMap((file) => file.theorems.map(({ theorem }) => theorem)),
  new Set(),
  Number(values.theorems),
)
const engine = await EmbeddedEngine.create({ processes: 1 })
const counts = { theorems: 0, closers: 0, lower: 0, either: 0 }
try {
  // Theorems under one header share what Lean has read for it.
  for (const theorem of [...theorems].sort((a, b) => (a.header < b.header ? -1 : 1))) {
    const started = await engine.start(theorem, { heartbeats: Number(values.heartbeats), wallClockMs: 30_000 })
    if (started.kind === 'rejected') continue
    const { session } = started
    const [goal] = session.root.goals
    const view = firstGoal(session.root)
    if (goal === undefined || view === undefined) continue
    const index = buildPremiseIndex(await engine.premises(theorem.header))
    const proposed = [...lowerSteps(session.root, index), ...structureSteps(view)]
    const lower = fromWeights(proposed.filter(({ weight }) => weight >= WEIGHTS.rare)).map(({ tactic }) => tactic)
    const closing = async (tactics: readonly string[]) => {
      const results = await session.runTactics(session.root, tactics)
      return tactics.find((_, i) => results[i]?.kind === 'finished')
    }
    const found = [await closing(ONE_SHOT_TACTICS), await closing(lower)]
    const tactic = found.find((one) => one !== undefined)
    const proved =
      tactic !== undefined && (await verifyProof(engine, theorem, { tactics: [tactic] })).kind === 'verified'
    counts.theorems++
    if (proved && found[0] !== undefined) counts.closers++
    if (proved && found[1] !== undefined) counts.lower++
    if (proved) counts.either++
    if (proved && values.out !== undefined) {
      const context = contextOf(goal.constants, index)
      const state = renderState(session.root.goals)
      appendFileSync(values.out, `${formatStep({ theorem: theorem.name, index: 0, state, tactic, context })}\n`)
    }
    process.stderr.write(`${JSON.stringify(counts)}\n`)
    await session.close()
  }
} finally {
  await engine.dispose()
}
process.stdout.write(`${JSON.stringify(counts)}\n`)
