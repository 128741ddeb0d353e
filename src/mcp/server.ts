import { writeFile } from 'node:fs/promises'
import { McpServer } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { fill } from '../api/fill.ts'
import { openPlace } from '../api/goals.ts'
import { type Lean, type LeanOptions, openLean, type TheoremSource } from '../api/lean.ts'
import { prove } from '../api/prove.ts'
import { readLean } from '../api/read-lean.ts'
import { InputError } from '../proof/input-error.ts'
import type { ProofState } from '../proof/proof-state.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import { type JobProgress, Jobs, type JobView } from './jobs.ts'
import { pathBelow } from './paths.ts'

const INSTRUCTIONS = `Proves Lean 4 theorems. Only what the verifier accepts is called proved: two kernels have checked it, with the
axioms propext, Quot.sound and Classical.choice alone. Lines and columns count from 1. File paths are below the folder the server was started in. Long work (prove, fill_sorries) can be
started with wait: false, and then asked for with check, or ended with cancel.`

const filePath = z.string().describe('a .lean file below the folder the server was started in')
const line = z.number().int().min(1)
const header = z.string().describe('Lean commands before the theorem: import, open, …').optional()
const budget = z
  .number()
  .positive()
  .max(24 * 3600)
const policies = z
  .array(z.string())
  .min(1)
  .describe('members as on the command line, e.g. neff-8, baseline; default: the shipped policies')
  .optional()
const wait = z.boolean().default(true).describe('false gives a job_id at once; ask for it with check')
const status = z.enum(['queued', 'in_progress', 'proved', 'partial', 'failed', 'error', 'cancelled'])
const progress = z.object({ done: z.number(), total: z.number(), message: z.string() }).optional()
const jobAnswer = z.looseObject({ job_id: z.string(), status, progress, reason: z.string().optional() })

const proveInput = z.object({
  theorem: z.string().describe('`theorem NAME … : TYPE`; or give file_path').optional(),
  header,
  file_path: filePath.optional(),
  name: z.string().describe('the theorem in the file').optional(),
  line: line.describe('a line of the theorem in the file').optional(),
  budget_seconds: budget.default(60),
  policies,
  wait,
})
const fillInput = z.object({
  file_path: filePath,
  name: z.string().describe('only the holes of this declaration').optional(),
  line: line.describe('only the holes on this line').optional(),
  budget_seconds: budget.default(10).describe('for each hole'),
  total_seconds: budget.describe('for all holes').optional(),
  write: z.boolean().default(false).describe('write what was filled into the file'),
  policies,
  wait,
})
const verifyInput = z.object({
  statement: z.string().describe('the trusted statement, `theorem NAME … : TYPE`'),
  header,
  source: z.string().describe('the Lean file to be checked; or give file_path').optional(),
  file_path: filePath.optional(),
  require_both: z.boolean().default(false).describe('reject what the second kernel does not finish'),
})
const verifyAnswer = z.object({
  verdict: z.enum(['verified', 'rejected']),
  axioms: z.array(z.string()).optional(),
  kernels: z.unknown().optional(),
  reason: z.string().optional(),
  messages: z.array(z.string()).optional(),
})
const goalAnswer = z.object({
  theorem: z.string(),
  kind: z.enum(['hole', 'step', 'start']),
  line: z.number(),
  column: z.number(),
  goals: z.array(z.string()),
})
const tacticsInput = z.object({
  snippets: z.array(z.string()).min(1).max(256).describe('each is run on the same proof state, independently'),
  file_path: filePath.optional(),
  line: line.describe('a hole, a tactic or a theorem of the file').optional(),
  theorem: z.string().describe('instead of a place in a file: `theorem NAME … : TYPE`').optional(),
  header,
})
const tacticsAnswer = z.object({
  goals: z.array(z.string()).describe('before'),
  results: z.array(
    z.object({
      snippet: z.string(),
      status: z.enum(['goals', 'no goals', 'error', 'timeout', 'crash']),
      goals: z.array(z.string()).optional(),
      message: z.string().optional(),
    }),
  ),
})
const jobInput = z.object({ job_id: z.string() })

export type ServerOptions = LeanOptions & {
  /** Files are read, and written, below this folder only. */
  readonly root: string
  readonly version: string
  /** Ends it, as the client's leaving does. */
  readonly signal?: AbortSignal
}

/** What a request brings with it. */
type Context = {
  readonly mcpReq: {
    readonly signal: AbortSignal
    readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined
    readonly notify: (notification: {
      readonly method: 'notifications/progress'
      readonly params: {
        readonly progressToken: string | number
        readonly progress: number
        readonly total: number
        readonly message: string
      }
    }) => Promise<void>
  }
}
type Answer = {
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent?: Record<string, unknown>
  readonly isError?: boolean
}

