import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readLogLinear } from '../src/policy/log-linear/log-linear-policy.ts'
import { evaluationFacts, evaluationTables, percent, pText, signed } from '../src/report/evaluation-tables.ts'
import { type Line, lineChart } from '../src/report/plot.ts'
import { type Table, tableMarkdown } from '../src/report/table.ts'
import { solvedWithin } from '../src/results/coverage.ts'
import { listRuns, type RunResults, readRun, type TheoremResult } from '../src/results/read-run.ts'
import { mcnemar, mean, wilson } from '../src/results/statistics.ts'
import { openResults } from '../src/results/store.ts'
import { type Summary, summarise } from '../src/results/summary.ts'
import type { EvaluationMetrics } from '../src/training/metrics.ts'
import { readMetrics } from '../src/training/metrics-file.ts'

/**
 * The study behind STUDY.md: `npm run study`. Every stage is one `hedge` command whose results file or policy stays in
 * --out, so the same command goes on where it was stopped; the tables and plots are made from those files alone.
 */
const USAGE = `npm run study -- [--quick] [--out study] [--workers 2] [--passes 64] [--minif2f FILE] [--tables-only] [--pack] [--program FILE]
  --quick        the whole pipeline (trace, iterate, evaluate, tables) on a few theorems, in minutes
  --tables-only  make tables and plots from what is there, run nothing
  --pack         then write NAME.sqlite.gz beside each results file, as the repository keeps them: without search trees,
                 policies' answers, and the tactics of passes that proved nothing
  --program      hedge as JavaScript, in place of the sources`

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** What is run as `hedge`. */
const SOURCES = ['--import', import.meta.resolve('tsx'), join(ROOT, 'src', 'cli', 'main.ts')]
let program: readonly string[] = SOURCES
const SHIPPED = join(ROOT, 'policies')
const N_EFFS = [1, 4, 8, 16, 32]
/** Those that are looked at after each of several epochs. */
const EPOCH_N_EFFS = [1, 32]
/** Passes are the budget: the wall clock is there for the worst theorem only. */
const LIMITS = ['--heartbeats', '2000', '-d', '30', '-b', '2h']

type Scale = {
  readonly passes: number
  /** Flags that choose the theorems: of most comparisons, and of those that need many policies. */
  readonly main: readonly string[]
  readonly part: readonly string[]
  /** Where a few theorems are tried very often: the flags that choose them and the members' passes; none in a quick study. */
  readonly often: readonly (readonly ['deep' | 'deepest', string[]])[]
  /** Passes of policies that stand in no family. */
  readonly fewPasses: number
  readonly epochs: number
}

type Setting = {
  readonly out: string
  readonly workers: string
  readonly scale: Scale
  readonly minif2f: string | undefined
  /** Where the family and the steps it was trained on are. */
  readonly policies: string
  readonly steps: string
  /** Families of comparison and the steps they are trained on: those of one round less, and all written proofs with those found. */
  readonly others: readonly (readonly ['round-0' | 'written', string])[]
  readonly run: boolean
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      workers: { type: 'string' },
      passes: { type: 'string' },
      minif2f: { type: 'string', default: '../shared/data/minif2f_core_valid.jsonl' },
      'tables-only': { type: 'boolean', default: false },
      pack: { type: 'boolean', default: false },
      program: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  program = values.program === undefined ? SOURCES : [values.program]
  const { quick } = values
  const out = values.out ?? (quick ? 'study-quick' : 'study')
  await mkdir(out, { recursive: true })
  const passes = Number(values.passes ?? (quick ? 4 : 64))
  if (!Number.isInteger(passes) || passes < 1) {
    console.error(`--passes must be a whole number of at least 1, not ${values.passes}\n${USAGE}`)
    return 2
  }
  const setting: Setting = {
    out,
    // Each process has to boot, which on a few theorems costs more than it saves.
    workers: values.workers ?? (quick ? '1' : '2'),
    scale: {
      passes,
      main: quick ? ['--shard', '1/100'] : [],
      part: quick ? ['--shard', '2/250'] : ['--shard', '1/5'],
      often: quick
        ? []
        : [
            ['deep', ['--shard', '1/10', '-n', '1024']],
            ['deepest', ['--shard', '1/20', '-n', '4096', '--no-matched']],
          ],
      fewPasses: Math.min(passes, 16),
      epochs: quick ? 2 : 16,
    },
    minif2f: quick || !existsSync(values.minif2f) ? undefined : values.minif2f,
    policies: quick ? join(out, 'iteration', 'round-0', 'policies') : SHIPPED,
    steps: quick ? join(out, 'iteration', 'round-0', 'steps.jsonl') : join(ROOT, 'datasets', 'steps.jsonl.gz'),
    others: quick
      ? []
      : (['round-0', 'written'] as const).map((name) => [name, join(ROOT, 'study', `steps-${name}.jsonl.gz`)]),
    run: !values['tables-only'],
  }
  if (setting.run) {
    if (quick) await learn(setting)
    await trainVariants(setting)
    for (const [name, args] of evaluations(setting)) await evaluate(setting, name, args)
  }
  const text = await tables(setting)
  await writeFile(join(out, 'tables.md'), text)
  console.log(text)
  if (values.pack) for (const name of RESULTS) await pack(join(out, `${name}.sqlite`))
  return 0
}

