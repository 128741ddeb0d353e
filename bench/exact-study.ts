import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { readJsonLines } from '../src/dataset/theorem-file.ts'
import { openEngine } from '../src/lean/open.ts'
import { premisesFrom } from '../src/policy/open.ts'
import { OPTIMISERS } from '../src/training/descent.ts'
import { prepareLogLinear } from '../src/training/log-linear-data.ts'
import { trainLogLinear } from '../src/training/train-log-linear.ts'
import { explore } from './exact/explore.ts'
import { appendGraph, type GraphState, readGraphs } from './exact/graph.ts'
import { type StudyPolicy, studyPolicy } from './exact/policies.ts'
import { curvesOf, studyText } from './exact/tables.ts'
import { flagsOf } from './flags.ts'

/**
 * Coverage without sampling noise: every candidate is run once at a theorem's first states, and what a policy proves in N
 * passes is worked out from that. The Lean part is resumable, theorem by theorem; policies then cost seconds.
 */
const USAGE = `npm run study:exact -- [--set FILE] [--split NAME] [--shard I/N] [--limit N] [--states 8] [--out study/exact] [--seeds 1] [--also DIR] [--tables-only] [--quick]
  --also    another family of policies: its candidates are run too, and it stands beside the one that ships
  --quick   two theorems and one seed with few steps, in minutes`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const N_EFFS = [1, 4, 8, 16, 32]
const HEARTBEATS = 2000
const STEPS = join(ROOT, 'datasets', 'steps.jsonl.gz')

const { values } = flagsOf(USAGE, {
  options: {
    set: { type: 'string', default: join(ROOT, 'datasets', 'families.jsonl') },
    split: { type: 'string' },
    shard: { type: 'string', default: '1/1' },
    limit: { type: 'string' },
    states: { type: 'string', default: '8' },
    out: { type: 'string' },
    seeds: { type: 'string', default: '0' },
    also: { type: 'string' },
    'tables-only': { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const limit = values.limit === undefined ? (values.quick ? 2 : Number.POSITIVE_INFINITY) : Number(values.limit)
  const [part = 1, parts = 1] = values.shard.split('/').map(Number)
  const states = values.quick ? 1 : Number(values.states)
  if (Number.isNaN(limit) || !(part >= 1 && part <= parts) || !(states >= 0)) {
    console.log(USAGE)
    return 2
  }
  const out = values.out ?? join(ROOT, values.quick ? 'study-quick' : 'study', 'exact')
  mkdirSync(out, { recursive: true })
  const open = (folder: string, label: string) =>
    Promise.all(N_EFFS.map((nEff) => studyPolicy(`${label}neff-${nEff}`, join(folder, `neff-${nEff}`))))
  const family = await open(join(ROOT, 'policies'), '')
  const other = values.also === undefined ? [] : await open(values.also, `${basename(values.also)} `)
  const label = `${basename(values.set, '.jsonl')}${values.split === undefined ? '' : `-${values.split}`}`
  const path = join(out, `${label}.jsonl`)
  if (!values['tables-only']) {
    const entries = readJsonLines(await readFile(values.set, 'utf8')).theorems
    const theorems = entries
      .filter(({ split }) => values.split === undefined || split === values.split)
      .filter((_, i) => i % parts === part - 1)
      .slice(0, limit)
      .map(({ theorem }) => theorem)
    const done = new Set(readGraphs(path).map(({ theorem }) => theorem))
    const waiting = theorems.filter(({ name }) => !done.has(name))
    if (waiting.length > 0) {
      const engine = await openEngine(undefined, { processes: 1 })
      try {
        const explorer = {
          engine,
          premises: premisesFrom(engine),
          candidatesAt: (state: GraphState) => likeliest([...family, ...other], state),
          heartbeats: HEARTBEATS,
          statesBelow: states,
          levels: 2,
        }
        for (const [i, theorem] of waiting.entries()) {
          const graph = await explore(theorem, explorer)
          if (graph !== undefined) appendGraph(path, graph)
          console.error(`${done.size + i + 1} of ${theorems.length}: ${theorem.name}`)
        }
      } finally {
        await engine.dispose()
      }
    }
  }
  const graphs = readGraphs(path)
  const variants = await trained(out, values.quick ? 1 : Number(values.seeds))
  const text = `## ${label}\n\n${studyText(
    graphs,
    family.map(({ name }) => name),
    curvesOf(graphs, [...family, ...other, ...variants]),
    other.map(({ name }) => name),
  )}`
  writeFileSync(join(out, `${label}.md`), text)
  console.log(text)
  return 0
}

/** A file with the first steps of those that the study trains on. */
function fewSteps(out: string): string {
  const path = join(out, 'few-steps.jsonl')
  writeFileSync(path, `${gunzipSync(readFileSync(STEPS)).toString().split('\n').slice(0, 200).join('\n')}\n`)
  return path
}

/** All candidates at a state, each with the highest probability that a member gives it. */
function likeliest(policies: readonly StudyPolicy[], state: GraphState): ReadonlyMap<string, number> {
  const highest = new Map<string, number>()
  for (const policy of policies)
    for (const [tactic, p] of policy.at(state)) highest.set(tactic, Math.max(p, highest.get(tactic) ?? 0))
  return highest
}

/** Policies at the ends of N_eff for each seed, both optimisers and two lengths of training, kept in the folder. */
async function trained(out: string, seeds: number): Promise<StudyPolicy[]> {
  const policies: StudyPolicy[] = []
  for (let seed = 1; seed <= seeds; seed++)
    for (const optimiser of values.quick ? OPTIMISERS.slice(0, 1) : OPTIMISERS)
      for (const epochs of values.quick ? [1] : [4, 16]) {
        const dataPath = values.quick ? fewSteps(out) : STEPS
        const plan = { dataPath, heldOutShare: 0.1, unit: 'step', epochs, learningRate: 0.03, optimiser, seed } as const
        const data = await prepareLogLinear(plan)
        for (const nEff of values.quick ? [1, 32] : N_EFFS) {
          const name = `seed ${seed}, ${optimiser}, ${epochs} epochs, N_eff ${nEff}`
          const directory = join(out, 'policies', name.replace(/, /g, '-').replace(/ /g, '_'))
          await trainLogLinear(plan, data, nEff, directory)
          policies.push(await studyPolicy(name, directory))
        }
      }
  return policies
}

process.exitCode = await main()
