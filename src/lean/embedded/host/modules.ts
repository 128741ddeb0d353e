import type { Diagnostic } from '../../engine.ts'
import type { ModuleFolder } from './boot.ts'
import { type CommandState, type Elaborator, LeanError } from './elaborator.ts'
import { isInert } from './inert.ts'
import { box, isScalar, type Objects } from './objects.ts'
import { type Obj, type Owned, owned } from './wasm-module.ts'

/** A module that is imported by itself, `all` with what it keeps to itself. */
export type ImportedModule = { readonly module: string; readonly all: boolean }
/** A file that others import, by the name they import it by. `path` is for messages. */
export type ModuleSource = { readonly name: string; readonly path: string; readonly text: string }

/**
 * What importing gives, or why not: the state, kept by the host, and the text of the imports, which is the same for the same
 * state. `inert`: no code of imported files has run.
 */
export type Imported =
  | { readonly state: CommandState; readonly position: number; readonly key: string; readonly inert: boolean }
  | { readonly diagnostics: Diagnostic[]; readonly inert: boolean }

/** What a text's header says. `imports` is an array of `Lean.Import`, owned. */
type Header = {
  readonly imports: Owned
  readonly isModule: boolean
  readonly position: number
  readonly errors: Diagnostic[]
}
type Compiled =
  | { readonly kind: 'compiled'; readonly inert: boolean }
  | { readonly kind: 'failed'; readonly inert: boolean; readonly reason: string }

/** Field numbers of this build of Lean. A module's own macro that is not known where it is imported would be the first sign. */
const ENVIRONMENT = { base: 0, checked: 2, realization: 5 } as const
const KERNEL_ENVIRONMENT = { const2ModIdx: 2, header: 5 } as const
const HEADER = { imports: 1, modules: 3, data: 5 } as const
const MODULE_DATA = { constNames: 1, extraConstNames: 3 } as const
const EXPORTED = box(0)
const PRIVATE = box(2)
/** A `NameMap` without entries. */
const NO_ARTIFACTS = box(1)
const YES = box(1)
const NO = box(0)
/** Sets of imports whose modules are remembered; what they have read from files is there for good. */
const LOADED_KEPT = 32
/** States behind imports that are kept: another costs half a second, and some 30 MB that can be freed. */
const STATES_KEPT = 12

export type Modules = ReturnType<typeof createModules>

/**
 * Imports. The files of the library are read once: a set of imports begins where a set that it begins with ended. Files of
 * the user's own are compiled as Lean compiles them, each in an environment with its own imports and nothing else, into
 * a folder in memory, and imported from there.
 */