/** Serves agents over standard input and output until the client leaves. Lean is started by the first request. */
export async function serveMcp(options: ServerOptions): Promise<void> {
  const session = new Session(options)
  const server = createServer(session, options.version)
  const transport = new StdioServerTransport()
  const ended = new Promise<void>((resolve) => {
    server.server.onclose = resolve
    process.stdin.once('end', resolve).once('close', resolve)
    options.signal?.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.connect(transport)
  await ended
  await session.close()
}

/** One client's Lean and jobs. */
class Session {
  readonly jobs = new Jobs()
  readonly #options: ServerOptions
  #lean: Promise<Lean> | undefined

  constructor(options: ServerOptions) {
    this.#options = options
  }
  lean(): Promise<Lean> {
    const { root: _, version: __, ...options } = this.#options
    this.#lean ??= openLean(options).catch((error) => {
      this.#lean = undefined
      throw error
    })
    return this.#lean
  }
  path(path: string): Promise<string> {
    return pathBelow(this.#options.root, path)
  }
  async close(): Promise<void> {
    await this.jobs.cancelAll()
    await (await this.#lean?.catch(() => undefined))?.close()
  }
}

function createServer(session: Session, version: string): McpServer {
  const server = new McpServer({ name: 'hedge', version }, { instructions: INSTRUCTIONS })
  const reads = { readOnlyHint: true, openWorldHint: false }

  server.registerTool(
    'prove',
    {
      description: 'Search for a proof of a theorem, given as text or by its place in a file, and verify it.',
      inputSchema: proveInput,
      outputSchema: jobAnswer,
      annotations: reads,
    },
    answering(async (input: z.infer<typeof proveInput>, context) => {
      const source = await theoremOf(session, input)
      const id = session.jobs.start(async (signal, report) => {
        const result = await prove(await session.lean(), source, {
          budgetMs: input.budget_seconds * 1000,
          ...(input.policies && { policies: input.policies }),
          signal,
          onProgress: ({ elapsedMs, budgetMs, member, expansions, tactics }) =>
            report({
              done: elapsedMs,
              total: budgetMs,
              message: `${member}: ${expansions} expansions, ${tactics} tactics`,
            }),
        })
        const { theorem, refused } = result
        if (result.kind === 'notProved')
          return { status: 'failed', theorem: theorem.name, reason: result.reason, refused }
        const { tactics, axioms, by, kernels } = result
        const proof = `${theorem.statement} := by\n${indented(tactics)}`
        return { status: 'proved', theorem: theorem.name, proof, axioms, by, ...(kernels && { kernels }) }
      })
      return answerOf(session, id, input.wait, context)
    }),
  )

  server.registerTool(
    'fill_sorries',
    {
      description: 'Fill the `sorry`s of a Lean file with proofs; gives a diff, and writes it if asked to.',
      inputSchema: fillInput,
      outputSchema: jobAnswer,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    answering(async (input: z.infer<typeof fillInput>, context) => {
      const path = await session.path(input.file_path)
      const id = session.jobs.start(async (signal, report) => {
        const { name, line, budget_seconds, total_seconds } = input
        const { holes, text, diff } = await fill(await session.lean(), path, {
          budgetMs: budget_seconds * 1000,
          ...(total_seconds === undefined ? {} : { totalMs: total_seconds * 1000 }),
          ...(name === undefined ? {} : { name }),
          ...(line === undefined ? {} : { line }),
          ...(input.policies && { policies: input.policies }),
          signal,
          onHole: ({ theorem, status }, done, total) => report({ done, total, message: `${theorem}: ${status}` }),
        })
        const filled = holes.filter(({ replacement }) => replacement !== undefined).length
        if (input.write && filled > 0) await writeFile(path, text)
        return {
          status: filled === holes.length ? 'proved' : filled > 0 ? 'partial' : 'failed',
          sorriesTotal: holes.length,
          sorriesFilled: filled,
          holes: holes.map(({ column, ...hole }) => ({ ...hole, column: column + 1 })),
          diff,
          written: input.write && filled > 0,
        }
      })
      return answerOf(session, id, input.wait, context)
    }),
  )

  server.registerTool(
    'verify',
    {
      description: 'Check a Lean proof from anywhere against a statement you trust. Nothing in the source is believed.',
      inputSchema: verifyInput,
      outputSchema: verifyAnswer,
      annotations: reads,
    },
    answering(async ({ statement, header, source, file_path, require_both }: z.infer<typeof verifyInput>) => {
      if ((source === undefined) === (file_path === undefined)) throw new InputError('give source or file_path')
      const text = source ?? (await readLean(await session.path(file_path as string)))
      const request = {
        source: text,
        statement,
        requireBoth: require_both,
        ...(header === undefined ? {} : { header }),
      }
      const { kind, ...verdict } = await (await session.lean()).verify(request)
      return { verdict: kind, ...verdict }
    }),
  )

  server.registerTool(
    'goal',
    {
      description:
        'The goals at a line of a file: of a `sorry` there, of the tactic that begins there, or of the theorem.',
      inputSchema: z.object({ file_path: filePath, line }),
      outputSchema: goalAnswer,
      annotations: reads,
    },
    answering(async ({ file_path, line: at }: { file_path: string; line: number }, { mcpReq: { signal } }) => {
      const place = await openPlace(await session.lean(), await session.path(file_path), at, signal)
      await place.session.close()
      const { theorem, kind, state } = place
      return { theorem, kind, line: place.line, column: place.column + 1, goals: goalsOf(state) }
    }),
  )

  server.registerTool(
    'run_tactics',
    {
      description:
        'Run many tactics at one place, each by itself, and see the goals they leave. `no goals` is not yet verified.',
      inputSchema: tacticsInput,
      outputSchema: tacticsAnswer,
      annotations: reads,
    },
    answering(async (input: z.infer<typeof tacticsInput>, { mcpReq: { signal } }) => {
      const lean = await session.lean()
      const { snippets, file_path, line: at } = input
      if (file_path !== undefined && at === undefined) throw new InputError('give the line in file_path')
      const open =
        file_path === undefined
          ? await lean.open(await theoremOf(session, input), { signal })
          : await openPlace(lean, await session.path(file_path), at as number, signal)
      const [state, run, close] =
        'root' in open
          ? [open.root, () => open.run(snippets, open.root, signal), () => open.close()]
          : [open.state, () => open.session.runTactics(open.state, snippets, signal), () => open.session.close()]
      try {
        const results = await run()
        return { goals: goalsOf(state), results: results.map((result, i) => shown(snippets[i] ?? '', result)) }
      } finally {
        await close()
      }
    }),
  )

  server.registerTool(
    'check',
    {
      description: 'How a job stands: its progress, or its result.',
      inputSchema: jobInput,
      outputSchema: jobAnswer,
      annotations: reads,
    },
    answering(async ({ job_id }: z.infer<typeof jobInput>) => session.jobs.view(job_id)),
  )
  server.registerTool(
    'cancel',
    {
      description: 'End a job.',
      inputSchema: jobInput,
      outputSchema: jobAnswer,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    answering(async ({ job_id }: z.infer<typeof jobInput>) => session.jobs.cancel(job_id)),
  )
  return server
}

/** What is wrong with a request is an answer for the agent, in one sentence. */
function answering<Input>(
  work: (input: Input, context: Context) => Promise<object>,
): (input: Input, context: Context) => Promise<Answer> {
  return async (input, context) => {
    try {
      const structuredContent = { ...(await work(input, context)) }
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent, null, 2) }], structuredContent }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      return { content: [{ type: 'text', text }], isError: true }
    }
  }
}

