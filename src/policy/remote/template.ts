import type { FailedProof } from '../policy.ts'
import { type ModelFamily, readFamily, TemplateError } from './model-family.ts'

export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }

/** What a model is given: a text to continue, or a conversation to reply to. */
export type Prompt = string | readonly ChatMessage[]

/** How a proof state, or a theorem, becomes a prompt. Its kind decides which of the server's two endpoints is asked. */
export type Template = { readonly writes: 'steps' | 'proofs' } & (
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'chat'
      readonly messages: readonly ChatMessage[]
      /** Of whole proofs: what follows one that failed. */
      readonly repair?: string | undefined
    }
)

/** Where they go: a proof state, a theorem with all before it, what is wrong with a proof. */
const PLACES = { steps: '{state}', proofs: '{theorem}', trouble: '{trouble}' }

/** Asked of models that were not told how to repair. */
const REPAIR = `This proof is not accepted.\n\n${PLACES.trouble}\n\nCorrect it.`

/** The prompt of a family, by its name or from a file. @throws TemplateError */
export function readTemplate(nameOrPath: string, family: ModelFamily = readFamily(nameOrPath)): Template {
  const { prompt, repair } = family
  const has = (place: string) =>
    (typeof prompt === 'string' ? [prompt] : prompt.map(({ content }) => content)).some((text) => text.includes(place))
  const [steps, proofs] = [has(PLACES.steps), has(PLACES.proofs)]
  if (steps === proofs)
    throw new TemplateError(
      `template \`${nameOrPath}\` must have one of ${PLACES.steps} and ${PLACES.proofs} in it, not ${steps ? 'both' : 'neither'}`,
    )
  const writes = steps ? 'steps' : 'proofs'
  if (typeof prompt === 'string') {
    if (writes === 'proofs')
      throw new TemplateError(`template \`${nameOrPath}\` asks for whole proofs: that takes messages, not one text`)
    return { kind: 'text', writes, text: prompt }
  }
  if (repair !== undefined && !repair.includes(PLACES.trouble))
    throw new TemplateError(`the repair of template \`${nameOrPath}\` has no ${PLACES.trouble} in it`)
  return { kind: 'chat', writes, messages: prompt, ...(writes === 'proofs' && { repair: repair ?? REPAIR }) }
}

/** The prompt for one state or theorem. */
export function fillTemplate(template: Template, text: string): Prompt {
  const fill = (prompt: string) => prompt.split(PLACES[template.writes]).join(text)
  return template.kind === 'text'
    ? fill(template.text)
    : template.messages.map(({ role, content }) => ({ role, content: fill(content) }))
}

/** The turns of a conversation that a failed proof adds: the proof, without the thoughts that led to it, and what is wrong. */
export function repairTurns(template: Template, { text, message, tactic, goals }: FailedProof): ChatMessage[] {
  const at = tactic === '' ? '' : `At the tactic\n${fenced(tactic)}\n`
  const open = goals === '' ? '' : `\n\nThe goals there:\n${fenced(goals)}`
  const trouble = `${at}${tactic === '' ? '' : 'Lean says: '}${message}${open}`
  const repair = (template.kind === 'chat' ? template.repair : undefined) ?? REPAIR
  return [
    { role: 'assistant', content: fenced(text) },
    { role: 'user', content: repair.split(PLACES.trouble).join(trouble) },
  ]
}

function fenced(text: string): string {
  return `\`\`\`lean4\n${text.trimEnd()}\n\`\`\``
}
