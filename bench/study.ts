import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { flagsOf } from './flags.ts'
import { pack } from './study/pack.ts'
import { RESULTS, ROOT, type Setting, SHIPPED } from './study/setting.ts'
import { evaluate, evaluations, learn, trainVariants } from './study/stages.ts'
import { tables } from './study/tables.ts'

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

const SOURCES = ['--import', import.meta.resolve('tsx'), join(ROOT, 'src', 'cli', 'main.ts')]

async function main(): Promise<number> {
  const { values } = flagsOf(USAGE, {
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      workers: { type: 'string' },
      passes: { type: 'string' },
      minif2f: { type: 'string', default: '../shared/data/minif2f_core_valid.jsonl' },
      'tables-only': { type: 'boolean', default: false },
      pack: { type: 'boolean', default: false },
      program: { type: 'string' },
    },
  })
  const { quick } = values
  const out = values.out ?? (quick ? 'study-quick' : 'study')
  await mkdir(out, { recursive: true })
  const passes = Number(values.passes ?? (quick ? 4 : 64))
  if (!Number.isInteger(passes) || passes < 1) {
    console.error(`--passes must be a whole number of at least 1, not ${values.passes}\n${USAGE}`)
    return 2
  }
  const setting: Setting = {
    program: values.program === undefined ? SOURCES : [values.program],
    out,
    // Each process has to boot, which on a few theorems costs more than it saves.
    workers: values.workers ?? (quick ? '1' : '2'),
    scale: {
      passes,
      main: quick ? ['--shard', '1/250'] : [],
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

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  },
)
