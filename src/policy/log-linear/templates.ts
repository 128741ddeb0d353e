import * as z from 'zod'
import type { GoalView } from '../baseline/goal-view.ts'
import { type Proposal, propose, WEIGHTS } from '../baseline/proposal.ts'
import type { Skeleton } from './names.ts'
import { shapeOf } from './shape.ts'

/** Tactics seen in training, as skeletons, with how often each was taken at targets of each shape. */
export const templatesSchema = z.array(
  z.strictObject({ text: z.string(), seen: z.record(z.string(), z.int().min(1)) }).readonly(),
)
export type Templates = Readonly<z.infer<typeof templatesSchema>>

export type SeenTactic = { readonly theorem: string; readonly skeleton: Skeleton; readonly shape: string }

/** A skeleton becomes a template if so many theorems use it: one proof's trick seldom helps another. */
const THEOREMS_NEEDED = 2

export function learnTemplates(tactics: readonly SeenTactic[]): Templates {
  const users = new Map<string, Set<string>>()
  const seen = new Map<string, Map<string, number>>()
  for (const { theorem, skeleton, shape } of tactics) {
    users.set(skeleton.text, (users.get(skeleton.text) ?? new Set()).add(theorem))
    const shapes = seen.get(skeleton.text) ?? new Map<string, number>()
    seen.set(skeleton.text, shapes.set(shape, (shapes.get(shape) ?? 0) + 1))
  }
  return [...seen]
    .filter(([text]) => (users.get(text)?.size ?? 0) >= THEOREMS_NEEDED)
    .map(([text, shapes]) => ({ text, seen: Object.fromEntries([...shapes].sort(([a], [b]) => (a < b ? -1 : 1))) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
}

/** Weight of all templates together at one goal, on the baseline's scale. */
const MASS = WEIGHTS.likely
/** How many steps the frequencies over all shapes count for, beside those at the goal's own shape. */
const SMOOTHING = 5
/** Ways to fill one template's holes. */
const MOST_INSTANCES = 12
/** The latest hypotheses are those worth naming. */
const MOST_FACTS = 8

/** Proposes learnt tactics with the goal's own hypotheses in their holes, by how often each was taken at such goals. */
export class TemplateBank {
  readonly #templates: readonly {
    readonly text: string
    readonly of: number
    readonly seen: Templates[number]['seen']
  }[]
  readonly #all: number
  readonly #byShape = new Map<string, number>()

  constructor(templates: Templates) {
    this.#templates = templates.map(({ text, seen }) => ({
      text,
      seen,
      of: Object.values(seen).reduce((sum, count) => sum + count, 0),
    }))
    this.#all = this.#templates.reduce((sum, { of }) => sum + of, 0)
    for (const { seen } of templates)
      for (const [shape, count] of Object.entries(seen))
        this.#byShape.set(shape, (this.#byShape.get(shape) ?? 0) + count)
  }

  *propose(view: GoalView): Iterable<Proposal> {
    const shape = shapeOf(view.target)
    const atShape = this.#byShape.get(shape) ?? 0
    for (const { text, of, seen } of this.#templates) {
      if (!speaksOf(text, view)) continue
      const share = ((seen[shape] ?? 0) + SMOOTHING * (of / this.#all)) / (atShape + SMOOTHING)
      const filled = fill(text, view)
      for (const tactic of filled) yield propose((MASS * share) / filled.length, tactic)
    }
  }
}

/** Whether a template's library names belong to something the goal is about: `Nat.le_trans` needs `Nat` in it. */
function speaksOf(text: string, { constants }: GoalView): boolean {
  const names = text.match(/(?<![\p{L}\p{N}_.'₀-₉›])[A-Z]\w*(?=\.)/gu) ?? []
  return names.every(
    (name) =>
      GENERAL.has(name) || constants.has(name) || [...constants].some((constant) => constant.startsWith(`${name}.`)),
  )
}
const GENERAL = new Set([
  'Eq',
  'Iff',
  'And',
  'Or',
  'Not',
  'Classical',
  'Exists',
  'False',
  'True',
  'HEq',
  'Ne',
  'Function',
])

const HOLE = /‹(\p{L}+)(\d+)(?::([^›]*))?›/gu

/** Every way to fill the holes of a template, at most MOST_INSTANCES; none where a hole finds nothing. */
export function fill(template: string, view: GoalView): string[] {
  const holes = [...new Map([...template.matchAll(HOLE)].map((match) => [match[0], match])).values()]
  let partial: Map<string, string>[] = [new Map()]
  for (const [hole, kind, , base] of holes) {
    if (kind === 'new') {
      // Names are made one after another: two holes must not get the same one.
      partial = partial.map((chosen) => {
        const taken = new Set(chosen.values())
        let name = view.fresh(base as string)
        for (let i = 1; taken.has(name); i++) name = view.fresh(`${base}_${i}`)
        return new Map(chosen).set(hole, name)
      })
      continue
    }
    const names =
      kind === 'f'
        ? view.facts.slice(-MOST_FACTS).map(({ name }) => name)
        : view.variables.filter(({ sort }) => sort === kind).map(({ name }) => name)
    partial = partial
      .flatMap((chosen) => {
        const taken = new Set(chosen.values())
        return names.filter((name) => !taken.has(name)).map((name) => new Map(chosen).set(hole, name))
      })
      .slice(-MOST_INSTANCES)
    if (partial.length === 0) return []
  }
  return [...new Set(partial.map((chosen) => template.replace(HOLE, (hole) => chosen.get(hole) as string)))]
}
