import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  DATA,
  EPOCH_N_EFFS,
  epochName,
  epochsShown,
  N_EFFS,
  type Results,
  ROOT,
  type Setting,
  SHIPPED,
  unpacked,
} from './setting.ts'

/** Passes are the budget: the wall clock is there for the worst theorem only. */
const LIMITS = ['--heartbeats', '2000', '-d', '30', '-b', '2h']

/** The way from Lean files and a theorem set to a family of policies, in small. */
export async function learn({ out, workers, program }: Setting): Promise<void> {
  const traced = join(out, 'traced.jsonl')
  if (!existsSync(traced))
    await hedge(program, ['trace', join(ROOT, 'datasets', 'core-train', 'propositions.lean'), '-o', traced])
  const set = ['iterate', DATA, '--steps-from', traced, '--theorems', '6', '-b', '3s', '--heartbeats', '2000']
  await hedge(program, [...set, '-w', workers, '-o', join(out, 'iteration')])
}

/** The members: by their names where they are the shipped ones. */
function family(policies: string): string[] {
  const shipped = policies === SHIPPED
  return N_EFFS.map((nEff) => (shipped ? `neff-${nEff}` : `${join(policies, `neff-${nEff}`)},name=neff-${nEff}`))
}

/** Results files and the arguments of their `hedge evaluate`, in the order in which they are made. */
export function evaluations(setting: Setting): [Results, string[]][] {
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

/** Every N_eff over more epochs than the family had, whole-proof DCO at one N, and the families of comparison. */
export async function trainVariants({ out, steps, others, scale, program }: Setting): Promise<void> {
  const all = N_EFFS.join(',')
  const train = ['train', '--data', steps, '--epochs', String(scale.epochs)]
  await hedge(program, [...train, '--neff', all, '--every-epoch', '--out', join(out, 'epochs')])
  await hedge(program, [...train, '--neff', '8', '--unit', 'proof', '--out', join(out, 'whole-proof')])
  for (const [name, data] of others)
    await hedge(program, ['train', '--data', data, '--neff', all, '--out', join(out, name)])
}

export async function evaluate(
  { out, workers, program }: Setting,
  name: Results,
  args: readonly string[],
): Promise<void> {
  await hedge(program, [
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
async function hedge(program: readonly string[], args: readonly string[]): Promise<void> {
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
