import { NotificationType, RequestType } from 'vscode-jsonrpc'
import { z } from 'zod'
import type { SyntaxNode } from '../../proof/tactics/syntax.ts'
import type { LibraryModule, StatedTheorem } from '../library.ts'
import { checkResult, editSchema, holeSchema, scanResult } from './file-protocol.ts'

/**
 * What the application and a Lean host process say to each other, over JSON-RPC on file descriptor 3. Both ends parse
 * what they receive with these schemas. Numbers named `environment`, `theorem` and `state` are handles of one host.
 */
export const PROTOCOL_FD = 3

const diagnosticSchema = z.object({
  severity: z.enum(['information', 'warning', 'error']),
  line: z.number(),
  column: z.number(),
  text: z.string(),
})
const rejected = z.object({ kind: z.literal('rejected'), diagnostics: z.array(diagnosticSchema).readonly() })
const stateSchema = z.object({
  state: z.number(),
  key: z.string(),
  goals: z.array(z.object({ text: z.string(), constants: z.array(z.string()).readonly() })),
  /** A key for each of several goals by itself; missing where one of them holds metavariables. */
  alone: z.array(z.string()).readonly().optional(),
})

export const stepSchema = z.discriminatedUnion('kind', [
  stateSchema.extend({ kind: z.literal('open') }),
  z.object({ kind: z.literal('finished') }),
  z.object({ kind: z.literal('error'), message: z.string() }),
  z.object({ kind: z.literal('timeout') }),
])
export type HostStep = z.infer<typeof stepSchema>

/**
 * Declarations as data (proof/declarations/export.ts), on their way. The process that uses them looks at every entry;
 * what lies between only hands them on.
 */
const exportSchema = z.unknown()
const nameSchema = z.array(z.union([z.string(), z.number()])).readonly()
const ranCodeOfSchema = z.enum(['none', 'statement', 'header'])
const importsSchema = z.array(z.object({ module: z.string(), all: z.boolean() })).readonly()

const refused = z.object({ kind: z.literal('refused'), reason: z.string(), messages: z.array(z.string()) })

export const memorySchema = z.object({
  heapBytes: z.number(),
  residentBytes: z.number(),
  states: z.number(),
  /** Milliseconds that steps have spent inside Lean since the host began. */
  leanMs: z.number(),
})
export type HostMemory = z.infer<typeof memorySchema>

const libraryModuleSchema: z.ZodType<LibraryModule> = z.object({
  name: z.string(),
  imports: z.array(z.string()),
  theorems: z.array(z.string()),
  left: z.record(z.string(), z.number()),
})
const statedSchema: z.ZodType<StatedTheorem> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stated'), statement: z.string() }),
  z.object({ kind: z.literal('left'), reason: z.string() }),
])
const libraryTheorem = z.object({ name: z.string(), uses: z.array(z.number()), conclusion: z.string() })
const libraryTheorems = z.object({
  symbols: z.array(z.string()),
  theorems: z.array(libraryTheorem),
  /** Definitions, with what their bodies mention of symbols. */
  unfolds: z.array(z.object({ symbol: z.number(), uses: z.array(z.number()) })),
})
const namedConstant = z.object({ name: z.string(), constant: z.string() })
const localConstants = z.object({
  symbols: z.array(z.string()),
  /** `unfinished`: it rests on a `sorry`, its own or that of something it uses. */
  theorems: z.array(libraryTheorem.extend({ unfinished: z.literal(true).optional() })),
  definitions: z.array(namedConstant),
  /** Inductive types and structures. */
  types: z.array(namedConstant),
  /** All constants that rest on a `sorry`, by their names inside Lean. */
  unfinished: z.array(z.string()),
})
export type LocalConstants = z.infer<typeof localConstants>

