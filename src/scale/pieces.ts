import { type MemberProgress, NO_PROGRESS, nextUnit, type Plan, sharesGoals } from '../ensemble/plan.ts'
import { strategyOf } from '../search/strategies.ts'
import type { Block, Piece } from './protocol.ts'

/** Passes of these plans end the same wherever and whenever they run, so that any worker's unit is as good as another's. */
export function isRepeatable(plan: Pick<Plan, 'mode' | 'wallClockMs' | 'theoremMs' | 'members'>): boolean {
  const { mode, wallClockMs, theoremMs } = plan
  return mode === 'union' && wallClockMs === undefined && theoremMs === undefined && !sharesGoals(plan)
}

/** Whether a theorem's blocks may be done apart: its passes then need nothing of each other. */
export function isSplittable(plan: Omit<Plan, 'theorems'>): boolean {
  return isRepeatable(plan) && plan.members.every(({ search }) => strategyOf(search.kind).byPasses)
}

/** What is left of a theorem, in the order in which one process would do it. */
export function* blocksOf(plan: Omit<Plan, 'theorems'>, progress: readonly MemberProgress[]): Generator<Block> {
  const at = [...progress]
  for (;;) {
    const next = nextUnit(plan, at)
    if (typeof next === 'string') return
    const { member, firstPass, passes } = next
    yield { member, firstPass }
    at[member] = { ...(at[member] ?? NO_PROGRESS), passes: firstPass + passes }
  }
}

/** The progress of members after which this block is the one that is due. */
export function progressBefore({ member, firstPass }: Block, members: number): MemberProgress[] {
  return Array.from({ length: members }, (_, i) =>
    i === member ? { ...NO_PROGRESS, passes: firstPass } : { ...NO_PROGRESS, closed: true },
  )
}

export function pieceKey({ position, block }: Piece): string {
  return block === undefined ? `${position}` : `${position}/${block.member}/${block.firstPass}`
}

/** A piece that was handed out. `kept`: its report is here, and waits for the blocks before it. */
export type Handed = { readonly piece: Piece; readonly id: string; missingAt?: number; kept?: boolean }

export type PiecesOptions = {
  readonly plan: Plan
  /** Theorems that are open, in the order in which they are handed out. */
  readonly positions: readonly number[]
  readonly split: boolean
  readonly progress: (position: number) => readonly MemberProgress[]
}

/** With fewer open theorems for each worker, theorems are split. */
const FEW_PER_WORKER = 2

/**
 * What of a run is still to be handed out, and what is out. Theorems go whole while there are many: their members then
 * share a tree in one process. Where they are few they go in blocks, those of all theorems before anybody's next ones.
 */
export class Pieces {
  readonly open: Set<number>
  /** By key. */
  readonly handed = new Map<string, Handed>()
  readonly #options: PiecesOptions
  #todo: number[]
  /** Pieces that came back. */
  #again: Piece[] = []
  /** Theorems that are split: what comes next of each. */
  readonly #split = new Map<number, { readonly blocks: Iterator<Block, void>; next: Block | undefined }>()
  readonly #deliveries = new Map<string, number>()

  constructor(options: PiecesOptions) {
    this.#options = options
    this.#todo = [...options.positions]
    this.open = new Set(options.positions)
  }

  /** Takes over what an earlier coordinator handed out; false where it is of no use. */
  adopt(piece: Piece, id: string, delivery: number): boolean {
    const { position, block } = piece
    const isNew = !this.handed.has(pieceKey(piece))
    const fits =
      block === undefined ? !this.#split.has(position) : this.#options.split && !this.handed.has(`${position}`)
    if (!this.open.has(position) || !isNew || !fits || this.#isDone(piece)) return false
    if (block !== undefined) this.#splitUp(position)
    this.#todo = this.#todo.filter((other) => other !== position)
    this.handed.set(pieceKey(piece), { piece, id })
    this.#deliveries.set(pieceKey(piece), delivery)
    return true
  }

  /** Whether theorems are so few that workers would have nothing to do. */
  few(workers: number): boolean {
    return this.#options.split && this.open.size < FEW_PER_WORKER * Math.max(1, workers)
  }

  /** Takes the next pieces, so many at most. */
  take(most: number, workers: number): Piece[] {
    const pieces = this.#again.splice(0, Math.max(0, most))
    if (this.few(workers)) for (const position of this.#todo.splice(0)) this.#splitUp(position)
    while (pieces.length < most) {
      const position = this.#todo.shift()
      const piece = position === undefined ? this.#nextBlock() : { position }
      if (piece === undefined) break
      pieces.push(piece)
    }
    return pieces
  }

  /** Whether nothing more is to be handed out. */
  get isEmpty(): boolean {
    return this.#todo.length === 0 && this.#again.length === 0 && [...this.#split.values()].every(({ next }) => !next)
  }

  delivery(piece: Piece): number {
    return this.#deliveries.get(pieceKey(piece)) ?? 1
  }

  setDelivery(piece: Piece, delivery: number): void {
    this.#deliveries.set(pieceKey(piece), delivery)
  }

  /** To be handed out once more. */
  putBack(piece: Piece): void {
    this.handed.delete(pieceKey(piece))
    if (piece.block === undefined) this.#todo.unshift(piece.position)
    else this.#again.unshift(piece)
  }

  /** A theorem has an outcome. Returns the names of its pieces that are out. */
  close(position: number): string[] {
    const mine = [...this.handed].filter(([, { piece }]) => piece.position === position)
    for (const [key] of mine) this.handed.delete(key)
    this.open.delete(position)
    this.#split.delete(position)
    this.#todo = this.#todo.filter((other) => other !== position)
    this.#again = this.#again.filter((piece) => piece.position !== position)
    for (const key of [...this.#deliveries.keys()])
      if (key === `${position}` || key.startsWith(`${position}/`)) this.#deliveries.delete(key)
    return mine.map(([, { id }]) => id)
  }

  #splitUp(position: number): void {
    if (this.#split.has(position)) return
    const blocks = blocksOf(this.#options.plan, this.#options.progress(position))
    this.#split.set(position, { blocks, next: blocks.next().value ?? undefined })
  }

  #nextBlock(): Piece | undefined {
    let first: { readonly position: number; readonly round: number } | undefined
    for (const [position, { next }] of this.#split) {
      const round =
        next === undefined ? Number.POSITIVE_INFINITY : Math.floor(next.firstPass / this.#options.plan.block)
      if (round < (first?.round ?? Number.POSITIVE_INFINITY)) first = { position, round }
    }
    const split = first === undefined ? undefined : this.#split.get(first.position)
    if (first === undefined || split?.next === undefined) return undefined
    const piece = { position: first.position, block: split.next }
    split.next = split.blocks.next().value ?? undefined
    // It may have been taken over, or come back.
    const key = pieceKey(piece)
    const isKnown = this.handed.has(key) || this.#isDone(piece) || this.#again.some((other) => pieceKey(other) === key)
    return isKnown ? this.#nextBlock() : piece
  }

  #isDone({ position, block }: Piece): boolean {
    if (block === undefined) return false
    return (this.#options.progress(position)[block.member]?.passes ?? 0) > block.firstPass
  }
}
