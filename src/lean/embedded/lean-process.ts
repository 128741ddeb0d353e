import { type ChildProcess, spawn } from 'node:child_process'
import { channel as diagnostics } from 'node:diagnostics_channel'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createMessageConnection, StreamMessageReader } from 'vscode-jsonrpc/node'
import type { z } from 'zod'
import { EngineError } from '../session.ts'
import { tell } from '../tell.ts'
import { WholeMessageWriter } from './message-writer.ts'
import type { NodeBinary } from './node-binary.ts'
import type { PreparedLean } from './prepare.ts'
import { type HostStep, methods, notifications, PROTOCOL_FD } from './protocol.ts'

/** Why a host process is gone: this side killed it, or it ended by itself (a panic, no memory, a stack overflow). */
export type Death =
  | { readonly kind: 'killed'; readonly reason: string }
  | { readonly kind: 'died'; readonly detail: string; readonly signal?: NodeJS.Signals }

/** A request whose process ended before it answered. */
export class ProcessGoneError extends Error {
  override readonly name = 'ProcessGoneError'
  readonly death: Death
  constructor(death: Death) {
    super(
      death.kind === 'killed'
        ? `the Lean process was stopped: ${death.reason}`
        : `the Lean process died: ${death.detail}`,
    )
    this.death = death
  }
}

export type HostVersion = z.infer<typeof methods.hello.result>
type MethodName = keyof typeof methods
type Params<M extends MethodName> = z.infer<(typeof methods)[M]['params']>
type Result<M extends MethodName> = z.infer<(typeof methods)[M]['result']>

export type RunParams = {
  readonly theorem: number
  readonly state: number
  readonly tactics: readonly string[]
  /** In place of the theorem's own limit, for these tactics. */
  readonly heartbeats?: number
  /** Ends the run with the first tactic that finishes. */
  readonly untilFinished?: boolean
  /** Lean's kernel does not look at what finishes: the verifier will. */
  readonly verifierFollows?: boolean
}

/** One host process: typed requests with deadlines, and a death that is noticed by everyone who waits. */
export type LeanProcess = {
  readonly pid: number
  readonly death: () => Death | undefined
  /** Whether it has been asked for anything that may have run code which nobody trusts. */
  readonly tainted: () => boolean
  /** Says so of a request that does not by itself. */
  taint(): void
  /** Resolves once, when the process is gone. */
  readonly gone: Promise<Death>
  /** Rejects with ProcessGoneError when the process ends first; a missed deadline kills it. */
  request<M extends MethodName>(method: M, params: Params<M>, deadlineMs: number): Promise<Result<M>>
  /** The `run` request with each result as it comes; the deadline holds for each tactic. */
  run(
    params: RunParams,
    deadlineMs: number,
    onResult: (index: number, result: HostStep) => void,
    signal?: AbortSignal,
  ): Promise<{ heapBytes: number }>
  notify(name: 'release', params: { states: number[] }): void
  notify(name: 'closeTheorem', params: { theorem: number }): void
  notify(name: 'closeFile', params: { file: number }): void
  notify(name: 'dropText', params: { id: number }): void
  notify(name: 'closeEnvironment', params: { environment: number }): void
  kill(reason: string): void
}

/**
 * Stack for the host's main thread in KiB: Lean recurses deeply. `wide` where the system grants it, `plain` (below the
 * usual 8 MiB) elsewhere. What V8 may use of it is a little less than there is; past that it throws, and the host ends.
 */