const DATA = join(ROOT, 'datasets', 'library-sample.jsonl')

/** The way from Lean files and a theorem set to a family of policies, in small. */
async function learn({ out, workers }: Setting): Promise<void> {
  const traced = join(out, 'traced.jsonl')
  if (!existsSync(traced))
    await hedge(['trace', join(ROOT, 'datasets', 'core-train', 'propositions.lean'), '-o', traced])
  const set = ['iterate', DATA, '--steps-from', traced, '--theorems', '6', '-b', '3s', '--heartbeats', '2000']
  await hedge([...set, '-w', workers, '-o', join(out, 'iteration')])
}

/** The members: by their names where they are the shipped ones. */
function family(policies: string): string[] {
  const shipped = policies === SHIPPED
  return N_EFFS.map((nEff) => (shipped ? `neff-${nEff}` : `${join(policies, `neff-${nEff}`)},name=neff-${nEff}`))
}

/** Every results file there may be, without its ending. */
const RESULTS = [
  'library',
  'library-baseline',
  'library-one-shot',
  'round-0',
  'written',
  'epochs',
  'units',
  'minif2f',
  'minif2f-baseline',
  'minif2f-one-shot',
  'minif2f-epochs',
  'minif2f-written',
  'minif2f-deep',
  'deep',
  'deepest',
] as const
type Results = (typeof RESULTS)[number]

/** Results files and the arguments of their `hedge evaluate`, in the order in which they are made. */
function evaluations(setting: Setting): [Results, string[]][] {
  const { out, scale, minif2f, policies, others } = setting
  const all = [DATA, '--split', 'test', ...scale.main]
  const part = [DATA, '--split', 'test', ...scale.part]
  const members = ['-m', ...family(policies)]
  const n = ['-n', String(scale.passes)]
  const baseline = ['-m', 'baseline', '-n', String(scale.passes * N_EFFS.length)]
  const oneShot = ['-m', 'one-shot,search=best-first,width=12,widenings=0,expansions=1', '-n', '1']
  const few = ['-n', String(scale.fewPasses), '--no-matched']
  const epochs = EPOCH_N_EFFS.flatMap((nEff) =>
    epochsShown(setting).map(
      (epoch) => `${join(out, 'epochs', `neff-${nEff}`, `epoch-${epoch}`)},name=${epochName(nEff, epoch)}`,
    ),
  )
  const units = [
    `${join(out, 'whole-proof')},name=whole-proof DCO at 8`,
    `${join(out, 'epochs', 'neff-8')},name=step-wise DCO at 8`,
  ]
  return [
    ['library', [...all, ...members, ...n]],
    ...others.map(([name]) => [name, [...all, '-m', ...family(join(out, name)), ...few]] as const),
    ['library-baseline', [...all, ...baseline]],
    ['library-one-shot', [...all, ...oneShot]],
    ['epochs', [...part, '-m', ...epochs, ...few]],
    ['units', [...all, '-m', ...units, ...few]],
    ...(minif2f === undefined
      ? []
      : ([
          ['minif2f', [minif2f, ...members, ...n]],
          ['minif2f-baseline', [minif2f, ...baseline]],
          ['minif2f-one-shot', [minif2f, ...oneShot]],
          ['minif2f-deep', [minif2f, '--shard', '1/2', ...members, '-n', String(4 * scale.passes), '--no-matched']],
          ['minif2f-epochs', [minif2f, '-m', ...epochs, ...n, '--no-matched']],
          ['minif2f-written', [minif2f, '-m', ...family(join(out, 'written')), ...few]],
        ] as const)),
    ...scale.often.map(([name, flags]) => [name, [DATA, '--split', 'test', ...flags, ...members]] as const),
  ] as [Results, string[]][]
}

