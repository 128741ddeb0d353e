import { type Candidate, combineUsage, NO_USAGE, type Policy, type PolicyUsage } from '../policy/policy.ts'
import type { ProofState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'
import { sha256 } from '../proof/sha256.ts'

/** What a policy was asked, and what it said. */
export type PolicyAnswer = {
  /** The proof state, as the beginning of its key's hash. */
  readonly state: string
  /** Which draw it was, or how wide a ranking. */
  readonly question: string
  readonly candidates: readonly Candidate[]
}

/** Answers that are put on record together, and what was spent since those before. */
export type AnswerBatch = { readonly answers: readonly PolicyAnswer[]; readonly usage: PolicyUsage }

/** A policy whose answers are put on record. */
export type RecordedPolicy = Policy & {
  /** Records what has not been yet. */
  flush(): void
}

/** In place of a state: a whole proof is of the theorem. */
const WHOLE = ''

/** Answers of a unit under way that a kill may lose. */
const BATCH = 100

/**
 * The same policy, with every answer on record. One that cannot be asked the same twice is not: what it said is said
 * again, so that a run that goes on after a kill or a failure neither pays nor draws anew.
 */
export function recordPolicy(
  policy: Policy,
  known: () => readonly PolicyAnswer[],
  write: (batch: AnswerBatch) => void,
): RecordedPolicy {
  const recalled = policy.unrepeatable ? indexAnswers(known()) : undefined
  let pending: PolicyAnswer[] = []
  let spent = policy.usage ?? NO_USAGE
  const writeProof = policy.write?.bind(policy)
  // Then the unit is over, and what is still on its way comes after its end.
  let failed = false
  const flush = () => {
    const usage = policy.usage ?? NO_USAGE
    const since = combineUsage(usage, spent, -1)
    if (pending.length === 0 && Object.values(since).every((count) => count === 0)) return
    write({ answers: pending, usage: since })
    pending = []
    spent = usage
  }
  const ask = (state: ProofState, question: string, answer: () => Promise<Candidate[]>) =>
    askAt(hashOf(state), question, answer)
  const askAt = async (at: string, question: string, answer: () => Promise<Candidate[]>): Promise<Candidate[]> => {
    const place = `${at} ${question}`
    const before = recalled?.get(place)
    if (before !== undefined) return [...before]
    const candidates = await answer().catch((error: unknown) => {
      failed = true
      throw error
    })
    recalled?.set(place, candidates)
    pending.push({ state: at, question, candidates })
    if (failed || pending.length >= BATCH) flush()
    return candidates
  }
  return {
    name: policy.name,
    rank: (state, width, signal) => ask(state, ranking(width), () => policy.rank(state, width, signal)),
    sample: (state, count, random, signal) =>
      // Named before it is made, for making it may advance the stream.
      ask(state, drawing(count, random), () => policy.sample(state, count, random, signal)),
    ...(writeProof && {
      write: async (failed, random, signal) => {
        const [answer] = await askAt(WHOLE, drawing(1, random), async () => {
          const written = await writeProof(failed, random, signal)
          return written === undefined ? [] : [{ tactic: written, logProb: 0 }]
        })
        return answer?.tactic
      },
    }),
    flush,
  }
}

/** A policy that says what is on record, and cannot say anything else. */
export function replayPolicy(name: string, answers: readonly PolicyAnswer[]): Policy {
  const known = indexAnswers(answers)
  const findAt = (at: string, question: string, of: string): Candidate[] => {
    const candidates = known.get(`${at} ${question}`)
    if (candidates === undefined) throw new Error(`no answer of ${name} is on record for ${of}`)
    return [...candidates]
  }
  const find = async (state: ProofState, question: string): Promise<Candidate[]> =>
    findAt(hashOf(state), question, JSON.stringify(state.goals[0]?.text ?? 'no goals'))
  return {
    name,
    rank: (state, width) => find(state, ranking(width)),
    sample: (state, count, random) => find(state, drawing(count, random)),
    write: async (_, random) => findAt(WHOLE, drawing(1, random), 'a whole proof')[0]?.tactic,
  }
}

/** The first answer stands. */
function indexAnswers(answers: readonly PolicyAnswer[]): Map<string, readonly Candidate[]> {
  return new Map(answers.toReversed().map(({ state, question, candidates }) => [`${state} ${question}`, candidates]))
}

const hashes = new WeakMap<ProofState, string>()

function hashOf(state: ProofState): string {
  const hash = hashes.get(state) ?? sha256(state.key).slice(0, 24)
  hashes.set(state, hash)
  return hash
}

function ranking(width: number): string {
  return `w${width}`
}

/** The stream's own name, in effect: no stream draws twice at a state, and forks do not advance the stream. */
function drawing(count: number, random: Random): string {
  const half = (label: string) => Math.floor(random.fork(label).next() * 2 ** 32).toString(36)
  return `${half('first')}.${half('second')}${count === 1 ? '' : `x${count}`}`
}
