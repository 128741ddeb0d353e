import { z } from 'zod'
import type { Edit, FileHole } from '../holes.ts'
import type { FileDeclaration, PlacedCommand } from '../placed.ts'

/**
 * What both sides say about texts of files: a host keeps the environments between a text's commands, and theorems and holes
 * are opened at their place. All places are bytes of the text.
 */
const range = z.object({ start: z.number(), end: z.number() })

export const holeSchema: z.ZodType<FileHole> = range.extend({ kind: z.enum(['tactic', 'term']) })

const declarationSchema: z.ZodType<FileDeclaration> = range.extend({
  kind: z.enum(['theorem', 'example', 'instance', 'other']),
  name: z.string(),
  preface: range.optional(),
  keyword: range,
  stated: z.number().optional(),
  proof: z.number().optional(),
  variables: z.array(z.string()).optional(),
  holes: z.array(holeSchema),
})

const diagnosticSchema = z.object({
  severity: z.enum(['information', 'warning', 'error']),
  line: z.number(),
  column: z.number(),
  text: z.string(),
})

const placedCommandSchema: z.ZodType<PlacedCommand> = range.extend({
  command: z.number(),
  declarations: z.array(declarationSchema),
  errors: z.array(diagnosticSchema),
  breaks: z.boolean(),
})

export const scanResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('read'),
    commands: z.array(placedCommandSchema),
    /** Commands read so far, and how far in the text that is. */
    next: z.number(),
    position: z.number(),
    done: z.boolean(),
    /** No code of the text's own has run so far. */
    inert: z.boolean(),
  }),
  z.object({ kind: z.literal('rejected'), diagnostics: z.array(diagnosticSchema) }),
])

export const editSchema: z.ZodType<Edit> = range.extend({ text: z.string() })

export const checkResult = z.object({
  /** Errors of the command with the edits, lines as in the text. */
  errors: z.array(diagnosticSchema),
  /** The command is still one command. */
  whole: z.boolean(),
  /** How many `sorry`s its syntax has. */
  holes: z.number(),
})
