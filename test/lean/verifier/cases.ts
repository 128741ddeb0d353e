import type { Engine } from '../../../src/lean/engine.ts'
import { RejectedInput } from '../../../src/lean/engine.ts'
import { verifyProof } from '../../../src/lean/verifier.ts'
import type { Theorem } from '../../../src/proof/theorem.ts'

/** A proof for the verifier. The theorem is called `t` where no name is given. */
export type Case = {
  readonly what: string
  /** The trusted header. A file of `hedge verify` brings its own imports and commands. */
  readonly header?: string
  readonly statement: string
  readonly name?: string
} & (
  | {
      /** A whole file, as `hedge verify` reads it. */
      readonly source: string
    }
  | {
      /** A script, as `prove` hands it over: the file must be the header and exactly one declaration. */
      readonly tactics: readonly string[]
    }
)

/** A proof of something false, or of another statement than the one given. */
export type FalseCase = Case & {
  readonly kind: string
  /** What the answer must say; see `judge` for its form. */
  readonly because?: RegExp
  /** The source elaborates without an error, so the answer must be about the proof and not about its text. */
  readonly elaborates?: true
  /** A check that never ends is given up after so long, and not after the verifier's own two minutes. */
  readonly deadlineMs?: number
}

/** A true proof. */
export type TrueCase = Case & {
  readonly kind: string
  /** What the answer says where the proof is refused; such a reason stands in the README. */
  readonly refused?: RegExp
}

export const theoremOf = ({ name, header, statement }: Case): Theorem => ({
  name: name ?? 't',
  header: header ?? '',
  statement,
})

/** The verifier's answer in one text: `verified`, `rejected: reason: messages` or `bad input: …`. */
export async function judge(engine: Engine, of: Case & { readonly deadlineMs?: number }): Promise<string> {
  const theorem = theoremOf(of)
  try {
    const verdict =
      'source' in of
        ? await engine.verify(
            theorem,
            { source: of.source, name: theorem.name },
            of.deadlineMs === undefined ? {} : { deadlineMs: of.deadlineMs },
          )
        : await verifyProof(engine, theorem, { tactics: of.tactics })
    if (verdict.kind === 'verified') return 'verified'
    return `rejected: ${verdict.reason}: ${verdict.messages.join(' ')}`
  } catch (error) {
    if (error instanceof RejectedInput) return `bad input: ${error.message}`
    throw error
  }
}
