import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const FOLDER = fileURLToPath(new URL('../../../policies/models', import.meta.url))

const messagesSchema = z
  .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
  .min(1)

/** How models of one kind are asked: a file of `policies/models`, or one of the user's. */
const familySchema = z.strictObject({
  about: z.string(),
  /** A text to continue, or a conversation; `{state}` or `{theorem}` stands where those go. */
  prompt: z.union([z.string(), messagesSchema]),
  /** What a model is told of a proof that failed, with `{trouble}` in it. */
  repair: z.string().optional(),
  temperature: z.number().min(0).optional(),
  /** Of a member, where it does not say. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})
export type ModelFamily = z.infer<typeof familySchema>

/** A prompt's file cannot be used; the message is one sentence that names it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/** Names of the families that come with the program. */
export function familyNames(): string[] {
  return readdirSync(FOLDER).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
}

/**
 * A family by its name, or from a file: `.json` is a family or only its messages, anything else a text, of which the line
 * break at the end is no part. @throws TemplateError
 */
export function readFamily(nameOrPath: string): ModelFamily {
  const shipped = join(FOLDER, `${nameOrPath}.json`)
  const isShipped = /^[\w-]+$/.test(nameOrPath) && existsSync(shipped)
  let text: string
  try {
    text = readFileSync(isShipped ? shipped : nameOrPath, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const message = `template \`${nameOrPath}\` is none of ${familyNames().join(', ')}, nor a file (${code})`
    throw new TemplateError(message, { cause })
  }
  if (!isShipped && !nameOrPath.endsWith('.json'))
    return { about: '', prompt: text.replace(/\r?\n$/, ''), settings: {} }
  try {
    const json: unknown = JSON.parse(text)
    return familySchema.parse(Array.isArray(json) ? { about: '', prompt: json } : json)
  } catch (cause) {
    const wanted = 'a JSON list of {"role", "content"} messages, or a family as in policies/models'
    throw new TemplateError(`template \`${nameOrPath}\` is not ${wanted}`, { cause })
  }
}

/** What a family says of a member before its server is asked; nothing where the file cannot be used, which is told later. */
export function presetOf(nameOrPath: string): { readonly temperature?: number; readonly whole: boolean } {
  try {
    const { temperature, prompt } = readFamily(nameOrPath)
    const whole = JSON.stringify(prompt).includes('{theorem}')
    return temperature === undefined ? { whole } : { temperature, whole }
  } catch {
    return { whole: false }
  }
}
