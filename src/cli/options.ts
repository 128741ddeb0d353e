import type { Command } from 'commander'
import type { Judging } from '../lean/engine.ts'
import { atLeast } from './flags.ts'

/** Flags of several commands: one name, one default, one sentence. */
export const LEAN_FLAG = [
  '--lean <project>',
  'use the toolchain and libraries of a Lake project; see `hedge doctor --lean`',
] as const

export const ROOT_FLAG = [
  '--root <folder>',
  'where the files that a file imports begin (default: the nearest folder above it that has the first of them)',
] as const

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