/** Epochs after which the variants are looked at. */
function epochsShown({ scale }: Setting): number[] {
  return [1, 2, 4, 8, 16].filter((epoch) => epoch <= scale.epochs)
}

const epochName = (nEff: number, epoch: number) => `N_eff ${nEff} epoch ${epoch}`

/** Every N_eff over more epochs than the family had, whole-proof DCO at one N, and the families of comparison. */
async function trainVariants({ out, steps, others, scale }: Setting): Promise<void> {
  const all = N_EFFS.join(',')
  const train = ['train', '--data', steps, '--epochs', String(scale.epochs)]
  await hedge([...train, '--neff', all, '--every-epoch', '--out', join(out, 'epochs')])
  await hedge([...train, '--neff', '8', '--unit', 'proof', '--out', join(out, 'whole-proof')])
  for (const [name, data] of others) await hedge(['train', '--data', data, '--neff', all, '--out', join(out, name)])
}

async function evaluate({ out, workers }: Setting, name: Results, args: readonly string[]): Promise<void> {
  await hedge([
    'evaluate',
    ...args,
    ...LIMITS,
    '--retry-errors',
    '-w',
    workers,
    '-o',
    unpacked(join(out, `${name}.sqlite`)),
  ])
}

/** Runs a command of this program, its progress on stderr. @throws Error where it does not end well */
async function hedge(args: readonly string[]): Promise<void> {
  console.error(`\n> hedge ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`)
  const child = spawn(process.execPath, [...program, ...args], {
    stdio: ['ignore', 2, 2],
  })
  const stop = () => child.kill('SIGINT')
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  process.off('SIGINT', stop).off('SIGTERM', stop)
  if (code !== 0) throw new Error(`hedge ${args[0]} ended with ${code}; the same study goes on from here`)
}

/** A results file, unpacked where the repository has it compressed. */
function unpacked(path: string): string {
  if (!existsSync(path) && existsSync(`${path}.gz`)) writeFileSync(path, gunzipSync(readFileSync(`${path}.gz`)))
  return path
}

/** Writes what the tables need of a results file, compressed, beside it. */
async function pack(path: string): Promise<void> {
  if (!existsSync(path)) return
  const copy = `${path}.packing`
  await rm(copy, { force: true })
  const source = openResults(path, { mustExist: true })
  source.prepare('VACUUM INTO ?').run(copy)
  source.close()
  const packed = openResults(copy, { mustExist: true })
  packed.exec("DELETE FROM trees; DELETE FROM answers; UPDATE passes SET tactics = '[]' WHERE proof_id IS NULL")
  packed.exec('VACUUM')
  packed.pragma('journal_mode = DELETE')
  packed.close()
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(copy), { level: 9 }))
  await rm(copy)
}

function read({ out }: Setting, name: Results): RunResults | undefined {
  const path = unpacked(join(out, `${name}.sqlite`))
  if (!existsSync(path)) return undefined
  const database = openResults(path, { mustExist: true })
  try {
    const [run] = listRuns(database)
    return run === undefined ? undefined : readRun(database, run)
  } finally {
    database.close()
  }
}

