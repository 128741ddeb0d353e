import type { NetworkConfig } from '../../src/policy/network/network-config.ts'
import { END_ID } from '../../src/policy/network/tokenizer.ts'
import { createRandom } from '../../src/proof/random.ts'
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

const digits = (n: number, count: number) => String(n).padStart(count, '0')

function itemOf(question: string, answer: string): Item {
  return { label: question, rows: [{ prompt: encode(question), completion: [...encode(answer), END_ID] }] }
}

export type Problems = { readonly training: readonly Item[]; readonly test: readonly Item[] }

/** `training` + `test` different questions, the kinds in equal shares. */
export function directProblems(training: number, test: number, seed: number | string): Problems {
  const random = createRandom(seed).fork('direct')
  const each = Math.ceil((training + test) / KINDS.length)
  const items = KINDS.flatMap(({ sign, answer }) => {
    const seen = new Set<string>()
    const made: Item[] = []
    while (made.length < each) {
      const a = Math.floor(random.next() * 100)
      const b = Math.floor(random.next() * 100)
      const question = `${sign}${digits(a, 2)}${digits(b, 2)}=`
      if (seen.has(question)) continue
      seen.add(question)
      made.push(itemOf(question, digits(answer(a, b), 3)))
    }
    return made
  })
  shuffle(items, random)
  return { training: items.slice(0, training), test: items.slice(training, training + test) }
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
