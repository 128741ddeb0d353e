import { CancellationTokenSource } from 'vscode-jsonrpc'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import { z } from 'zod'
import { tell } from '../tell.ts'
import { framesOnly } from './frames.ts'
import type { LeanPeer } from './peer.ts'
import { groupMemory, killGroup, spawnGroup } from './process-group.ts'

const positionSchema = z.object({ line: z.number(), character: z.number() })
const rangeSchema = z.object({ start: positionSchema, end: positionSchema })
const diagnosticSchema = z.object({
  range: rangeSchema,
  severity: z.number().default(1),
  message: z.string(),
  /** Lean's own: 1 marks goals that a block leaves open. */
  leanTags: z.array(z.number()).optional(),
  isSilent: z.boolean().optional(),
})
/** A message about the document. Lines and characters count from 0, characters in UTF-16 units. */
export type LspDiagnostic = z.infer<typeof diagnosticSchema>

const published = z.object({ version: z.number(), diagnostics: z.array(diagnosticSchema) })
const progressed = z.object({
  textDocument: z.object({ version: z.number() }),
  processing: z.array(z.object({ range: rangeSchema })),
})
const referencesSchema = z.object({
  version: z.number(),
  /** By what is referred to, as JSON. A usage begins with the line and the character of its first and its last place. */
  references: z.record(z.string(), z.object({ usages: z.array(z.tuple([z.number(), z.number()]).rest(z.unknown())) })),
})
const constantSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('this is not JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ c: z.object({ n: z.string() }) }))
/** A constant that the document names, by its full name. Lines count from 0. */
export type NamedConstant = { readonly name: string; readonly line: number }

const plainGoalSchema = z.object({ goals: z.array(z.string()) }).nullable()

/** The process ended before it answered. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone'
  /** Whether somebody else ended it, by a signal. */
  readonly bySignal: boolean
  constructor(detail: string, bySignal: boolean) {
    super(detail)
    this.bySignal = bySignal
  }
}

/** What came of one version of the document. */
export type Elaborated =
  | { readonly kind: 'done'; readonly diagnostics: readonly LspDiagnostic[] }
  /** The deadline passed, or the caller gave up. */
  | {
      readonly kind: 'timeout' | 'aborted'
      /** Where what Lean was not done with begins, in order: commands, and steps of the proof it was at. */
      readonly lines: readonly number[]
      /** Of what it was done with. */
      readonly diagnostics: readonly LspDiagnostic[]
    }

/** What a deadline is of: everything, one command, or one step that Lean reports, which a tactic of a proof can be. */
type DeadlineOf = 'everything' | 'command' | 'step'

/** Importing a large library on a loaded machine, or its first time from a slow disk. */
export const OPEN_DEADLINE_MS = 300_000
/** A replaced process elaborates all that stands before a place anew: some 2 ms for a character on a loaded machine. */
const OPEN_DEADLINE_PER_CHARACTER_MS = 5
/** Milliseconds for a text to be elaborated from its imports on. */
export const openDeadline = (text: string): number => OPEN_DEADLINE_MS + OPEN_DEADLINE_PER_CHARACTER_MS * text.length
/** How long a worker may take to let go of a version that is no longer wanted, before it is killed. */
const SETTLE_MS = 1000
const MEMORY_EVERY_MS = 500
const STDERR_KEPT = 4000

/**
 * One `lean --worker`: one document whose header stays warm. Each text is a new version; what Lean says about another
 * version is not heard, and a missed deadline is an answer of its own, never an empty list of errors.
 */
export class LspProcess {
  readonly #child
  readonly #connection
  readonly #uri: string
  readonly #memoryCeiling: number
  readonly #gone: Promise<WorkerGone>
  #death: WorkerGone | undefined
  #killReason: string | undefined
  #version = 0
  #diagnostics: readonly LspDiagnostic[] = []
  /** What Lean told last of the references in a version, as it came. */
  #references: unknown
  #stderr = ''
  /** Text that the worker can go back to at once: the header alone. */
  #base = '\n'
  /** Where what Lean is not done with begins. */
  #lines: readonly number[] = [0]
  #onProgress: ((before: readonly number[], after: readonly number[]) => void) | undefined

