import type { NameParts } from '../../../proof/declarations/names.ts'
import { validateExport } from '../../../proof/declarations/validate.ts'
import type { Edit, FileHole } from '../../holes.ts'
import type { Diagnostic } from '../../session.ts'
import type { HostMemory, HostStep } from '../protocol.ts'
import { boot, type HostPaths } from './boot.ts'
import { tolerateMissingCode } from './code-generation.ts'
import { createCommandReader } from './commands.ts'
import { createConstants } from './constants.ts'
import { type CommandState, createElaborator } from './elaborator.ts'
import { createFileContexts } from './file-contexts.ts'
import { isInert } from './inert.ts'
import { createDeclarationJudge, createEcho } from './judge-declarations.ts'
import { createKernel } from './kernel.ts'
import { createLibrary } from './library.ts'
import { createLibraryConstants } from './library-constants.ts'
import { createModules, type ImportedModule } from './modules.ts'
import { createPremises } from './premises.ts'
import { createProofStates } from './proof-states.ts'
import { createSourceFiles, type SourceFile } from './source-files.ts'
import type { HowToRun, OpenTheorem, SavedState } from './theorem-state.ts'
import { createVerification } from './verification.ts'
import type { Owned } from './wasm-module.ts'

export type Host = Awaited<ReturnType<typeof createHost>>