export function createModules(lean: Objects, elaborator: Elaborator, folder: ModuleFolder) {
  const { fn, field, inc, dec, arrayItems } = lean
  const { io } = elaborator
  const sources = new Map<string, ModuleSource>()
  const compiled = new Map<string, Compiled>()
  /** `ImportState` after a list of imports, by their names. The latest last. */
  const loaded = new Map<string, Owned>()
  /** By the text of the imports. The latest last. */
  const states = new Map<string, { readonly state: Owned; readonly inert: boolean }>()

  /** @throws where another file goes by the name of one that is known */
  const add = (modules: readonly ModuleSource[]): void => {
    for (const module of modules) {
      const known = sources.get(module.name)
      if (known !== undefined && known.text !== module.text) throw new Error(`${module.name} is two modules`)
      sources.set(module.name, module)
    }
  }

  const headerOf = (text: string, fileName: string): Header => {
    const parsed = io(fn('l_Lean_Parser_parseHeader')(elaborator.inputContext(text, fileName)))
    const rest = field(parsed, 1)
    const errors = elaborator.diagnostics(field(rest, 1)).filter((d) => d.severity === 'error')
    const position = lean.natValue(field(field(rest, 0), 0)) ?? 0
    const imports = fn('l_Lean_Elab_HeaderSyntax_imports')(inc(field(parsed, 0)), YES)
    const isModule = fn('l_Lean_Elab_HeaderSyntax_isModule')(inc(field(parsed, 0))) !== NO
    dec(parsed)
    return { imports, isModule, position, errors }
  }
  const moduleName = (imported: Obj): string => elaborator.nameText(field(imported, 0))
  const namesIn = (imports: Obj): ImportedModule[] =>
    arrayItems(imports).map((x) => ({ module: moduleName(x), all: lean.scalarByte(x, 0) !== 0 }))

  /** The modules that a text imports itself, `Init` among them. */
  const importsOf = (text: string): { imports: string[]; errors: Diagnostic[] } => {
    const { imports, errors } = headerOf(text, 'header')
    const names = namesIn(imports).map(({ module }) => module)
    dec(imports)
    return { imports: names, errors }
  }

  // ------------------------------------------------------------------ importing
  /** The modules of a list of imports, as an `ImportState`, owned. */
  const load = (imports: Obj): Owned => {
    const items = arrayItems(imports)
    const keys = items.map((x) => `${moduleName(x)} ${[0, 1, 2].map((i) => lean.scalarByte(x, i)).join('')}`)
    let known = items.length
    while (known > 0 && !loaded.has(keys.slice(0, known).join('\n'))) known--
    let state = inc(loaded.get(keys.slice(0, known).join('\n')) ?? lean.constant('l_Lean_instInhabitedImportState'))
    for (let at = known; at < items.length; at++) {
      const ref = fn('lean_st_mk_ref')(state)
      const one = lean.makeArray([inc(items[at] as Obj)])
      // go (globalLevel) (arts) (imports) (importAll) (isExported) (needsData) (needsIRTrans) (the state)
      const go = fn('l___private_Lean_Environment_0__Lean_importModulesCore_go')
      const result = go(EXPORTED, NO_ARTIFACTS, one, YES, YES, YES, NO, inc(ref))
      state = lean.refGet(ref)
      dec(ref)
      dec(io(result))
      remember(keys.slice(0, at + 1).join('\n'), inc(state))
    }
    return state
  }
  const remember = (key: string, state: Owned): void => {
    loaded.set(key, state)
    for (const [oldest, old] of loaded) {
      if (loaded.size <= LOADED_KEPT) break
      // Every other one begins there.
      if (!oldest.includes('\n')) continue
      loaded.delete(oldest)
      dec(old)
    }
  }

  /** The environment behind a list of imports, owned. `isModule`: the text begins with the word `module`, and is private by default. */
  const environmentOf = (imports: Obj, isModule: boolean): Owned => {
    const options = () => inc(lean.constant('l_Lean_Options_empty'))
    const own = namesIn(imports).some(({ module }) => sources.has(module))
    // finalizeImport (s) (imports) (opts) (trustLevel) (leakEnv) (loadExts) (level) (isModule)
    const finalize = lean.native('l_Lean_finalizeImport')
    const bare = io(owned(finalize(load(imports), inc(imports), options(), 0, 0, own ? 0 : 1, 0, isModule ? 1 : 0)))
    if (!own) return bare
    const whole = withOwnCode(bare)
    const data = inc(field(field(kernelEnvironment(whole), KERNEL_ENVIRONMENT.header), HEADER.data))
    const read = io(fn('l___private_Lean_Environment_0__Lean_finalizePersistentExtensions')(whole, data, options()))
    // What Lean adds at the very end: where it keeps facts that it derives later, such as equations of definitions.
    const context = field(field(bare, ENVIRONMENT.realization), 0)
    const ref = fn('lean_st_mk_ref')(lean.refGet(field(context, 2)))
    const realization = lean.some(lean.makeCopy(context, { 0: inc(read), 2: ref }))
    const environment = lean.makeCopy(read, { [ENVIRONMENT.realization]: realization })
    dec(read)
    dec(bare)
    return environment
  }
  const kernelEnvironment = (environment: Obj): Obj => field(field(environment, ENVIRONMENT.base), 0)

  /**
   * Tells in which module the compiled code of each file's macros and notations stands, which this build leaves out.
   * Borrows the environment, whose extensions are still empty.
   */
  const withOwnCode = (environment: Obj): Owned => {
    const base = field(environment, ENVIRONMENT.base)
    const kernel = kernelEnvironment(environment)
    const header = field(kernel, KERNEL_ENVIRONMENT.header)
    const data = arrayItems(field(header, HEADER.data))
    let places = inc(field(kernel, KERNEL_ENVIRONMENT.const2ModIdx))
    const insert = fn('l_Std_DHashMap_Internal_Raw_u2080_insertIfNew___at___00Lean_finalizeImport_spec__4___redArg')
    modulesOf(header).forEach((module, i) => {
      if (!sources.has(module)) return
      for (const name of arrayItems(field(data[i] as Obj, MODULE_DATA.extraConstNames)))
        places = insert(places, inc(name), box(i))
    })
    const hidden = lean.makeCopy(kernel, { [KERNEL_ENVIRONMENT.const2ModIdx]: places })
    const shown = lean.makeCopy(field(base, 1), { [KERNEL_ENVIRONMENT.const2ModIdx]: inc(places) })
    return lean.makeCopy(environment, {
      [ENVIRONMENT.base]: lean.makeCopy(base, { 0: hidden, 1: shown }),
      [ENVIRONMENT.checked]: owned(lean.native('lean_task_pure')(inc(hidden))),
    })
  }
  /** The modules of an `EnvironmentHeader`: each is an Import, which begins with its name, in a structure. */
  const modulesOf = (header: Obj): string[] =>
    arrayItems(field(header, HEADER.modules)).map((x) => elaborator.nameText(field(field(x, 0), 0)))

  /** While Lean imports, attributes and options of the imported files may be registered. */
  const importing = <T>(work: () => T): T => {
    const set = (value: Owned) =>
      dec(io(fn('lean_st_ref_set')(inc(lean.constant('l___private_Lean_ImportingFlag_0__Lean_importingRef')), value)))
    set(YES)
    try {
      return work()
    } finally {
      set(NO)
    }
  }

  const mkState = (environment: Owned): Owned =>
    fn('l_Lean_Elab_Command_mkState')(environment, elaborator.emptyLog(), inc(lean.constant('l_Lean_Options_empty')))

  /** The state behind a text's imports, for a file that nobody imports. Borrowed until the next call. */
  const open = (text: string): Imported => {
    const { imports, isModule, position, errors } = headerOf(text, 'header')
    const key = Buffer.from(text).subarray(0, position).toString().trim()
    try {
      const known = states.get(key)
      if (known !== undefined) {
        states.delete(key)
        states.set(key, known)
        return { ...known, position, key }
      }
      const own = compileAll(imports)
      if (own.kind === 'failed') return { inert: own.inert, diagnostics: [complaint(own.reason)] }
      if (errors.length > 0) return { inert: own.inert, diagnostics: errors }
      const state = mkState(importing(() => environmentOf(imports, isModule)))
      states.set(key, { state, inert: own.inert })
      for (const [oldest, old] of states) {
        if (states.size <= STATES_KEPT) break
        states.delete(oldest)
        dec(old.state)
      }
      return { state, position, key, inert: own.inert }
    } catch (error) {
      if (!(error instanceof LeanError)) throw error
      return { inert: false, diagnostics: [complaint(error.message)] }
    } finally {
      dec(imports)
    }
  }

  // ------------------------------------------------------------------ compiling
  const compileAll = (imports: Obj): Compiled => {
    let inert = true
    for (const { module } of namesIn(imports)) {
      const source = sources.get(module)
      if (source === undefined) continue
      const done = compiled.get(module) ?? compile(source)
      inert &&= done.inert
      if (done.kind === 'failed') return { ...done, inert }
    }
    return { kind: 'compiled', inert }
  }

  /** Elaborates a file behind its imports and puts what it declares where it is imported from. */
  const compile = (source: ModuleSource): Compiled => {
    compiled.set(source.name, { kind: 'failed', inert: false, reason: `${source.path} imports itself` })
    const done = attempt(source)
    compiled.set(source.name, done)
    return done
  }
  const attempt = ({ name, path, text }: ModuleSource): Compiled => {
    const { imports, isModule, position, errors } = headerOf(text, path)
    let inert = true
    const failed = ({ line, column, text }: Diagnostic): Compiled => ({
      kind: 'failed',
      inert,
      reason: `the imported file ${path} has an error: ${path}:${line}:${column}: ${text}`,
    })
    try {
      const own = compileAll(imports)
      inert = own.inert
      if (own.kind === 'failed') return own
      if (errors[0] !== undefined) return failed(errors[0])
      const environment = importing(() => environmentOf(imports, isModule))
      const start = mkState(fn('l_Lean_Environment_setMainModule')(environment, elaborator.makeName(name)))
      const run = elaborator.runCommands(start, text, position, path, ({ syntax, kind }) => {
        inert &&= isInert(lean, elaborator, syntax, kind)
        return syntax
      })
      dec(start)
      const error = run.diagnostics.find((d) => d.severity === 'error')
      if (error === undefined) save(name, field(run.state, 0))
      dec(run.state)
      return error === undefined ? { kind: 'compiled', inert } : failed(error)
    } catch (error) {
      if (!(error instanceof LeanError)) throw error
      return failed({ severity: 'error', line: 1, column: 0, text: error.message })
    } finally {
      dec(imports)
    }
  }
  const save = (name: string, environment: Obj): void => {
    const data = io(fn('l_Lean_mkModuleData')(inc(environment), PRIVATE))
    folder.write(name.split('.'), (path) => {
      dec(io(fn('l_Lean_saveModuleData')(lean.makeString(path), elaborator.makeName(name), data)))
    })
  }

  // ------------------------------------------------------------------ what came of it
  /** The library's modules that an environment imports, itself or through files of the user's. */
  const libraryImports = (environment: Obj): ImportedModule[] => {
    const header = fn('l_Lean_Environment_header')(inc(environment))
    const found = namesIn(field(header, HEADER.imports))
    dec(header)
    const all = new Map<string, ImportedModule>()
    const seen = new Set<string>()
    const visit = (imported: ImportedModule): void => {
      const source = sources.get(imported.module)
      if (source === undefined) {
        const { module } = imported
        all.set(module, { module, all: imported.all || (all.get(module)?.all ?? false) })
      } else if (!seen.has(source.name)) {
        seen.add(source.name)
        const { imports } = headerOf(source.text, source.path)
        namesIn(imports).forEach(visit)
        dec(imports)
      }
    }
    found.forEach(visit)
    return [...all.values()]
  }

  /** Whether a constant comes from a file of the user's that is imported. Borrows its arguments. */
  const isOwn = (environment: Obj, constant: Obj): boolean => {
    if (sources.size === 0) return false
    const index = fn('l_Lean_Environment_getModuleIdxFor_x3f')(inc(environment), inc(constant))
    if (isScalar(index)) return false
    const header = fn('l_Lean_Environment_header')(inc(environment))
    const module = lean.arrayItem(field(header, HEADER.modules), lean.natValue(field(index, 0)) ?? 0)
    const own = sources.has(elaborator.nameText(field(field(module, 0), 0)))
    dec(header)
    dec(index)
    return own
  }

  /** The names of all constants from files of the user's that are imported, borrowed while the environment lives. */
  const forEachOwn = (environment: Obj, visit: (name: Obj) => void): void => {
    if (sources.size === 0) return
    const header = fn('l_Lean_Environment_header')(inc(environment))
    const data = arrayItems(field(header, HEADER.data))
    modulesOf(header).forEach((module, i) => {
      if (sources.has(module)) arrayItems(field(data[i] as Obj, MODULE_DATA.constNames)).forEach(visit)
    })
    dec(header)
  }

  return { add, importsOf, open, libraryImports, isOwn, forEachOwn }
}

const complaint = (text: string): Diagnostic => ({ severity: 'error', line: 1, column: 0, text })
