import type { GoalView } from '../baseline/goal-view.ts'

/**
 * A tactic with everything that belongs to one goal taken out. Holes, numbered in order of appearance, stand for
 * hypotheses (`‹f1›`), data of a sort (`‹nat1›`, `‹list1›`, `‹other1›`, …) and names the tactic makes (`‹new1:ih›`); a name that
 * appears twice is the same hole twice.
 */
export type Skeleton = {
  readonly text: string
  /** Names of the propositions it uses, in order of appearance, without repeats. */
  readonly facts: readonly string[]
  readonly variables: readonly string[]
  /** How many names it makes. */
  readonly made: number
}

/** An identifier with what follows its first dot: `h`, `h.symm`, `Nat.add_comm`, `h₁'`. */
const IDENTIFIER = /(?<![\p{L}\p{N}_.'₀-₉✝?])\p{L}[\p{L}\p{N}_'₀-₉]*(?:\.[\p{L}\p{N}_'!?₀-₉]+)*/gu

/** Names that people and this program give to what a tactic makes, none of which is a word of the tactic language. */
const MADE = /^(h[\p{L}\p{N}_'₀-₉]{0,7}|ih\w{0,3}['₀-₉]*|\p{L}['₀-₉\d]*|xs'?|ys'?|as'?|bs'?|tl|hd)$/u
const WORDS = new Set([
  'have',
  'at',
  'by',
  'if',
  'with',
  'fun',
  'in',
  'as',
  'rw',
  'left',
  'right',
  'this',
  'change',
  'show',
])

export function skeletonOf(tactic: string, view: GoalView): Skeleton {
  const holes = new Map<string, string>()
  const facts: string[] = []
  const variables: string[] = []
  const counts = new Map<string, number>()
  let made = 0
  const hole = (name: string, kind: string, suffix = '') => {
    const number = (counts.get(kind) ?? 0) + 1
    counts.set(kind, number)
    const text = `‹${kind}${number}${suffix}›`
    holes.set(name, text)
    return text
  }
  const text = tactic.replace(IDENTIFIER, (identifier) => {
    const dot = identifier.indexOf('.')
    const name = dot < 0 ? identifier : identifier.slice(0, dot)
    const rest = dot < 0 ? '' : identifier.slice(dot)
    const known = holes.get(name)
    if (known !== undefined) return known + rest
    if (view.facts.some((fact) => fact.name === name)) {
      facts.push(name)
      return hole(name, 'f') + rest
    }
    const variable = view.variables.find((v) => v.name === name)
    if (variable !== undefined) {
      variables.push(name)
      return hole(name, variable.sort) + rest
    }
    if (rest === '' && MADE.test(name) && !WORDS.has(name)) {
      made++
      return hole(name, 'new', `:${name}`)
    }
    return identifier
  })
  return { text, facts, variables, made }
}

/** A skeleton for comparing: names that it makes, and numerals, do not matter. */
export function anonymous(skeleton: string): string {
  return skeleton.replace(/‹new\d+:[^›]*›/gu, '‹new›').replace(/(?<![\p{L}\p{N}_.₀-₉‹])\d+/gu, '#')
}
