import { z } from 'zod'

/**
 * What both sides say about texts of files: a host keeps the environments between a text's commands, and theorems and holes
 * are opened at their place. All places are bytes of the text.
 */
const range = z.object({ start: z.number(), end: z.number() })

/** A `sorry` or an `admit`. */
export const holeSchema = range.extend({ kind: z.enum(['tactic', 'term']) })
export type FileHole = z.infer<typeof holeSchema>

const declarationSchema = range.extend({
  kind: z.enum(['theorem', 'example', 'instance', 'other']),
  /** With its namespace, as Lean writes it; empty where it has none. */
  name: z.string(),
  /** In a `mutual` block: what stands in front of the block and holds for it. `start` and `end` are the declaration's then. */
  preface: range.optional(),
  /** Its word: `theorem`, `example`, … */
  keyword: range,
  /** Where what proves it begins: its `:=`, its first `|`, its `where`. */
  proof: z.number().optional(),
  holes: z.array(holeSchema),
})
export type FileDeclaration = z.infer<typeof declarationSchema>

const diagnosticSchema = z.object({
  severity: z.enum(['information', 'warning', 'error']),
  line: z.number(),
  column: z.number(),
  text: z.string(),
})

/** A command of a text that declares something, leaves something out, or does not elaborate. */
const placedCommandSchema = range.extend({
  /** Its number among the text's commands. */
  command: z.number(),
  declarations: z.array(declarationSchema),
  errors: z.array(diagnosticSchema),
  /** Its errors may change what follows means: something that it declares is missing afterwards. */
  breaks: z.boolean(),
})
export type PlacedCommand = z.infer<typeof placedCommandSchema>

export const scanResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('read'),
    commands: z.array(placedCommandSchema),
    /** Commands read so far, and how far in the text that is. */
    next: z.number(),
    position: z.number(),
    done: z.boolean(),
  }),
  z.object({ kind: z.literal('rejected'), diagnostics: z.array(diagnosticSchema) }),
])

export const editSchema = range.extend({ text: z.string() })
export type Edit = z.infer<typeof editSchema>

export const checkResult = z.object({
  /** Errors of the command with the edits, lines as in the text. */
  errors: z.array(diagnosticSchema),
  /** The command is still one command. */
  whole: z.boolean(),
  /** How many `sorry`s its syntax has. */
  holes: z.number(),
})
