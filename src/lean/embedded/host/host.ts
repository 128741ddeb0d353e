import type { Diagnostic } from '../../engine.ts'
import type { ExportedDeclarations, HostMemory, HostStep } from '../protocol.ts'
import { boot, type HostPaths } from './boot.ts'
import { createConstants } from './constants.ts'
import { type CommandState, createElaborator } from './elaborator.ts'
import { createLibrary } from './library.ts'
import { createLibraryConstants, type NameComponents } from './library-constants.ts'
import { createPremises } from './premises.ts'
import { type CheckResult, createProofCheck, type Refusal } from './proof-check.ts'
import { createProofStates, type OpenTheorem, type SavedState } from './proof-states.ts'
import { createSourceFiles, type SourceFile } from './source-files.ts'
import { isInertCommand, refusedSyntax } from './source-policy.ts'

export type Host = Awaited<ReturnType<typeof createHost>>

class RefusedSource extends Error {}

/** One Lean instance behind plain calls. Every call runs to its end in this thread; what it throws leaves the instance unusable. */
export async function createHost(paths: HostPaths) {
  const { lean, codeTaken, compiledCode } = await boot(paths)
  const elaborator = createElaborator(lean)
  const proofStates = createProofStates(lean, elaborator)
  const constants = createConstants(lean, elaborator)
  const proofCheck = createProofCheck(lean, elaborator, constants)
  const premises = createPremises(lean, elaborator, constants)
  const library = createLibrary(lean, elaborator, constants)
  const libraryConstants = createLibraryConstants(lean, elaborator, constants)
  const sourceFiles = createSourceFiles(lean, elaborator)

  /** Environments after an import, by the text of the import lines: importing again would map the library again. */
  const imported = new Map<string, CommandState>()
  /** Environments after a whole header, by its text. */
  const opened = new Map<string, number>()
  const environments: { state: CommandState; clean: boolean }[] = []
  const theorems = new Map<number, { theorem: OpenTheorem; states: Set<number> }>()
  const states = new Map<number, { saved: SavedState; theorem: number }>()
  const files = new Map<number, SourceFile>()
  let nextId = 1

  type Opened =
    | { kind: 'opened'; environment: number; clean: boolean }
    | { kind: 'rejected'; diagnostics: Diagnostic[] }

  const importOnly = (text: string): { state: CommandState; position: number } | { diagnostics: Diagnostic[] } => {
    const position = elaborator.headerEnd(text)
    const key = Buffer.from(text).subarray(0, position).toString().trim()
    const known = imported.get(key)
    if (known !== undefined) return { state: known, position }
    const { state, diagnostics } = elaborator.openHeader(text, 'header')
    const errors = diagnostics.filter((d) => d.severity === 'error')
    if (errors.length > 0) return { diagnostics: errors }
    imported.set(key, state)
    return { state, position }
  }

  const open = (header: string): Opened => {
    const known = opened.get(header)
    if (known !== undefined) return { kind: 'opened', environment: known, clean: environments[known]?.clean ?? false }
    const base = importOnly(header)
    if ('diagnostics' in base) return { kind: 'rejected', diagnostics: base.diagnostics }
    let clean = true
    const run = elaborator.runCommands(base.state, header, base.position, 'header', ({ syntax, kind }) => {
      clean &&= isInertCommand(kind)
      return syntax
    })
    const errors = run.diagnostics.filter((d) => d.severity === 'error')
    if (errors.length > 0) {
      lean.dec(run.state)
      return { kind: 'rejected', diagnostics: errors }
    }
    const environment = environments.push({ state: run.state, clean }) - 1
    opened.set(header, environment)
    return { kind: 'opened', environment, clean }
  }

  const environmentState = (environment: number): CommandState => {
    const state = environments[environment]?.state
    if (state === undefined) throw new Error(`unknown environment ${environment}`)
    return state
  }

  const keep = (
    theorem: number,
    saved: SavedState,
  ): { state: number; key: string; goals: ReturnType<typeof proofStates.describe>['goals'] } => {
    const entry = theorems.get(theorem)
    if (entry === undefined) throw new Error(`unknown theorem ${theorem}`)
    const state = nextId++
    states.set(state, { saved, theorem })
    entry.states.add(state)
    return { state, ...proofStates.describe(entry.theorem, saved) }
  }

  const start = (environment: number, statement: string, heartbeats: number) =>
    startIn(environmentState(environment), statement, heartbeats)

  const startIn = (state: CommandState, statement: string, heartbeats: number) => {
    const result = proofStates.start(state, statement, heartbeats)
    if (result.kind === 'rejected') return result
    const theorem = nextId++
    theorems.set(theorem, { theorem: result.theorem, states: new Set() })
    return { kind: 'started' as const, theorem, ...keep(theorem, proofStates.share(result.theorem.root)) }
  }

  const runTactic = (theorem: number, state: number, tactic: string): HostStep => {
    const open = theorems.get(theorem)
    const from = states.get(state)
    if (open === undefined || from === undefined) throw new Error(`unknown theorem ${theorem} or state ${state}`)
    const result = proofStates.runTactic(open.theorem, from.saved, tactic)
    return result.kind === 'open' ? { kind: 'open', ...keep(theorem, result.state) } : result
  }

  const release = (ids: readonly number[]): void => {
    for (const id of ids) {
      const entry = states.get(id)
      if (entry === undefined) continue
      states.delete(id)
      theorems.get(entry.theorem)?.states.delete(id)
      proofStates.release(entry.saved)
    }
  }

  const closeTheorem = (id: number): void => {
    const entry = theorems.get(id)
    if (entry === undefined) return
    release([...entry.states])
    theorems.delete(id)
    proofStates.close(entry.theorem)
  }

  const openFile = (
    source: string,
  ): { kind: 'opened'; file: number } | { kind: 'rejected'; diagnostics: Diagnostic[] } => {
    const base = importOnly(source)
    if ('diagnostics' in base) return { kind: 'rejected', diagnostics: base.diagnostics }
    const file = nextId++
    files.set(file, sourceFiles.open(base.state, base.position, source))
    return { kind: 'opened', file }
  }

  const fileOf = (file: number): SourceFile => {
    const known = files.get(file)
    if (known === undefined) throw new Error(`unknown file ${file}`)
    return known
  }

  const startCommand = (file: number, heartbeats: number) => {
    const { last } = fileOf(file)
    if (last === undefined) throw new Error('the last command is no theorem')
    return startIn(last.before, last.statement, heartbeats)
  }

  const closeFile = (id: number): void => {
    const file = files.get(id)
    files.delete(id)
    if (file !== undefined) sourceFiles.close(file)
  }

  const usedTheorems = (theorem: number, state: number, tactic: string): string[] => {
    const open = theorems.get(theorem)
    const from = states.get(state)
    if (open === undefined || from === undefined) throw new Error(`unknown theorem ${theorem} or state ${state}`)
    return proofStates.assignedTerms(open.theorem, from.saved, tactic, premises.used)
  }

  const elaborate = (environment: number, source: string): Diagnostic[] => {
    const run = elaborator.runCommands(environmentState(environment), source, 0, 'source')
    lean.dec(run.state)
    return run.diagnostics
  }

  const refuse = (reason: string, messages: string[] = []): Refusal => ({ kind: 'refused', reason, messages })

  /** The source that was elaborated last, and what came of it: a file of many theorems is asked about for each. */
  let elaborated:
    | { readonly source: string; readonly header: string | undefined; readonly state: CommandState }
    | undefined

  /** The untrusted half of verification: see verifier.ts. With `header`, the source must be that header and one declaration. */
  const exportProof = (
    source: string,
    name: string,
    header?: string,
  ): ({ kind: 'exported' } & ExportedDeclarations) | Refusal => {
    if (elaborated?.source !== source || elaborated.header !== header) {
      if (elaborated !== undefined) lean.dec(elaborated.state)
      elaborated = undefined
      const answer = elaborateSource(source, header)
      if (typeof answer === 'object') return answer
      elaborated = { source, header, state: answer }
    }
    const exported = proofCheck.exportDeclarations(elaborated.state, name)
    return 'kind' in exported ? exported : { kind: 'exported', ...exported }
  }

  /** Elaborates a whole source; its last state, owned, if there were no errors. */
  const elaborateSource = (source: string, header: string | undefined): CommandState | Refusal => {
    if (header !== undefined && !source.startsWith(header)) return refuse('the source does not begin with the header')
    const base = importOnly(source)
    if ('diagnostics' in base)
      return refuse(
        'the imports fail',
        base.diagnostics.map((d) => d.text),
      )
    const headerEnd = header === undefined ? undefined : Buffer.byteLength(header)
    let declarations = 0
    try {
      const run = elaborator.runCommands(base.state, source, base.position, 'source', ({ syntax, kind, start }) => {
        const inHeader = headerEnd !== undefined && start < headerEnd
        const refusal = inHeader ? undefined : refusedSyntax(lean, elaborator, syntax)
        if (refusal !== undefined) throw new RefusedSource(refusal)
        if (headerEnd !== undefined && !inHeader && ++declarations > 1) {
          throw new RefusedSource(`the proof ends early and another command follows (${kind})`)
        }
        return syntax
      })
      const errors = run.diagnostics.filter((d) => d.severity === 'error')
      if (errors.length === 0) return run.state
      lean.dec(run.state)
      return refuse(
        'Lean reports an error',
        errors.map((d) => `${d.line}:${d.column}: ${d.text}`),
      )
    } catch (error) {
      if (error instanceof RefusedSource) return refuse(error.message)
      throw error
    }
  }

  /** The trusted half: it sees the header, the statement and plain terms, never the proof's text. */
  const checkProof = (
    environment: number,
    statement: string,
    name: string,
    exported: ExportedDeclarations,
  ): CheckResult | { kind: 'rejected'; diagnostics: Diagnostic[] } => {
    const state = environmentState(environment)
    const stated = elaborator.runCommands(state, `${statement} := by\n  sorry\n`, 0, 'statement')
    try {
      const errors = stated.diagnostics.filter((d) => d.severity === 'error')
      if (errors.length > 0) return { kind: 'rejected', diagnostics: errors }
      return proofCheck.check(state, stated.state, name, exported)
    } finally {
      lean.dec(stated.state)
    }
  }

  const memory = (): HostMemory => ({
    heapBytes: lean.heapBytes(),
    residentBytes: process.memoryUsage.rss(),
    leanMs: proofStates.timeInLean(),
    states: states.size,
  })

  return {
    version: {
      leanVersion: lean.stringValue(lean.constant('l_Lean_versionString')),
      githash: lean.stringValue(lean.constant('l_Lean_githash')),
      codeTaken,
    },
    open,
    start,
    runTactic,
    release,
    closeTheorem,
    openFile,
    nextCommand: (file: number, admit: boolean) => sourceFiles.next(fileOf(file), admit),
    startCommand,
    usedTheorems,
    closeFile,
    elaborate,
    exportProof,
    checkProof,
    memory,
    premises: (environment: number) => premises.list(environmentState(environment)),
    libraryModules: (environment: number) => library.modules(environmentState(environment)),
    stateTheorems: (environment: number, header: string, names: readonly string[]) =>
      library.state(environmentState(environment), header, names),
    libraryConstants: (environment: number, names: readonly NameComponents[], most: number, follow: boolean) =>
      libraryConstants.collect(environmentState(environment), names, most, follow),
    libraryNames: (environment: number) => libraryConstants.list(environmentState(environment)),
    heapBytes: lean.heapBytes,
    compiledCode,
  }
}