async function answerOf({ jobs }: Session, id: string, waits: boolean, { mcpReq }: Context): Promise<JobView> {
  if (!waits) return jobs.view(id)
  const token = mcpReq._meta?.progressToken
  const tell = ({ done, total, message }: JobProgress) => {
    if (token === undefined) return
    const params = { progressToken: token, progress: done, total, message }
    // A client that has gone hears nothing more.
    void mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
  return jobs.wait(id, mcpReq.signal, tell)
}

type Asked = {
  readonly theorem?: string | undefined
  readonly header?: string | undefined
  readonly file_path?: string | undefined
  readonly name?: string | undefined
  readonly line?: number | undefined
}
async function theoremOf(session: Session, { theorem, header, file_path, name, line }: Asked): Promise<TheoremSource> {
  if ((theorem === undefined) === (file_path === undefined)) throw new InputError('give theorem or file_path')
  if (theorem !== undefined) return { statement: theorem, ...(header === undefined ? {} : { header }) }
  const file = await session.path(file_path as string)
  return { file, ...(name === undefined ? {} : { name }), ...(line === undefined ? {} : { line }) }
}

const goalsOf = ({ goals }: ProofState): string[] => goals.map(({ text }) => text)
const indented = (blocks: readonly string[]): string => blocks.join('\n').replace(/^(?=.)/gm, '  ')

function shown(snippet: string, result: TacticResult): z.infer<typeof tacticsAnswer>['results'][number] {
  switch (result.kind) {
    case 'open':
      return { snippet, status: 'goals', goals: goalsOf(result.state) }
    case 'finished':
      return { snippet, status: 'no goals', goals: [] }
    case 'timeout':
      return { snippet, status: 'timeout', message: `the limit of ${result.limit} was reached` }
    case 'error':
    case 'crash':
      return { snippet, status: result.kind, message: result.message }
    default:
      return result satisfies never
  }
}