  /** @param memoryCeiling resident bytes at which the process is killed */
  constructor(peer: LeanPeer, memoryCeiling: number, uri = peer.documentUri) {
    this.#uri = uri
    this.#memoryCeiling = memoryCeiling
    this.#child = spawnGroup(peer.worker, 'pipe')
    const { stdin, stdout, stderr } = this.#child
    if (stdin === null || stdout === null || stderr === null) throw new Error('the worker has no standard streams')
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT)
    })
    // A process that is gone is noticed by its end, not by its streams.
    stdin.on('error', () => {})
    const reader = new StreamMessageReader(stdout.pipe(framesOnly()))
    reader.partialMessageTimeout = 0
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(stdin))
    this.#connection.onError(() => {})
    // Lean asks the editor to refresh this and that.
    this.#connection.onRequest(() => null)
    this.#connection.onNotification((method, params) => this.#hear(method, params))
    this.#connection.listen()
    const watch = setInterval(() => this.#watchMemory(), MEMORY_EVERY_MS)
    watch.unref()
    this.#gone = new Promise((resolve) => {
      const end = (detail: string, signal: NodeJS.Signals | null = null) => {
        if (this.#death !== undefined) return
        clearInterval(watch)
        // What the leader started dies with it.
        killGroup(this.#child)
        this.#death = new WorkerGone(this.#killReason ?? detail, signal !== null && this.#killReason === undefined)
        this.#connection.dispose()
        resolve(this.#death)
      }
      this.#child.once('error', (error) => end(error.message))
      this.#child.once('close', (code, signal) => end(causeOfDeath(this.#stderr, code, signal), signal))
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }
  /** Whether it is gone, or will be in a moment. */
  get isEnding(): boolean {
    return this.#death !== undefined || this.#killReason !== undefined
  }
  /** The text it goes back to from a version that takes too long. */
  get base(): string {
    return this.#base
  }
  get gone(): Promise<WorkerGone> {
    return this.#gone
  }

  /** Where what Lean was not done with began when it last told: where it died, if it did. */
  get lines(): readonly number[] {
    return this.#lines
  }

  /**
   * Opens the document with a header. @throws WorkerGone
   * @param deadlineMs for all of it, or with `commandMs` until Lean gets to the first command
   * @param commandMs as in `elaborateFile`
   */
  async open(header: string, deadlineMs: number, signal?: AbortSignal, commandMs?: number): Promise<Elaborated> {
    this.#base = header
    this.#version = 1
    const textDocument = { uri: this.#uri, languageId: 'lean4', version: 1, text: header }
    // The worker takes this as it comes from the server's watchdog, and does not answer it.
    void this.#connection
      .sendRequest('initialize', {
        processId: process.pid,
        rootUri: null,
        capabilities: { textDocument: {}, lean: { silentDiagnosticSupport: true } },
      })
      .catch(() => {})
    this.#send('textDocument/didOpen', { textDocument, dependencyBuildMode: 'never' })
    return commandMs === undefined
      ? this.#wait('everything', deadlineMs, signal)
      : this.#wait('command', commandMs, signal, deadlineMs)
  }

  /**
   * Makes a text the document and waits until Lean is done with it. @throws WorkerGone
   * @param base where to go back to from a version that takes too long; the header if left out
   */
  async elaborate(text: string, deadlineMs: number, signal?: AbortSignal, base?: string): Promise<Elaborated> {
    this.#base = base ?? this.#base
    this.#change(text)
    return this.#wait('everything', deadlineMs, signal)
  }

  /** Like `elaborate`, where each step of a proof may take as long. @throws WorkerGone */
  async elaborateSteps(text: string, stepMs: number, signal?: AbortSignal): Promise<Elaborated> {
    this.#change(text)
    return this.#wait('step', stepMs, signal)
  }

  /**
   * Makes a long text the document. @throws WorkerGone
   * @param commandMs without any progress through the text; then the process is ended
   */
  async elaborateFile(text: string, commandMs: number): Promise<Elaborated> {
    this.#change(text)
    return this.#wait('command', commandMs)
  }

  /** The goals at a place of the document, as Lean prints them. @throws WorkerGone */
  async plainGoal(line: number, character: number, deadlineMs: number): Promise<readonly string[] | undefined> {
    const params = { textDocument: { uri: this.#uri }, position: { line, character } }
    const answer = await this.#request('$/lean/plainGoal', params, deadlineMs)
    return plainGoalSchema.parse(answer ?? null)?.goals
  }

  /** Constants that the version elaborated last names; none where Lean tells in words we do not know. */
  namedConstants(): NamedConstant[] {
    const { data } = referencesSchema.safeParse(this.#references)
    if (data?.version !== this.#version) return []
    return Object.entries(data.references).flatMap(([key, { usages }]) => {
      // Others are local variables.
      const { data: constant } = constantSchema.safeParse(key)
      if (constant === undefined) return []
      // A declaration of the document itself can have the document's name before its own.
      const name = constant.c.n.replace(/^_private\..*\.0\./, '')
      return usages.map(([line]) => ({ name, line }))
    })
  }

  /** Resident bytes now; undefined where the system does not tell. */
  memory(): number | undefined {
    return groupMemory(this.pid)
  }

  kill(reason: string): void {
    if (this.#death !== undefined) return
    this.#killReason ??= reason
    killGroup(this.#child)
  }

  #change(text: string): void {
    this.#version++
    this.#diagnostics = []
    this.#lines = [0]
    const textDocument = { uri: this.#uri, version: this.#version }
    this.#send('textDocument/didChange', { textDocument, contentChanges: [{ text }] })
  }

  /** @param firstMs until Lean has begun; then `deadlineMs` for each of what the deadline is of */
  async #wait(
    of: DeadlineOf,
    deadlineMs: number,
    signal?: AbortSignal,
    firstMs: number = deadlineMs,
  ): Promise<Elaborated> {
    const cancel = new CancellationTokenSource()
    const params = { uri: this.#uri, version: this.#version }
    let onAbort: (() => void) | undefined
    let timer: NodeJS.Timeout | undefined
    const stopped = new Promise<'timeout' | 'aborted'>((resolve) => {
      onAbort = () => resolve('aborted')
      if (signal?.aborted) onAbort()
      signal?.addEventListener('abort', onAbort, { once: true })
      timer = setTimeout(() => resolve('timeout'), firstMs)
      this.#onProgress = (before, after) => {
        if (of === 'everything' || (of === 'command' ? before[0] === after[0] : `${before}` === `${after}`)) return
        clearTimeout(timer)
        timer = setTimeout(() => resolve('timeout'), deadlineMs)
      }
    })
    try {
      const answer = this.#connection
        .sendRequest('textDocument/waitForDiagnostics', params, cancel.token)
        .then(() => 'done' as const)
      answer.catch(() => {})
      const outcome = await this.#orGone(Promise.race([answer, stopped]))
      if (outcome === 'done') return { kind: 'done', diagnostics: this.#diagnostics }
      const [lines, diagnostics] = [this.#lines, this.#diagnostics]
      cancel.cancel()
      if (of === 'command') this.kill(`Lean does not get past line ${(lines[0] ?? 0) + 1}`)
      else await this.#settle()
      return { kind: outcome, lines, diagnostics }
    } finally {
      clearTimeout(timer)
      this.#onProgress = undefined
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
      cancel.dispose()
    }
  }

  /** Goes back to the header. Lean stops what it can stop by itself; a tactic that does not listen dies with its process. */
  async #settle(): Promise<void> {
    this.#change(this.#base)
    const params = { uri: this.#uri, version: this.#version }
    await this.#request('textDocument/waitForDiagnostics', params, SETTLE_MS).catch(() => {})
    if (this.#death === undefined) return
    await this.#gone
  }

  async #request(method: string, params: object, deadlineMs: number): Promise<unknown> {
    if (this.#death !== undefined) throw this.#death
    const timer = setTimeout(() => this.kill(`no answer to ${method} within ${deadlineMs} ms`), deadlineMs)
    try {
      const answer = this.#connection.sendRequest(method, params)
      answer.catch(() => {})
      return await this.#orGone(answer)
    } finally {
      clearTimeout(timer)
    }
  }

  /** A promise, or the process's end where that comes first. A failed request is an end too: its answer is not known. */
  async #orGone<T>(work: Promise<T>): Promise<T> {
    if (this.#death !== undefined) throw this.#death
    const ended = this.#gone.then((death) => Promise.reject(death))
    try {
      return await Promise.race([work, ended])
    } catch (error) {
      if (error instanceof WorkerGone) throw error
      const detail = error instanceof Error ? error.message : String(error)
      // A connection that is torn comes just before the process's end.
      const death = await Promise.race([this.#gone, new Promise<undefined>((r) => setTimeout(r, SETTLE_MS))])
      if (death !== undefined) throw death
      this.kill(`Lean did not understand: ${detail}`)
      throw await this.#gone
    }
  }

  #send(method: string, params: object): void {
    tell(this.#connection, method, params)
  }

  #hear(method: string, params: unknown): void {
    if (method === 'textDocument/publishDiagnostics') {
      const { data } = published.safeParse(params)
      if (data?.version === this.#version) this.#diagnostics = data.diagnostics.filter((d) => d.isSilent !== true)
    } else if (method === '$/lean/ileanInfoFinal') {
      this.#references = params
    } else if (method === '$/lean/fileProgress') {
      const { data } = progressed.safeParse(params)
      // With nothing left to do it is done, which it also answers.
      if (data === undefined || data.processing.length === 0 || data.textDocument.version !== this.#version) return
      const lines = data.processing.map(({ range }) => range.start.line)
      this.#onProgress?.(this.#lines, lines)
      this.#lines = lines
    }
  }

  #watchMemory(): void {
    const bytes = this.memory()
    if (bytes !== undefined && bytes > this.#memoryCeiling)
      this.kill(`out of memory: the process reached ${Math.round(bytes / 1e6)} MB`)
  }
}

/** One line that says why a worker ended: Lean's own words where it had some. */
function causeOfDeath(stderr: string, code: number | null, signal: NodeJS.Signals | null): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const telling = lines.find((line) =>
    /PANIC|out of memory|[Ss]tack overflow|RangeError|uncaught|unreachable|error:/i.test(line),
  )
  return telling ?? (signal !== null ? `ended by ${signal}` : `ended with code ${code}`)
}
