import { DEFAULT_OPTIMIZER } from '../../src/policy/network/engine.ts'
import type { NetworkConfig } from '../../src/policy/network/network-config.ts'
import { END_ID } from '../../src/policy/network/tokenizer.ts'
import { createRandom, type Random } from '../../src/proof/random.ts'
import type { Item } from '../../src/training/items.ts'
import { shuffle } from '../../src/training/order.ts'

/**
 * Questions with one right answer of three digits, from trivial to hopeless for a small network that sees a few thousand
 * of them. What matters for the effect: the network can fit every training answer by heart, and on new questions of the
 * harder kinds it is then certain of a wrong answer.
 */
export type Kind = { readonly sign: string; readonly answer: (a: number, b: number) => number }
export const KINDS: readonly Kind[] = [
  { sign: 'M', answer: (a, b) => Math.max(a, b) },
  { sign: '+', answer: (a, b) => a + b },
  { sign: '-', answer: (a, b) => Math.abs(a - b) },
  { sign: '*', answer: (a, b) => (a * b) % 1000 },
  { sign: '#', answer: (a, b) => (37 * a + 91 * b + 13) % 1000 },
]

/** One token per character; 0 and 1 are the end and the filling. */
const CHARACTERS = `0123456789=;${KINDS.map((kind) => kind.sign).join('')}`
const FIRST_ID = 2
export const VOCABULARY = FIRST_ID + CHARACTERS.length

export function encode(text: string): number[] {
  return Array.from(text, (character) => {
    const place = CHARACTERS.indexOf(character)
    if (place < 0) throw new RangeError(`the task has no character ${character}`)
    return FIRST_ID + place
  })
}
export function decode(tokens: readonly number[]): string {
  return tokens.map((token) => CHARACTERS[token - FIRST_ID] ?? '?').join('')
}

export const DIRECT_NETWORK: NetworkConfig = {
  vocabularySize: VOCABULARY,
  contextLength: 16,
  width: 64,
  layers: 2,
  heads: 4,
}

/** How the networks on these questions are run. */
export const DIRECT_RUN = {
  engine: 'ort',
  config: DIRECT_NETWORK,
  optimizer: DEFAULT_OPTIMIZER,
  threads: 1,
  notice: console.error,
} as const

const digits = (n: number, count: number) => String(n).padStart(count, '0')

function itemOf(question: string, answer: string): Item {
  return { label: question, rows: [{ prompt: encode(question), completion: [...encode(answer), END_ID] }] }
}

export type Problems = { readonly training: readonly Item[]; readonly test: readonly Item[] }

/** `training` + `test` different questions, the kinds in equal shares. */
export function directProblems(training: number, test: number, seed: number | string): Problems {
  const random = createRandom(seed).fork('direct')
  const each = Math.ceil((training + test) / KINDS.length)
  const items = KINDS.flatMap((kind) => questionsOf(kind, each, random, () => true))
  shuffle(items, random)
  return { training: items.slice(0, training), test: items.slice(training, training + test) }
}

/** Operands that no question learnt from has begin here. */
export const OUTSIDE = 80

export type RangedProblems = Problems & {
  /** Questions that are neither learnt nor tested, by kind from easy to hard. */
  readonly unseen: readonly (readonly Item[])[]
  /** Questions out of distribution: with an operand larger than any that is learnt from. */
  readonly outside: readonly Item[]
}

/** As `directProblems`, with all operands small but for the questions outside; `unseen` counts the questions of each kind. */
export function rangedProblems(
  counts: { readonly training: number; readonly test: number; readonly unseen: number; readonly outside: number },
  seed: number | string,
): RangedProblems {
  const random = createRandom(seed).fork('ranged')
  const inside = (a: number, b: number) => a < OUTSIDE && b < OUTSIDE
  const each = Math.ceil((counts.training + counts.test) / KINDS.length)
  const small = KINDS.map((kind) => questionsOf(kind, each + counts.unseen, random, inside))
  const learnt = small.flatMap((items) => items.slice(0, each))
  const outside = KINDS.flatMap((kind) =>
    questionsOf(kind, Math.ceil(counts.outside / KINDS.length), random, (a, b) => !inside(a, b)),
  )
  shuffle(learnt, random)
  shuffle(outside, random)
  return {
    training: learnt.slice(0, counts.training),
    test: learnt.slice(counts.training, counts.training + counts.test),
    unseen: small.map((items) => items.slice(each)),
    outside: outside.slice(0, counts.outside),
  }
}

function questionsOf(
  { sign, answer }: Kind,
  count: number,
  random: Random,
  wanted: (a: number, b: number) => boolean,
): Item[] {
  const seen = new Set<string>()
  const made: Item[] = []
  while (made.length < count) {
    const a = Math.floor(random.next() * 100)
    const b = Math.floor(random.next() * 100)
    const question = `${sign}${digits(a, 2)}${digits(b, 2)}=`
    if (seen.has(question) || !wanted(a, b)) continue
    seen.add(question)
    made.push(itemOf(question, digits(answer(a, b), 3)))
  }
  return made
}

export const REASONED_NETWORK: NetworkConfig = { ...DIRECT_NETWORK, contextLength: 24 }
/** Between the reasoning and the answer. */
const SEMICOLON = encode(';')[0] as number

/** Sums of three numbers with a line of reasoning: `12+34+56=` is continued by `046;102`, where only 102 is the answer. */
export function reasonedProblems(training: number, test: number, seed: number | string): Problems {
  const random = createRandom(seed).fork('reasoned')
  const two = () => Math.floor(random.next() * 100)
  const questions = new Map<string, Item>()
  while (questions.size < training + test) {
    const [a, b, c] = [two(), two(), two()]
    const question = `${digits(a, 2)}+${digits(b, 2)}+${digits(c, 2)}=`
    questions.set(question, itemOf(question, `${digits(a + b, 3)};${digits(a + b + c, 3)}`))
  }
  const items = [...questions.values()]
  return { training: items.slice(0, training), test: items.slice(training) }
}

/** Whether a continuation ends in the right answer, whatever its reasoning says. */
export function answersRight(item: Item, tokens: readonly number[]): boolean {
  const answer = (list: readonly number[]) => list.slice(list.lastIndexOf(SEMICOLON) + 1).join()
  const wanted = item.rows[0]?.completion.slice(0, -1) ?? []
  return tokens.includes(SEMICOLON) && answer(tokens) === answer(wanted)
}

/** A continuation as the training data write it: three digits of reasoning, a semicolon, three digits of answer. */
export function wellFormed(tokens: readonly number[]): boolean {
  return /^\d{3};\d{3}$/.test(decode(tokens))
}
