import { dcoLoss, overconfidenceFactor } from './dco-loss.ts'

/** F and the loss at one point, for trainers elsewhere to be checked against. */
export type ReferenceFactor = {
  readonly n: number
  readonly p: number
  readonly logP: number
  readonly factor: number
  readonly loss: number
}

const WIDTHS = [1, 2, 4, 8, 16, 32, 64, 256, 4096]
const PROBABILITIES = [1e-12, 1e-6, 1e-4, 0.001, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999999]

/** DCO^step as plain data: its definition, and its values on a grid from next to nothing to next to certainty. */
export function dcoReference(): {
  definition: Readonly<Record<string, string>>
  reference: readonly ReferenceFactor[]
} {
  return {
    definition: {
      p: 'product of the probabilities of the completion tokens given the prompt, end of sequence included',
      loss: '-log(1 - (1-p)^n), n = N_eff',
      factor: 'F(n, p) = n (1-p)^(n-1) p / (1 - (1-p)^n); F(1, p) = 1',
      gradient: 'gradient of the loss = factor x gradient of -log p, the factor held constant',
    },
    reference: WIDTHS.flatMap((n) =>
      PROBABILITIES.map((p) => {
        const logP = Math.log(p)
        return { n, p, logP, factor: overconfidenceFactor(n, logP), loss: dcoLoss(n, logP) }
      }),
    ),
  }
}
