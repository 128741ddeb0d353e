import { type Engine, EngineError, RejectedInput } from '../lean/engine.ts'
import { type FileDeclaration, type PlacedCommand, placedTheorem } from '../lean/placed.ts'
import type { TextPlaces } from '../proof/source-text.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { FilledText } from './filled-text.ts'

export type CommandVerdict =
  /** All theorems of the command are verified. */
  | { readonly kind: 'verified'; readonly of: readonly FileDeclaration[] }
  /** There is nothing to verify, or nothing to verify it against. */
  | { readonly kind: 'unverified'; readonly reason: string | undefined }
  /** Right, but for something that it uses and that is left open, or assumed. */
  | { readonly kind: 'resting'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Verifies the theorems of a command as they stand in a new text, each against what it stated in the old one.
 * @param original the places of the old text
 * @param definitionsFilled whether the texts differ in definitions before the command, if only in proofs
 */
export async function verifyCommand(
  engine: Engine,
  original: TextPlaces,
  command: PlacedCommand,
  now: FilledText,
  definitionsFilled: boolean,
): Promise<CommandVerdict> {
  const of: FileDeclaration[] = []
  for (const declaration of command.declarations) {
    const placed = placedTheorem(original, command, declaration)
    if (placed === undefined) continue
    const { theorem } = placed
    const source = now.sourceOf(command, declaration, theorem.name)
    let verdict = await ask(engine, theorem, source)
    if (verdict.kind === 'resting' && definitionsFilled) {
      // It may state something about a definition that was left open in the old text: then it is judged by the new one.
      const header = now.places.slice(0, now.at(Buffer.byteLength(theorem.header)))
      verdict = await ask(engine, { ...theorem, header }, source)
    }
    if (verdict.kind !== 'verified') return verdict
    of.push(declaration)
  }
  return of.length === 0 ? { kind: 'unverified', reason: undefined } : { kind: 'verified', of }
}

/** What its file leaves open or assumes: no fault of the proof. */
const RESTS = /\bsorryAx\b|rests on the axiom/

async function ask(engine: Engine, theorem: Theorem, source: string): Promise<CommandVerdict> {
  try {
    const verdict = await engine.verify(theorem, { source, name: theorem.name })
    if (verdict.kind === 'verified') return { kind: 'verified', of: [] }
    const reason = [verdict.reason, ...verdict.messages].join(': ')
    return { kind: RESTS.test(reason) ? 'resting' : 'refused', reason }
  } catch (error) {
    // What cannot be verified, the hole is closed in all the same.
    if (!(error instanceof RejectedInput || error instanceof EngineError)) throw error
    return { kind: 'unverified', reason: error.message }
  }
}