/** One Lean instance behind plain calls. Every call runs to its end in this thread; what it throws leaves the instance unusable. */
export async function createHost(paths: HostPaths) {
  const { lean, stack, codeTaken, compiledCode, moduleFolder } = await boot(paths)
  const elaborator = createElaborator(lean)
  tolerateMissingCode(lean, elaborator)
  const proofStates = createProofStates(lean, elaborator)
  const constants = createConstants(lean, elaborator)
  const modules = createModules(lean, elaborator, moduleFolder)
  const premises = createPremises(lean, elaborator, constants, modules)
  const library = createLibrary(lean, elaborator, constants)
  const libraryConstants = createLibraryConstants(lean, elaborator, constants)
  const sourceFiles = createSourceFiles(lean, elaborator)
  const commandReader = createCommandReader(lean, elaborator)

  /** Environments after a whole header, by its text. */
  const opened = new Map<string, number>()
  const environments = new Map<number, { state: Owned; clean: boolean; imports: string; header?: string }>()
  const theorems = new Map<number, { theorem: OpenTheorem; states: Set<number> }>()
  const states = new Map<number, { saved: SavedState; theorem: number }>()
  const files = new Map<number, SourceFile>()
  let nextId = 1

  type Opened =
    | { kind: 'opened'; environment: number; clean: boolean }
    | { kind: 'rejected'; diagnostics: readonly Diagnostic[] }

  const kernel = createKernel(lean, elaborator)
  const judgeDeclarations = createDeclarationJudge(lean, kernel)
  const echo = createEcho(lean, kernel)

  const fileContexts = createFileContexts(lean, elaborator, constants, commandReader, modules)
  const verification = createVerification(lean, elaborator, constants, modules, fileContexts)
  const putText = (id: number, text: string) => {
    const put = fileContexts.put(id, text)
    return 'diagnostics' in put ? { kind: 'rejected' as const, ...put } : { kind: 'put' as const, ...put }
  }
  const openText = (id: number, end: number, further: string): Opened | { kind: 'misplaced' } => {
    const place = fileContexts.openAt(id, end)
    if (place === undefined) return { kind: 'misplaced' }
    if (place.kind === 'rejected') return place
    const run = elaborator.runCommands(place.state, further, 0, 'header')
    lean.dec(place.state)
    const errors = run.diagnostics.filter((d) => d.severity === 'error')
    if (errors.length > 0) {
      lean.dec(run.state)
      return { kind: 'rejected', diagnostics: errors }
    }
    const environment = nextId++
    environments.set(environment, { state: run.state, clean: place.clean, imports: place.imports })
    return { kind: 'opened', environment, clean: place.clean }
  }
  const startHole = (id: number, command: number, hole: FileHole, heartbeats: number) => {
    const result = proofStates.startHole(fileContexts.commandAt(id, command), hole, commandReader.range, heartbeats)
    if (result.kind === 'rejected') return result
    const theorem = nextId++
    theorems.set(theorem, { theorem: result.theorem, states: new Set() })
    const { times, isProposition } = result
    return {
      kind: 'started' as const,
      theorem,
      times,
      isProposition,
      ...keep(theorem, proofStates.share(result.theorem.root)),
    }
  }

  const open = (header: string): Opened => {
    const known = opened.get(header)
    if (known !== undefined)
      return { kind: 'opened', environment: known, clean: environments.get(known)?.clean ?? false }
    const base = modules.open(header)
    if ('diagnostics' in base) return { kind: 'rejected', diagnostics: base.diagnostics }
    let clean = base.inert
    const run = elaborator.runCommands(base.state, header, base.position, 'header', ({ syntax, kind }) => {
      clean &&= isInert(lean, elaborator, syntax, kind)
      return syntax
    })
    const errors = run.diagnostics.filter((d) => d.severity === 'error')
    if (errors.length > 0) {
      lean.dec(run.state)
      return { kind: 'rejected', diagnostics: errors }
    }
    const environment = nextId++
    environments.set(environment, { state: run.state, clean, imports: base.key, header })
    opened.set(header, environment)
    return { kind: 'opened', environment, clean }
  }

  const closeEnvironment = (environment: number): void => {
    const known = environments.get(environment)
    if (known === undefined) return
    environments.delete(environment)
    if (known.header !== undefined) opened.delete(known.header)
    lean.dec(known.state)
  }

  const environmentState = (environment: number): CommandState => {
    const state = environments.get(environment)?.state
    if (state === undefined) throw new Error(`unknown environment ${environment}`)
    return state
  }

  const keep = (theorem: number, saved: SavedState): { state: number } & ReturnType<typeof proofStates.describe> => {
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

  const runTactic = (theorem: number, state: number, tactic: string, how?: HowToRun): HostStep => {
    const open = theorems.get(theorem)
    const from = states.get(state)
    if (open === undefined || from === undefined) throw new Error(`unknown theorem ${theorem} or state ${state}`)
    const result = proofStates.runTactic(open.theorem, from.saved, tactic, how)
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
  ): { kind: 'opened'; file: number } | { kind: 'rejected'; diagnostics: readonly Diagnostic[] } => {
    const base = modules.open(source)
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

  const elaborate = (environment: number, source: string): readonly Diagnostic[] => {
    const run = elaborator.runCommands(environmentState(environment), source, 0, 'source')
    lean.dec(run.state)
    return run.diagnostics
  }

  /** Lean text for the library's modules that an environment imports. */
  const importLines = (environment: number): string => {
    const env = lean.field(environmentState(environment), 0)
    const imported = modules.libraryImports(env)
    const lines = imported.map(({ module, all }) => `import ${all ? 'all ' : ''}${module}`)
    // Without this word a text imports `Init` whatever else it says.
    if (!imported.some(({ module }) => module === 'Init')) lines.unshift('prelude')
    return lines.join('\n')
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
    addModules: modules.add,
    importsOf: modules.importsOf,
    open,
    closeEnvironment,
    putText,
    dropText: fileContexts.drop,
    scanText: fileContexts.scan,
    openText,
    startHole,
    checkCommand: (id: number, command: number, edits: readonly Edit[]) => fileContexts.check(id, command, edits),
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
    stateTheorem: verification.state,
    exportProof: verification.exportProof,
    checkProof: verification.check,
    checkStack: stack.check,
    staticData: stack.lookAtStatic,
    natural: lean.makeBigNat,
    memory,
    localConstants: (environment: number) => ({
      imports: importLines(environment),
      ...premises.local(environmentState(environment)),
    }),
    premises: (environment: number) => premises.list(environmentState(environment)),
    libraryModules: (environment: number) => library.modules(environmentState(environment)),
    stateTheorems: (environment: number, header: string, names: readonly string[]) =>
      library.state(environmentState(environment), header, names),
    libraryConstants: (
      imports: readonly ImportedModule[],
      names: readonly NameParts[],
      most: number,
      follow: boolean,
    ) => {
      const found = verification.libraryOf(imports)
      if ('kind' in found) return found
      const collected = libraryConstants.collect(found.environment, names, most, follow)
      return { kind: 'constants' as const, ...collected, heapBytes: lean.heapBytes() }
    },
    judgeDeclarations: (imports: readonly ImportedModule[], exported: unknown) => {
      const found = verification.libraryOf(imports)
      if ('kind' in found) throw new Error(found.reason)
      const refusals = judgeDeclarations(found.kernelEnvironment, validateExport(exported))
      return { refusals, heapBytes: lean.heapBytes() }
    },
    echoDeclarations: (exported: unknown) => echo(validateExport(exported)),
    libraryNames: (imports: readonly ImportedModule[]) => {
      const found = verification.libraryOf(imports)
      if ('kind' in found) throw new Error(found.reason)
      return { names: libraryConstants.list(found.environment) }
    },
    heapBytes: lean.heapBytes,
    compiledCode,
  }
}
