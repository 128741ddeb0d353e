import type { DeclarationExport } from '../../../src/proof/declarations/export.ts'
import { createRandom } from '../../../src/proof/random.ts'
import { mutate } from './mutate.ts'

export type Answer = { readonly kind: 'verified' } | { readonly kind: 'refused'; readonly reason: string }
/** Never throws, whatever it is given: what it throws counts as a failure of the checker. */
export type Check = (exported: unknown) => Promise<Answer>

/** A real export, and what its mutants are checked against. */
export type Subject = {
  readonly what: string
  readonly exported: DeclarationExport
  /** With false, `check` is for a statement that is false: any mutant that it accepts is a hole. */
  readonly statementIsTrue: boolean
  readonly check: Check
}

export type Failure = {
  readonly subject: string
  /** Gives the mutant again: `mutantOf(subject, seed, number)`. */
  readonly number: number
  readonly what: string
  readonly said: string
}
export type FuzzReport = {
  readonly mutants: number
  readonly verified: number
  readonly refused: ReadonlyMap<string, number>
  readonly failures: readonly Failure[]
}

export const mutantOf = (subject: Subject, seed: string, number: number) =>
  mutate(subject.exported, createRandom(seed).fork(subject.what).fork(number))

/**
 * Gives mutants of the subjects, in turn, to their checkers until `done` says so.
 * An accepted mutant must prove the same statement. Where the statement is true, every accepted proof of it is one, for
 * the statement is the checker's own and not the mutant's; where it is false, none may be accepted.
 */
export async function fuzz(
  subjects: readonly Subject[],
  seed: string,
  done: (mutants: number) => boolean,
  onFailure: (failure: Failure) => void = () => {},
): Promise<FuzzReport> {
  const refused = new Map<string, number>()
  const failures: Failure[] = []
  let [mutants, verified] = [0, 0]
  while (!done(mutants)) {
    const subject = subjects[mutants % subjects.length]
    if (subject === undefined) throw new Error('nothing to mutate')
    const number = mutants++
    const mutant = mutantOf(subject, seed, number)
    const fail = (said: string) => {
      const failure = { subject: subject.what, number, what: mutant.what, said }
      failures.push(failure)
      onFailure(failure)
    }
    try {
      const answer = await subject.check(mutant.exported)
      if (answer.kind === 'refused') {
        const reason = answer.reason.replace(/\d+/g, 'N').slice(0, 100)
        refused.set(reason, (refused.get(reason) ?? 0) + 1)
      } else {
        verified++
        if (!subject.statementIsTrue) fail('a proof of what is false is accepted')
      }
    } catch (error) {
      fail(`the checker throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }
  return { mutants, verified, refused, failures }
}
