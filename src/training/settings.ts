import * as z from 'zod'
import { REDUCTIONS } from './dco-loss.ts'

/** Everything that decides what a training run computes; with the data and the engine, its fingerprint. */
export const trainSettingsSchema = z.strictObject({
  /** Items per step. */
  batchSize: z.int().min(1).max(65_536),
  learningRate: z.number().positive(),
  /** Steps over which the learning rate rises linearly from nothing. */
  warmupSteps: z.int().min(0),
  /** Share of the learning rate that is left at the planned end; it falls along a cosine. */
  finalRate: z.number().min(0).max(1),
  epochs: z.number().positive().optional(),
  maxSteps: z.int().min(1).optional(),
  reduction: z.enum(REDUCTIONS),
  /** Items whose factor is below are replaced. */
  refillThreshold: z.number().min(0).max(1),
  /** Steps between looks at the held-out data; each end of an epoch is one as well. */
  evaluateEvery: z.int().min(1).optional(),
  /** Looks without a better held-out loss after which training stops and the best parameters are kept. */
  patience: z.int().min(1).optional(),
  seed: z.union([z.number(), z.string()]),
})
export type TrainSettings = Readonly<z.infer<typeof trainSettingsSchema>>

export const DEFAULT_SETTINGS: TrainSettings = {
  batchSize: 32,
  learningRate: 1e-3,
  warmupSteps: 20,
  finalRate: 0.1,
  reduction: 'sum',
  refillThreshold: 0,
  seed: 1,
}

/**
 * What the paper says, and what its authors' code does, as in `training/hedge_training/settings.py`. Neither lets the rate fall
 * after the warm-up; the paper names no threshold for theorem proving.
 */
export const PRESETS = {
  paper: { reduction: 'sum', refillThreshold: 0, finalRate: 1 },
  authors: { reduction: 'example-mean', refillThreshold: 0.1, finalRate: 1 },
} as const satisfies Readonly<Record<string, Partial<TrainSettings>>>
export type Preset = keyof typeof PRESETS

/**
 * The learning rate of the `step`-th step (from 0): a linear rise, then a cosine over the rest of the run. `done` is the
 * share of the planned run behind it, in [0, 1]; without a planned end (a wall clock only) it stays 0.
 */
export function learningRateAt(settings: TrainSettings, step: number, done: number): number {
  const { learningRate, warmupSteps, finalRate } = settings
  const rise = warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / warmupSteps)
  const fall = finalRate + (1 - finalRate) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)))
  return learningRate * rise * fall
}
