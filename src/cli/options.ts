import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { DEFAULT_LIMITS, type Judging } from '../lean/engine.ts'
import { SHIPPED } from '../policy/shipped.ts'
import { TUNED_BEST_FIRST } from '../search/best-first.ts'
import { atLeast, duration, durationText, outFile } from './flags.ts'

/**
 * What several commands can be told stands here once: one name, one sentence, one way to read it, one default. A default that
 * a command has for itself is its argument.
 */
export const FLAG = {
  lean: () =>
    new Option('--lean <project>', 'use the toolchain and libraries of a Lake project; see `hedge doctor --lean`'),
  root: () =>
    new Option(
      '--root <folder>',
      'where the files begin that a file imports, or that a benchmark is about (default: the nearest folder above that has the first of them, or --lean)',
    ),
  /** @param fallback where the processes do not work side by side */
  workers: (fallback?: number) => {
    const option = new Option('-w, --workers <n>', 'Lean processes').argParser(atLeast(1))
    return fallback === undefined ? option.default(availableParallelism(), 'one per core') : option.default(fallback)
  },
  heartbeats: () =>
    new Option('--heartbeats <n>', "Lean's own limit for one tactic, in thousands")
      .argParser(atLeast(1))
      .default(DEFAULT_LIMITS.heartbeats),
  tacticTimeout: () => time('--tactic-timeout <time>', 'wall clock for one tactic', DEFAULT_LIMITS.wallClockMs),
  budget: (what: string, fallback?: number) => time('-b, --budget <time>', what, fallback),
  depth: (fallback = 50) =>
    new Option('-d, --depth <n>', 'most tactics in a proof').argParser(atLeast(1)).default(fallback),
  passes: (what: string, fallback?: number) => {
    const option = new Option('-n, --passes <n>', what).argParser(atLeast(1))
    return fallback === undefined ? option : option.default(fallback)
  },
  policy: (what = 'the members, policies that work together', fallback: readonly string[] = SHIPPED) =>
    new Option('-m, --policy <policy...>', `${what}: see below (default: ${fallback.join(' ')})`),
  width: () =>
    new Option('--width <n>', 'tactics a best-first expansion tries at first')
      .argParser(atLeast(1))
      .default(TUNED_BEST_FIRST.width),
  seed: () => new Option('-s, --seed <text>', 'seed of everything random').default('0', '0'),
  out: (what: string, fallback?: string) => {
    const option = new Option('-o, --out <file>', what).argParser(outFile)
    return fallback === undefined ? option : option.default(fallback, fallback)
  },
  json: (what: string) => new Option('--json', `print ${what} as JSON, and nothing else on stdout`),
} as const

/** A time, whose default is shown as people write it. */
export function time(flags: string, what: string, fallback?: number): Option {
  const option = new Option(flags, what).argParser(duration)
  return fallback === undefined ? option : option.default(fallback, durationText(fallback))
}

/** The options in the order in which help shows them. */
export function withOptions(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) command.addOption(option)
  return command
}

/** Limits of one tactic, and what judges a proof: the same wherever theorems are searched. */
export type LimitFlags = { readonly heartbeats: number; readonly tacticTimeout: number } & KernelFlags

export function addLimitOptions(command: Command): Command {
  return addKernelOptions(withOptions(command, FLAG.heartbeats(), FLAG.tacticTimeout()))
}

/** What is asked of the second kernel, wherever proofs are verified. */
export type KernelFlags = { readonly requireBoth?: true; readonly kernelSteps?: number }

export function addKernelOptions(command: Command): Command {
  return command
    .option('--require-both', 'a proof that our own kernel does not finish is refused')
    .option(
      '--kernel-steps <n>',
      'steps after which our own kernel gives a proof up (default: 200 million)',
      atLeast(1),
    )
}

/** Only what was asked for: it becomes part of a run's settings. */
export function judgingOf({ requireBoth, kernelSteps }: KernelFlags): Judging {
  return { ...(requireBoth && { requireBoth }), ...(kernelSteps !== undefined && { kernelSteps }) }
}