const STACK_KIB = { wide: 256 * 1024, wideForV8: 250_000, plainForV8: 3900 }
/** Calls after which V8 optimises a wasm function: about 1.4 times the tactics per second of the default. */
const TIERING_BUDGET = 200_000
/** Code compiled under other flags is not taken by V8, so these are part of what a code file is for. */
export const HOST_V8_FLAGS: readonly string[] = [
  `--stack-size=${STACK_KIB.wideForV8}`,
  `--wasm-tiering-budget=${TIERING_BUDGET}`,
]
/** Raises the soft limit of the stack where that is allowed, then becomes Node. */
const WITH_WIDE_STACK = `if (ulimit -s ${STACK_KIB.wide}) 2>/dev/null; then ulimit -s ${STACK_KIB.wide}; shift; exec "$0" --stack-size=${STACK_KIB.wideForV8} "$@"; fi; exec "$0" "$@"`
/** Requests that carry data, or texts whose answers say whether they ran code: then whoever asks taints the process. */
const TRUSTING: ReadonlySet<MethodName> = new Set<MethodName>([
  'hello',
  'addModules',
  'importsOf',
  'open',
  'putText',
  'scanText',
  'openText',
  'stateTheorem',
  'checkProof',
  'premises',
  'libraryModules',
  'memory',
  'staticData',
  'libraryConstants',
  'libraryNames',
  'compiledCode',
])
/** How much of a host's stderr is kept, to say why it died. */
const STDERR_KEPT = 4000
/** After an abort, how long the tactic that is running may still take before its process is killed: starting another costs more. */
const ABORT_GRACE_MS = 1500

/** Hears of each request as it goes out, for whoever counts what Lean is asked. */
export const REQUESTS = diagnostics('hedge:lean-request')
/** Hears of each answer as it comes in: the process's number and the method. */
export const ANSWERS = diagnostics('hedge:lean-answer')

const live = new Set<ChildProcess>()
// A host would notice that its parent is gone within half a second; this is sooner.
process.on('exit', () => {
  for (const child of live) child.kill('SIGKILL')
})

/** @param codeFile from `compiledCode`; without it the module is compiled anew */
export function spawnLean(node: NodeBinary, lean: PreparedLean, codeFile?: string): LeanProcess {
  const [command, ...rest] = hostCommand(node, lean, codeFile)
  const child = spawn(command as string, rest, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Nothing of the user's environment reaches Lean.
    env: {},
  })
  live.add(child)
  const channel = child.stdio[PROTOCOL_FD] as Duplex
  const reader = new StreamMessageReader(channel)
  // Its timer for messages that do not go on outlives a process killed in the middle of one, and keeps this one alive.
  // Requests have deadlines of their own.
  reader.partialMessageTimeout = 0
  const connection = createMessageConnection(reader, new WholeMessageWriter(channel))
  const runs = new Map<number, (index: number, result: HostStep) => void>()
  let nextRun = 1
  let death: Death | undefined
  let killReason: string | undefined
  let tainted = false
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT)
  })

  const gone = new Promise<Death>((resolve) => {
    const end = (detail: string, signal: NodeJS.Signals | null = null) => {
      if (death !== undefined) return
      live.delete(child)
      death =
        killReason !== undefined
          ? { kind: 'killed', reason: killReason }
          : { kind: 'died', detail, ...(signal === null ? {} : { signal }) }
      connection.dispose()
      resolve(death)
    }
    child.once('error', (error) => end(error.message))
    // `close` comes after the last of stderr has been read.
    child.once('close', (code, signal) => end(causeOfDeath(stderr, code, signal), signal))
  })
  // The process's end says the same, and says it with a reason.
  channel.on('error', () => {})
  connection.onError(() => {})
  connection.onNotification(notifications.stepDone.type.method, (params: unknown) => {
    const { run, index, result } = notifications.stepDone.params.parse(params)
    runs.get(run)?.(index, result)
  })
  connection.listen()

  const kill = (reason: string): void => {
    if (death !== undefined) return
    killReason ??= reason
    child.kill('SIGKILL')
  }

  const request = async <M extends MethodName>(
    method: M,
    params: Params<M>,
    deadlineMs: number,
  ): Promise<Result<M>> => {
    if (death !== undefined) throw new ProcessGoneError(death)
    REQUESTS.publish(method)
    if (!TRUSTING.has(method)) tainted = true
    const timer = setTimeout(() => kill(`no answer to ${method} within ${deadlineMs} ms`), deadlineMs)
    try {
      const answer = connection.sendRequest<unknown>(methods[method].type.method, params)
      answer.catch(() => {})
      const result = await Promise.race([answer, gone.then((d) => Promise.reject(new ProcessGoneError(d)))])
      ANSWERS.publish({ pid: child.pid, method })
      return methods[method].result.parse(result) as Result<M>
    } catch (error) {
      if (error instanceof ProcessGoneError) throw error
      // A broken connection comes just before the process's end; any other failure leaves it unusable.
      kill(`${method} failed: ${error instanceof Error ? error.message : String(error)}`)
      throw new ProcessGoneError(await gone)
    } finally {
      clearTimeout(timer)
    }
  }

  const run: LeanProcess['run'] = async ({ tactics, ...params }, deadlineMs, onResult, signal) => {
    const id = nextRun++
    let timer: NodeJS.Timeout | undefined
    const arm = () => {
      clearTimeout(timer)
      timer = setTimeout(() => kill(`a tactic took more than ${deadlineMs} ms`), deadlineMs)
    }
    const onAbort = () => {
      tell(connection, notifications.stop.type.method, { run: id })
      clearTimeout(timer)
      timer = setTimeout(() => kill('aborted'), ABORT_GRACE_MS)
    }
    runs.set(id, (index, result) => {
      if (!signal?.aborted) arm()
      onResult(index, result)
    })
    arm()
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      // The deadline of a whole run is that of its tactics, one after another.
      return await request('run', { run: id, tactics: [...tactics], ...params }, deadlineMs * tactics.length + 60_000)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      runs.delete(id)
    }
  }

  return {
    pid: child.pid ?? -1,
    death: () => death,
    tainted: () => tainted,
    taint: () => {
      tainted = true
    },
    gone,
    request,
    run,
    notify: (name: keyof typeof notifications, params: object) => {
      tell(connection, notifications[name].type.method, params)
    },
    kill,
  }
}

