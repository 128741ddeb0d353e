import { readFile } from 'node:fs/promises'
import { z } from 'zod'

export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }

/** What a model is given: a text to continue, or a conversation to reply to. */
export type Prompt = string | readonly ChatMessage[]

/** How a proof state becomes a prompt. Its kind decides which of the server's two endpoints is asked. */
export type Template =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chat'; readonly messages: readonly ChatMessage[] }

/** Where the proof state goes. */
const PLACE = '{state}'

/** A template cannot be used; the message is one sentence that names it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

export const BUILT_IN_TEMPLATES = {
  /** Of the paper's own models and of BFS-Prover: trained on `{state}:::{tactic}` and an end of sequence. */
  step: { kind: 'text', text: `${PLACE}:::` },
  chat: {
    kind: 'chat',
    messages: [
      {
        role: 'system',
        content:
          'You prove theorems in Lean 4. You are shown the open goals. Reply with the next tactic and nothing else: no explanation, no comment.',
      },
      { role: 'user', content: PLACE },
    ],
  },
} as const satisfies Record<string, Template>

const messagesSchema = z
  .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
  .min(1)

/**
 * A built-in template by name, or one from a file: `.json` is a list of chat messages, anything else a text. The line
 * break that ends a text file is no part of it. @throws TemplateError
 */
export async function readTemplate(nameOrPath: string): Promise<Template> {
  if (Object.hasOwn(BUILT_IN_TEMPLATES, nameOrPath))
    return BUILT_IN_TEMPLATES[nameOrPath as keyof typeof BUILT_IN_TEMPLATES]
  const text = await readFile(nameOrPath, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const names = Object.keys(BUILT_IN_TEMPLATES).join(' nor ')
    throw new TemplateError(`template \`${nameOrPath}\` is neither ${names} nor a file (${cause.code})`, { cause })
  })
  const template: Template = nameOrPath.endsWith('.json')
    ? { kind: 'chat', messages: parseMessages(nameOrPath, text) }
    : { kind: 'text', text: text.replace(/\r?\n$/, '') }
  const places = template.kind === 'text' ? [template.text] : template.messages.map(({ content }) => content)
  if (!places.some((place) => place.includes(PLACE)))
    throw new TemplateError(`template \`${nameOrPath}\` has no ${PLACE} in it`)
  return template
}

export function fillTemplate(template: Template, state: string): Prompt {
  const fill = (text: string) => text.split(PLACE).join(state)
  return template.kind === 'text'
    ? fill(template.text)
    : template.messages.map(({ role, content }) => ({ role, content: fill(content) }))
}

function parseMessages(path: string, text: string): readonly ChatMessage[] {
  try {
    return messagesSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new TemplateError(`template \`${path}\` is not a JSON list of {"role", "content"} messages`, { cause })
  }
}
