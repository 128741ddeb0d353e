import { type ProofStep, readStepFile } from '../dataset/step-file.ts'
import { openEngine } from '../lean/open.ts'
import { fillTemplate, type Template } from '../policy/remote/template.ts'
import { unproved } from '../policy/remote/whole-policy.ts'
import { proofCommand } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import { showSteps } from './terminal.ts'
import { type LeanReader, problemText, readSet } from './theorem-set.ts'

/** A theorem to be proved in a training loop: `statement` and `header` say what, `prompt` how the model is asked. */
export type TheoremRow = {
  readonly prompt: ReturnType<typeof fillTemplate>
  /** A proof that is known, as the reply that the template asks for. */
  readonly completion?: string | readonly { readonly role: 'assistant'; readonly content: string }[]
  readonly theorem: string
  readonly statement: string
  readonly header?: string
  /** Only a reply with a block of Lean is a proof. */
  readonly strict?: true
}

type KnownProof = { readonly state: string; readonly tactics: readonly string[] }

/**
 * The theorems of sets as rows, in order. A template of states needs the state that a proof begins with, so it leaves out whose
 * steps are not known; those are counted.
 */
export async function theoremRows(
  paths: readonly string[],
  template: Template,
  { steps: stepFiles, lean, root }: { steps: readonly string[]; lean?: string | undefined; root?: string | undefined },
): Promise<{ rows: TheoremRow[]; left: number; problems: string[] }> {
  const steps: ProofStep[] = []
  for (const path of stepFiles) steps.push(...(await readStepFile(path)).steps)
  const known = proofsOf(steps)
  const { theorems, problems } = await readSets(paths, lean, root)
  const rows = theorems.flatMap((theorem) => rowOf(theorem, known.get(theorem.name), template) ?? [])
  return { rows, left: theorems.length - rows.length, problems }
}

/** Lean is opened where a set is Lean files. */
async function readSets(
  paths: readonly string[],
  lean: string | undefined,
  root: string | undefined,
): Promise<{ theorems: Theorem[]; problems: string[] }> {
  const shown = showSteps(false)
  let engine: (LeanReader & { dispose(): Promise<void> }) | undefined
  const reader = async () => {
    engine ??= await openEngine(lean, { processes: 1, verifies: false, onProgress: shown.step })
    return engine
  }
  const theorems: Theorem[] = []
  const problems: string[] = []
  try {
    for (const path of paths) {
      const set = await readSet(path, undefined, { reader, root: root ?? lean, onProgress: shown.step })
      theorems.push(...set.entries.map(({ theorem }) => theorem))
      problems.push(...set.problems.map(problemText))
    }
  } finally {
    shown.stop()
    await engine?.dispose()
  }
  return { theorems, problems }
}

/** Of each theorem the first proof whose steps are all there. */
function proofsOf(steps: readonly ProofStep[]): Map<string, KnownProof> {
  const proofs = new Map<string, { state: string; tactics: string[] }>()
  for (const { theorem, index, state, tactic } of steps) {
    const proof = proofs.get(theorem)
    if (proof === undefined && index === 0) proofs.set(theorem, { state, tactics: [tactic] })
    else if (proof?.tactics.length === index) proof.tactics.push(tactic)
  }
  return proofs
}

function rowOf(theorem: Theorem, proof: KnownProof | undefined, template: Template): TheoremRow | undefined {
  const { name, statement, header } = theorem
  const whole = template.writes === 'proofs'
  if (!whole && proof === undefined) return undefined
  const reply = proof && (whole ? `\`\`\`lean4\n${proofCommand(theorem, proof)}\`\`\`` : proof.tactics.join('\n'))
  return {
    prompt: fillTemplate(template, whole ? unproved(theorem) : (proof?.state ?? '')),
    ...(reply !== undefined && {
      completion: template.kind === 'text' ? reply : [{ role: 'assistant', content: reply }],
    }),
    theorem: name,
    statement,
    ...(header.trim() !== '' && { header }),
    ...(whole && { strict: true }),
  }
}