async function tables(setting: Setting): Promise<string> {
  const parts: string[] = []
  for (const [name, title, floors] of [
    ['library', "Library theorems (test split of Lean's own library)", ['library-baseline', 'library-one-shot']],
    ['minif2f', 'MiniF2F-core valid', ['minif2f-baseline', 'minif2f-one-shot']],
    ['minif2f-deep', 'Many passes on every other statement of MiniF2F-core', undefined],
    ['deep', 'Many passes on every tenth library theorem', undefined],
    ['deepest', 'More passes on every twentieth', undefined],
  ] as const) {
    const results = read(setting, name)
    if (results === undefined) continue
    const summary = summarise(results)
    const more = [...(floors ? [floorTable(setting, floors, results)] : []), lengthTable(results)]
    parts.push(`## ${title}`, facts(summary))
    parts.push(...[...evaluationTables(summary), ...more].filter(({ rows }) => rows.length > 0).map(tableMarkdown))
    await writeFile(join(setting.out, `${name}-coverage.svg`), await coveragePlot(setting, floors?.[0], summary))
  }
  for (const [name, set, title] of [
    ['round-0', 'library', 'One more round of expert iteration'],
    ['written', 'library', 'Proofs found in place of written ones'],
    ['minif2f-written', 'minif2f', 'Proofs found in place of written ones, MiniF2F-core'],
  ] as const) {
    const [before, after] = [read(setting, name), read(setting, set)]
    if (before !== undefined && after !== undefined) parts.push(`## ${title}`, tableMarkdown(gainTable(before, after)))
  }
  const confidences = await confidenceTable(setting)
  parts.push('## Confidence', tableMarkdown(confidences.table))
  for (const [file, svg] of confidences.plots) await writeFile(join(setting.out, file), svg)
  for (const [name, title] of [
    ['epochs', 'Coverage over training epochs'],
    ['minif2f-epochs', 'Coverage over training epochs, MiniF2F-core'],
    ['units', 'Whole-proof DCO beside step-wise DCO'],
  ] as const) {
    const results = read(setting, name)
    if (results === undefined) continue
    parts.push(`## ${title}`, tableMarkdown(memberTable(results)))
    if (name !== 'units') await writeFile(join(setting.out, `${name}-coverage.svg`), await epochsPlot(setting, results))
  }
  return `${parts.join('\n\n')}\n`
}

function facts(summary: Summary): string {
  return evaluationFacts(summary)
    .filter(([label]) =>
      ['Theorems', 'Counted', 'Not counted', 'Out of time', 'Proofs', 'Mode', 'Lean'].includes(label),
    )
    .map(([label, text]) => `- ${label}: ${text}`)
    .join('\n')
}

/** The ensemble beside the floors, theorem by theorem, on those that both runs have done. */
function floorTable(
  setting: Setting,
  [baseline, oneShot]: readonly [Results, Results],
  { members, theorems, run }: RunResults,
): Table {
  const solves = ({ ordinary }: TheoremResult, passes: number) =>
    ordinary.some((counts) => solvedWithin(counts, passes))
  const done = new Map(theorems.filter(({ outcome }) => outcome === 'done').map((theorem) => [theorem.name, theorem]))
  const steps = [4, 16, 32, run.passes].filter((passes, i, all) => passes <= run.passes && all.indexOf(passes) === i)
  const all = (passes: number) => passes * members.length
  const rows = [
    ...steps.map((passes) => [baseline, passes, `baseline, untrained, ${all(passes)} passes`] as const),
    [oneShot, run.passes, 'one-shot automation, 12 closers'] as const,
  ].flatMap(([file, passes, label]) => {
    const floor = read(setting, file)
    if (floor === undefined) return []
    const pairs = floor.theorems.flatMap((other): [boolean, boolean][] => {
      const theorem = done.get(other.name)
      if (theorem === undefined || other.outcome !== 'done') return []
      // One-shot automation has one pass, which is a search.
      return [[solves(theorem, passes), other.counts.some((counts) => solvedWithin(counts, all(passes)))]]
    })
    const [ours, theirs] = [0, 1].map((side) => pairs.filter((pair) => pair[side]).length) as [number, number]
    const test = mcnemar(pairs)
    const rate = (count: number) => {
      const { value, low, high } = wilson(count, pairs.length)
      return `${percent(value)} (${percent(low)} - ${percent(high)})`
    }
    const only = `${test.onlyFirst} : ${test.onlySecond}`
    return [[label, String(passes), String(pairs.length), rate(ours), rate(theirs), only, pText(test.p)]]
  })
  return {
    title: 'The ensemble beside the floors',
    head: ['floor', 'passes of each member', 'theorems', 'ensemble', 'floor', 'only : only', 'p (McNemar)'],
    rows,
    note: 'Solved within the passes or not; the baseline has as many as the members together.',
  }
}

