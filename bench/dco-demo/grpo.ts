import type { Draw } from '../../src/policy/network/sampler.ts'
import { END_ID } from '../../src/policy/network/tokenizer.ts'
import type { Item, Row } from '../../src/training/items.ts'
import { batchOf, weighted } from '../../src/training/items.ts'
import { epochOrder } from '../../src/training/order.ts'
import { lookAt, type ReasonedLook, type ReasonedPlan, type ReasonedRun, withReasoner } from './reasoned.ts'
import { answersRight, wellFormed } from './task.ts'

/** Group Relative Policy Optimization as the paper has it (appendix B), after Dr. GRPO. */
export type GrpoPlan = Omit<ReasonedPlan, 'n' | 'rollouts'> & {
  /** N', roll-outs of each question. */
  readonly group: number
  /** Questions of a step, all of which have right and wrong roll-outs. */
  readonly batchSize: number
  readonly learningRate: number
}

/** One question's roll-outs with their advantages. */
export type Group = { readonly item: Item; readonly draws: readonly Draw[]; readonly advantages: readonly number[] }

const WARMUP_STEPS = 20

/** The reward of a roll-out less the mean of its group: not divided by the group's deviation. */
export function advantagesOf(rewards: readonly number[]): number[] {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
  return rewards.map((reward) => reward - mean)
}

/** 1 for a right answer in the strict format, else 0. */
export function reward(item: Item, draw: Draw): number {
  return draw.finished && wellFormed(draw.tokens) && answersRight(item, draw.tokens) ? 1 : 0
}

/**
 * The rows of a step and the weight of each one's -log p: the mean over questions and roll-outs of advantage times
 * log p, not divided by lengths. With one step per set of roll-outs the ratio in the surrogate is 1, so nothing is clipped.
 */
export function grpoTerms(groups: readonly Group[]): { items: Item[]; weights: number[] } {
  const rows = groups.flatMap(({ item, draws, advantages }) =>
    draws.map((draw, i) => ({
      row: { prompt: (item.rows[0] as Row).prompt, completion: [...draw.tokens, ...(draw.finished ? [END_ID] : [])] },
      weight: (advantages[i] as number) / draws.length / groups.length,
      label: item.label,
    })),
  )
  return { items: rows.map(({ label, row }) => ({ label, rows: [row] })), weights: rows.map(({ weight }) => weight) }
}

export function runGrpo(plan: GrpoPlan): Promise<ReasonedRun> {
  const { training } = plan.problems
  return withReasoner(plan, async (network, rollOut) => {
    const looks: ReasonedLook[] = []
    const replacedAt: number[] = []
    for (let epoch = 1; epoch <= plan.epochs; epoch++) {
      const order = epochOrder(training, plan.batchSize, plan.seed, epoch).map((i) => training[i] as Item)
      let groups: Group[] = []
      let replaced = 0
      for (let at = 0; at < order.length; at += plan.batchSize) {
        const items = order.slice(at, at + plan.batchSize)
        const drawn = await rollOut(items, plan.group)
        const found = items.map((item, i) => {
          const draws = drawn[i] ?? []
          return { item, draws, advantages: advantagesOf(draws.map((draw) => reward(item, draw))) }
        })
        // Balancing: questions that are always or never answered say nothing about the direction.
        const telling = found.filter(({ advantages }) => advantages.some((advantage) => advantage !== 0))
        groups.push(...telling)
        replaced += items.length - telling.length
        const ends = at + plan.batchSize >= order.length
        if (groups.length === 0 || (groups.length < plan.batchSize && !ends)) continue
        const { items: rows, weights } = grpoTerms(groups)
        const rate = plan.learningRate * Math.min(1, (replacedAt.length + 1) / WARMUP_STEPS)
        await network.trainStep(weighted(batchOf(rows, network.config.contextLength), rows, weights), rate)
        replacedAt.push(replaced)
        groups = []
        replaced = 0
      }
      if (plan.lookAt.includes(epoch)) looks.push(await lookAt(plan, rollOut, epoch))
    }
    const { parameters } = await network.readState()
    return { looks, replaced: replacedAt.reduce((sum, count) => sum + count, 0), replacedAt, parameters }
  })
}