/** The command line of a host; `flags` are further ones for Node. */
export function hostCommand(node: NodeBinary, lean: PreparedLean, codeFile?: string, flags: readonly string[] = []) {
  return [...widely(node.path), ...flags, ...hostArguments(lean, codeFile)]
}

/** The beginning of a command line for Node; its first argument is the plain stack's, for where no wider one is granted. */
function widely(node: string): string[] {
  const plain = `--stack-size=${STACK_KIB.plainForV8}`
  return process.platform === 'win32' ? [node, plain] : ['/bin/sh', '-c', WITH_WIDE_STACK, node, plain]
}

/**
 * Node's permission model around the host: it reads its own code, the packages it imports, the prepared files and the
 * module, writes nothing and starts no process. Inside it, Lean sees only the library, read-only (host/boot.ts).
 */
function hostArguments(lean: PreparedLean, codeFile: string | undefined): string[] {
  const extension = extname(fileURLToPath(import.meta.url))
  const main = fileURLToPath(new URL(`./host/main${extension}`, import.meta.url))
  const sources = join(dirname(main), '..', '..', '..')
  const packages = ['vscode-jsonrpc', 'zod'].flatMap(packageDirectories)
  const readable = [sources, join(sources, '..', 'package.json'), ...packages, lean.directory, lean.wasmFile]
  if (codeFile !== undefined) readable.push(codeFile)
  return [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    '--allow-worker',
    '--no-warnings',
    `--wasm-tiering-budget=${TIERING_BUDGET}`,
    main,
    lean.glueFile,
    lean.wasmFile,
    lean.libraryDir,
    ...(codeFile === undefined ? [] : [codeFile]),
  ]
}

/** Where a package is, by every name that leads there: some package managers link it. */
function packageDirectories(name: string): string[] {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? []
  const found = places.find((place) => existsSync(join(place, name)))
  if (found === undefined) throw new EngineError(`the package ${name} is not installed: run \`npm ci\``)
  const directory = join(found, name)
  return [...new Set([directory, realpathSync(directory)])]
}

/** One line that says why a host ended: Lean's own words where it had some. */
function causeOfDeath(stderr: string, code: number | null, signal: NodeJS.Signals | null): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const telling = lines.find((line) =>
    /INTERNAL PANIC|out of memory|stack|RuntimeError|RangeError|self-test|Error:|unreachable|Aborted/i.test(line),
  )
  return telling?.replace('hedge-host: ', '') ?? (signal !== null ? `ended by ${signal}` : `ended with code ${code}`)
}