/** What each member proves, by the length of its own shortest proof. */
function lengthTable({ members, theorems, run }: RunResults): Table {
  const bands: readonly (readonly [string, number, number])[] = [
    ['1', 1, 1],
    ['2', 2, 2],
    ['3 to 4', 3, 4],
    ['5 and more', 5, Number.POSITIVE_INFINITY],
  ]
  const proved = theorems.flatMap(({ proof, ordinary }) =>
    proof === undefined ? [] : [{ length: proof.tactics.length, ordinary }],
  )
  return {
    title: 'Proof length against N_eff',
    head: ['shortest proof', 'theorems', ...members.map(({ name }) => name)],
    rows: bands.flatMap(([label, low, high]) => {
      const those = proved.filter(({ length }) => length >= low && length <= high)
      if (those.length === 0) return []
      const share = (member: number) =>
        percent(
          mean(those.map(({ ordinary }) => (ordinary[member] && solvedWithin(ordinary[member], run.passes) ? 1 : 0))),
        )
      return [[label, String(those.length), ...members.map((_, i) => share(i))]]
    }),
    note: 'Of the theorems somebody proved, by the tactics of the shortest proof on record: the share each member proved.',
  }
}

/** What each N_eff and their ensemble gain from training on other steps (the paper's C.1, for those of one more round). */
function gainTable(before: RunResults, after: RunResults): Table {
  const [first, second] = [summarise(before), summarise(after)]
  const passes = Math.min(before.run.passes, after.run.passes)
  const columns = [1, 4, 16, 64].filter((k) => k <= passes)
  const theorems = new Map(before.theorems.map((theorem) => [theorem.name, theorem]))
  /** By the members that `which` names: solved within the passes of the run, before and after. */
  const pairs = (which: (member: number) => boolean): [boolean, boolean][] =>
    after.theorems.flatMap((theorem): [boolean, boolean][] => {
      const earlier = theorems.get(theorem.name)
      if (earlier === undefined || earlier.outcome !== 'done' || theorem.outcome !== 'done') return []
      const solved = ({ ordinary }: TheoremResult) =>
        ordinary.some((counts, member) => which(member) && solvedWithin(counts, passes))
      return [[solved(earlier), solved(theorem)]]
    })
  const row = (name: string, points: readonly Summary['ensemble']['curve'][], which: (member: number) => boolean) => {
    const at = (side: number, k: number) => rateAt(points[side] ?? [], k)
    const test = mcnemar(pairs(which))
    return [
      name,
      ...columns.flatMap((k) => [percent(at(0, k)), percent(at(1, k)), signed(at(1, k) - at(0, k))]),
      `${test.onlyFirst} : ${test.onlySecond}`,
      pText(test.p),
    ]
  }
  return {
    title: 'Coverage before and after',
    head: [
      '',
      ...columns.flatMap((k) => [`pass@${k} before`, 'after', 'gain']),
      'only before : only after',
      'p (McNemar)',
    ],
    rows: [
      ...second.members.map((member, i) =>
        row(member.name, [first.members[i]?.curve ?? [], member.curve], (other) => other === i),
      ),
      row('ensemble', [first.ensemble.curve, second.ensemble.curve], () => true),
    ],
    note: `Only : only are theorems solved within ${passes} passes, of each member for the ensemble.`,
  }
}

const rateAt = (curve: Summary['ensemble']['curve'], k: number) =>
  curve.find((point) => point.k === k)?.rate.value ?? Number.NaN

function memberTable(results: RunResults): Table {
  const { members, passes, counts } = summarise(results)
  const columns = [...new Set([1, 4, 16, passes])].filter((k) => k <= passes)
  return {
    title: `Coverage at ${passes} passes, ${counts.done} theorems`,
    head: ['', ...columns.map((k) => `pass@${k}`), '95 % interval'],
    rows: members.map(({ name, curve }) => {
      const last = curve.at(-1)?.rate
      return [
        name,
        ...columns.map((k) => percent(rateAt(curve, k))),
        last === undefined ? '-' : `${percent(last.low)} - ${percent(last.high)}`,
      ]
    }),
  }
}