const syntaxNodeSchema: z.ZodType<SyntaxNode> = z.lazy(() =>
  z.object({ kind: z.string(), start: z.number(), end: z.number(), children: z.array(syntaxNodeSchema) }),
)
const commandSchema = z.object({
  /** The command's place in the file, in bytes. */
  start: z.number(),
  end: z.number(),
  /** Lean's errors while it was parsed and elaborated, each with its line and column. */
  errors: z.array(z.string()),
})
const fileCommandSchema = z.discriminatedUnion('kind', [
  commandSchema.extend({
    kind: z.literal('theorem'),
    /** With its namespace; empty for an `example`. */
    name: z.string(),
    /** The command's text without the proof. */
    statement: z.string(),
    /** The block of tactics that is the proof; missing where the proof is a term. */
    proof: syntaxNodeSchema.optional(),
    /** Main goals that info trees show before tactics of the proof, with the tactics' places. */
    goals: z.array(z.object({ start: z.number(), end: z.number(), goal: z.string() })),
  }),
  /** `other`: no theorem. */
  commandSchema.extend({ kind: z.enum(['mutual', 'other', 'end']) }),
])
export type FileCommand = z.infer<typeof fileCommandSchema>

/** One request: its method, what is sent and what comes back. */
type Method<P extends z.ZodType, R extends z.ZodType> = {
  readonly type: RequestType<z.infer<P>, z.infer<R>, void>
  readonly params: P
  readonly result: R
}
function method<P extends z.ZodType, R extends z.ZodType>(name: string, params: P, result: R): Method<P, R> {
  return { type: new RequestType(name), params, result }
}
export type AnyMethod = Method<z.ZodType, z.ZodType>

