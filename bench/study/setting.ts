import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { listRuns, type RunResults, readRun } from '../../src/results/read-run.ts'
import { openResults } from '../../src/results/store.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const SHIPPED = join(ROOT, 'policies')
export const N_EFFS = [1, 4, 8, 16, 32]
/** Those that are looked at after each of several epochs. */
export const EPOCH_N_EFFS = [1, 32]
export const DATA = join(ROOT, 'datasets', 'library-sample.jsonl')

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

export type Setting = {
  /** What is run as `hedge`, as arguments of Node. */
  readonly program: readonly string[]
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

/** Every results file there may be, without its ending. */
export const RESULTS = [
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
export type Results = (typeof RESULTS)[number]

/** Epochs after which the variants are looked at. */
export function epochsShown({ scale }: Setting): number[] {
  return [1, 2, 4, 8, 16].filter((epoch) => epoch <= scale.epochs)
}

export const epochName = (nEff: number, epoch: number) => `N_eff ${nEff} epoch ${epoch}`

/** A results file, unpacked where the repository has it compressed. */
export function unpacked(path: string): string {
  if (!existsSync(path) && existsSync(`${path}.gz`)) writeFileSync(path, gunzipSync(readFileSync(`${path}.gz`)))
  return path
}

export function read({ out }: Setting, name: Results): RunResults | undefined {
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