/** The paper's Table 1: what one pass and many passes prove while training goes on. */
async function epochsPlot(setting: Setting, results: RunResults): Promise<string> {
  const { members, passes } = summarise(results)
  const curves = new Map(members.map(({ name, curve }) => [name, curve]))
  const lines = [passes, 1].flatMap((k) =>
    EPOCH_N_EFFS.map((nEff): Line => {
      const at = (epoch: number) => rateAt(curves.get(epochName(nEff, epoch)) ?? [], k)
      return { name: `N_eff ${nEff}, pass@${k}`, points: epochsShown(setting).map((x) => ({ x, y: 100 * at(x) })) }
    }),
  )
  const text = { title: 'Coverage over training epochs', x: 'epochs', y: 'theorems proved (%)', lines: 'policy' }
  return lineChart(text, lines, { logX: true, fromZero: true })
}

async function coveragePlot(
  setting: Setting,
  floor: Results | undefined,
  { members, ensemble }: Summary,
): Promise<string> {
  const line = (label: string, points: Summary['ensemble']['curve'], cost: number): Line => ({
    name: label,
    points: points.map(({ k, rate }) => ({ x: k * cost, y: 100 * rate.value })),
  })
  const baseline = floor && read(setting, floor)
  const untrained = baseline === undefined ? undefined : summarise(baseline).members[0]
  const lines = [
    ...members.map((member) => line(member.name, member.curve, 1)),
    line('ensemble', ensemble.curve, members.length),
    ...(untrained === undefined ? [] : [line('baseline', untrained.curve, 1)]),
  ]
  const text = { title: 'Coverage at equal cost', x: 'passes in all', y: 'theorems proved (%)', lines: 'policy' }
  return lineChart(text, lines, { logX: true, fromZero: true })
}

/** Greedy confidence and effective branching of the family on held-out steps, and how both go with the epochs. */
async function confidenceTable({ out, policies }: Setting): Promise<{ table: Table; plots: [string, string][] }> {
  const lookAt = async (directory: string): Promise<readonly EvaluationMetrics[]> => {
    const { training } = await readLogLinear(directory)
    return (training.evaluations ?? []) as EvaluationMetrics[]
  }
  const rows: string[][] = []
  for (const nEff of N_EFFS) {
    const directory = join(policies, `neff-${nEff}`)
    const { training } = await readLogLinear(directory)
    const own = training.onTrainingData as EvaluationMetrics
    const last = (await lookAt(directory)).at(-1)
    const number = (x: number | undefined) => (x === undefined ? '-' : x.toFixed(3))
    rows.push([
      String(nEff),
      number(1 / nEff),
      number(own.confidence),
      number(own.greedyConfidence),
      number(last?.greedyConfidence),
      number(last?.branching),
      number(last?.crossEntropy),
    ])
  }
  const plots: [string, string][] = []
  const lines = async (pick: (row: EvaluationMetrics) => number | undefined): Promise<Line[]> => {
    const all: Line[] = []
    for (const nEff of N_EFFS) {
      const rows = await readMetrics(join(out, 'epochs', `neff-${nEff}`))
      const looks = rows.filter((row) => row.kind === 'evaluation')
      if (looks.length === 0) continue
      all.push({ name: String(nEff), points: looks.map((row) => ({ x: row.epoch, y: pick(row) ?? Number.NaN })) })
    }
    return all
  }
  for (const [file, title, y, pick] of [
    [
      'greedy-confidence.svg',
      'Greedy confidence on held-out steps',
      'mean p of the likeliest tactic',
      (row) => row.greedyConfidence,
    ],
    ['branching.svg', 'Effective branching on held-out steps', 'mean exp(entropy)', (row) => row.branching],
    ['held-out.svg', 'Held-out cross-entropy', 'nats per tactic', (row) => row.crossEntropy],
  ] as [string, string, string, (row: EvaluationMetrics) => number | undefined][]) {
    const drawn = await lines(pick)
    if (drawn.length > 0) plots.push([file, await lineChart({ title, x: 'epoch', y, lines: 'N_eff' }, drawn)])
  }
  return {
    table: {
      title: 'Confidence and branching of the family',
      head: [
        'N_eff',
        '1/N_eff',
        'p of training tactic',
        'greedy p, training',
        'greedy p, held out',
        'branching, held out',
        'held-out CE',
      ],
      rows,
      note: 'Means over steps. Branching is exp(entropy) of the distribution over all candidates; held out are theorems whose steps were not trained on.',
    },
    plots,
  }
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  },
)