export const methods = {
  /** Boots Lean and proves that this build is the one the host knows. */
  hello: method(
    'hello',
    z.object({}),
    z.object({
      leanVersion: z.string(),
      githash: z.string(),
      /** Whether the module came with the machine code of the file given. */
      codeTaken: z.boolean(),
      /** Where the time of the start went, in milliseconds. */
      parts: z.array(z.object({ what: z.string(), wallMs: z.number(), cpuMs: z.number() })),
    }),
  ),
  /** Files that others import. A name stands for one text in a process. */
  addModules: method(
    'addModules',
    z.object({ modules: z.array(z.object({ name: z.string(), path: z.string(), text: z.string() })) }),
    z.object({}),
  ),
  /** The modules that a text imports itself, and what Lean has against its header. */
  importsOf: method(
    'importsOf',
    z.object({ text: z.string() }),
    z.object({ imports: z.array(z.string()), errors: z.array(diagnosticSchema) }),
  ),
  /** Imports and runs a header, once per text. `clean`: none of its commands can leave anything behind in the process. */
  open: method(
    'open',
    z.object({ header: z.string() }),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('opened'), environment: z.number(), clean: z.boolean() }),
      rejected,
    ]),
  ),
  start: method(
    'start',
    z.object({ environment: z.number(), statement: z.string(), heartbeats: z.number() }),
    z.discriminatedUnion('kind', [stateSchema.extend({ kind: z.literal('started'), theorem: z.number() }), rejected]),
  ),
  /** Runs tactics one after another on the same state. Each result is notified at once (`stepDone`); the answer counts them. */
  run: method(
    'run',
    z.object({
      run: z.number(),
      theorem: z.number(),
      state: z.number(),
      tactics: z.array(z.string()),
      heartbeats: z.number().exactOptional(),
      untilFinished: z.boolean().exactOptional(),
      /** Lean's kernel does not look at what finishes: the verifier will. */
      verifierFollows: z.boolean().exactOptional(),
    }),
    z.object({ done: z.number(), heapBytes: z.number() }),
  ),
  /** Elaborates commands in an environment, which stays as it is. */
  elaborate: method(
    'elaborate',
    z.object({ environment: z.number(), source: z.string() }),
    z.object({ diagnostics: z.array(diagnosticSchema).readonly() }),
  ),
  /**
   * What a statement means: elaborates the header and the statement without its proof, and gives what the statement
   * rests on and no import provides, with the statement itself as an axiom at the end. `ranCodeOf`: which of them may have
   * run code of its own in the process.
   */
  stateTheorem: method(
    'stateTheorem',
    z.object({ header: z.string(), statement: z.string() }),
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('stated'),
        name: nameSchema,
        exported: exportSchema,
        imports: importsSchema,
        ranCodeOf: ranCodeOfSchema,
        heapBytes: z.number(),
      }),
      rejected.extend({
        where: z.enum(['header', 'statement']),
        ranCodeOf: ranCodeOfSchema,
        heapBytes: z.number(),
      }),
    ]),
  ),
  /** What a source proves: elaborates a whole file, untrusted, and gives the constants that `name` needs and no import provides. */
  exportProof: method(
    'exportProof',
    z.object({ source: z.string(), name: nameSchema, header: z.string().optional() }),
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('exported'),
        exported: exportSchema,
        imports: importsSchema,
        /** Lean's errors in other commands of the file. */
        elsewhere: z.array(z.string()),
        heapBytes: z.number(),
      }),
      refused.extend({ heapBytes: z.number() }),
    ]),
  ),
  /**
   * Has Lean's kernel check an exported proof against an exported statement. Sees no text. `whole`: the answer holds all
   * that was checked, with what it rests on in the library, whose theorems are axioms there.
   */
  checkProof: method(
    'checkProof',
    z.object({ imports: importsSchema, stated: exportSchema, proof: exportSchema, whole: z.boolean().optional() }),
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('verified'),
        axioms: z.array(z.string()),
        exported: exportSchema.optional(),
        heapBytes: z.number(),
      }),
      refused.extend({ heapBytes: z.number() }),
    ]),
  ),
  /** The theorems of an environment: names, and the constants their statements mention as positions in `symbols`. */
  premises: method('premises', z.object({ environment: z.number() }), libraryTheorems),
  /** What the environment's own text has declared, and the text of its imports. */
  localConstants: method(
    'localConstants',
    z.object({ environment: z.number() }),
    localConstants.extend({ imports: z.string() }),
  ),
  /** The modules an environment imports, with the theorems people wrote in them. */
  libraryModules: method(
    'libraryModules',
    z.object({ environment: z.number() }),
    z.object({ modules: z.array(libraryModuleSchema) }),
  ),
  /**
   * Statements of an environment's theorems as source that elaborates back to the same type in another environment,
   * which is opened for this request alone and does not know them. One answer per name, in order.
   */
  stateTheorems: method(
    'stateTheorems',
    z.object({ environment: z.number(), header: z.string(), names: z.array(z.string()) }),
    z.object({ stated: z.array(statedSchema) }),
  ),
  /** Imports what a file's first lines say. Its commands are elaborated one by one, by `nextCommand`. */
  openFile: method(
    'openFile',
    z.object({ source: z.string() }),
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('opened'), file: z.number() }), rejected]),
  ),
  /** `admit`: this command is known to end the process, so a theorem is taken without its proof, and any other left out. */
  nextCommand: method('nextCommand', z.object({ file: z.number(), admit: z.boolean() }), fileCommandSchema),
  /** Like `start`, for the theorem that `nextCommand` has just elaborated, in the environment just before it. */
  startCommand: method(
    'startCommand',
    z.object({ file: z.number(), heartbeats: z.number() }),
    z.discriminatedUnion('kind', [stateSchema.extend({ kind: z.literal('started'), theorem: z.number() }), rejected]),
  ),
  /** Gives a text of a file a number, and imports what its first lines say. */
  putText: method(
    'putText',
    z.object({ id: z.number(), text: z.string() }),
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('put'), inert: z.boolean() }), rejected]),
  ),
  /** Elaborates a text's commands for about `budgetMs`, and says what is in those from number `from` on. */
  scanText: method('scanText', z.object({ id: z.number(), from: z.number(), budgetMs: z.number() }), scanResult),
  /** The environment at byte `end` of a text, after the commands `further`. `misplaced`: a command is under way there. */
  openText: method(
    'openText',
    z.object({ id: z.number(), end: z.number(), further: z.string() }),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('opened'), environment: z.number(), clean: z.boolean() }),
      z.object({ kind: z.literal('misplaced') }),
      rejected,
    ]),
  ),
  /** Like `start`, for a place in a command where something is left out. */
  startHole: method(
    'startHole',
    z.object({ id: z.number(), command: z.number(), hole: holeSchema, heartbeats: z.number() }),
    z.discriminatedUnion('kind', [
      stateSchema.extend({
        kind: z.literal('started'),
        theorem: z.number(),
        /** How often Lean comes to the place: once for each of several goals. */
        times: z.number(),
        isProposition: z.boolean(),
      }),
      rejected,
    ]),
  ),
  /** Elaborates a command of a text with parts of it replaced; nothing of it stays. */
  checkCommand: method(
    'checkCommand',
    z.object({ id: z.number(), command: z.number(), edits: z.array(editSchema) }),
    checkResult,
  ),
  /** Theorems in the terms that a tactic assigns to the goals of a state. Empty where the tactic fails. */
  usedTheorems: method(
    'usedTheorems',
    z.object({ theorem: z.number(), state: z.number(), tactic: z.string() }),
    z.object({ premises: z.array(z.string()) }),
  ),
  /**
   * Constants of a library as `DeclarationExport`, which the receiver validates: those named and, as far as `most`
   * declarations go, what they mention. The second kernel asks for them; see host/library-constants.ts.
   */
  libraryConstants: method(
    'libraryConstants',
    z.object({
      imports: importsSchema,
      names: z.array(nameSchema).readonly(),
      most: z.number(),
      follow: z.boolean(),
    }),
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('constants'),
        exported: exportSchema,
        /** Which of them are axioms: theorems look the same. */
        axioms: z.array(nameSchema),
        heapBytes: z.number(),
      }),
      refused,
    ]),
  ),
  /** What Lean's kernel says to each of some declarations by itself; null where it accepts. For comparing kernels. */
  judgeDeclarations: method(
    'judgeDeclarations',
    z.object({ imports: importsSchema, exported: exportSchema }),
    z.object({ refusals: z.array(z.string().nullable()), heapBytes: z.number() }),
  ),
  /** For a test of the transport: declarations built by Lean and written again, unchecked. */
  echoDeclarations: method(
    'echoDeclarations',
    z.object({ exported: exportSchema }),
    z.object({ exported: exportSchema }),
  ),
  /** All constants of a library, with the numbers of their kinds in `Lean.ConstantInfo`. */
  libraryNames: method(
    'libraryNames',
    z.object({ imports: importsSchema }),
    z.object({ names: z.array(z.object({ name: nameSchema, kind: z.number() })) }),
  ),
  memory: method('memory', z.object({}), memorySchema),
  /**
   * For tests of the stack: how many words of Lean's static data have been the same at every look, and how many were so
   * until the last one.
   */
  staticData: method('staticData', z.object({}), z.object({ constant: z.number(), changed: z.number() })),
  /** A code file's contents, base64: what V8 has optimised so far. */
  compiledCode: method('compiledCode', z.object({}), z.object({ code: z.string() })),
} as const

export const notifications = {
  stepDone: {
    type: new NotificationType<{ run: number; index: number; result: HostStep }>('stepDone'),
    params: z.object({ run: z.number(), index: z.number(), result: stepSchema }),
  },
  /** Ends a run after the tactic it is at. */
  stop: { type: new NotificationType<{ run: number }>('stop'), params: z.object({ run: z.number() }) },
  release: {
    type: new NotificationType<{ states: number[] }>('release'),
    params: z.object({ states: z.array(z.number()) }),
  },
  closeTheorem: {
    type: new NotificationType<{ theorem: number }>('closeTheorem'),
    params: z.object({ theorem: z.number() }),
  },
  dropText: { type: new NotificationType<{ id: number }>('dropText'), params: z.object({ id: z.number() }) },
  closeEnvironment: {
    type: new NotificationType<{ environment: number }>('closeEnvironment'),
    params: z.object({ environment: z.number() }),
  },
  closeFile: {
    type: new NotificationType<{ file: number }>('closeFile'),
    params: z.object({ file: z.number() }),
  },
} as const
