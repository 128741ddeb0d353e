import { type NameParts, readableName } from '../../../proof/declarations/names.ts'
import { MalformedExport, validateExport } from '../../../proof/declarations/validate.ts'
import type { Diagnostic } from '../../session.ts'
import { createLibraryAxioms } from './axioms.ts'
import type { Constants } from './constants.ts'
import { createDeclared } from './declared.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { UnwritableTerm } from './export-writer.ts'
import type { ElaboratedText, FileContexts } from './file-contexts.ts'
import { isInert } from './inert.ts'
import { createKernel } from './kernel.ts'
import type { ImportedModule, Modules } from './modules.ts'
import { isScalar, type Objects } from './objects.ts'
import { type CheckResult, createProofCheck, type Library, type Refusal, refuse } from './proof-check.ts'
import type { Obj } from './wasm-module.ts'

const NO_PROGRAMS = ' (this Lean writes no files and starts no programs; `bv_decide` needs both, for its SAT solver)'
const UNREAD = 'nothing behind `#exit` is read'
/** Texts among those of `FileContexts`, whose others have numbers from 1 on. */
const HEADER = -1
const SOURCE = -2

const ONE_THEOREM = 'the statement must be one theorem, without its proof'
const complaint = (text: string): Diagnostic => ({ severity: 'error', line: 1, column: 0, text })
/** Which of the texts may have run code of its own. */
type RanCodeOf = 'none' | 'statement' | 'header'
const rejected = (where: 'header' | 'statement', diagnostics: readonly Diagnostic[], ranCodeOf: RanCodeOf) =>
  ({ kind: 'rejected', where, diagnostics, ranCodeOf }) as const

const DECL_ID = 'Lean.Parser.Command.declId'
const IDENT = 3

/**
 * The three halves of verification, each for a process of its own: what a statement means (`state`), what a source
 * proves (`exportProof`), and whether the second is a proof of the first (`check`), which sees no text at all.
 */
export function createVerification(
  lean: Objects,
  elaborator: Elaborator,
  constants: Constants,
  modules: Modules,
  texts: FileContexts,
) {
  const declared = createDeclared(lean, elaborator, constants, modules)
  const kernel = createKernel(lean, elaborator)
  const proofCheck = createProofCheck(lean, elaborator, kernel, declared)
  const inert = (syntax: Obj, kind: string): boolean => isInert(lean, elaborator, syntax, kind)
  const environment = (state: CommandState): Obj => lean.field(state, 0)

  const errorsOf = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
    diagnostics.filter((d) => d.severity === 'error')

  /** Elaborates a header, and a statement below it whose proof is left out. */
  const state = (header: string, statement: string) => {
    const before = texts.elaborate(HEADER, header, 'commands')
    if ('diagnostics' in before) return rejected('header', before.diagnostics, before.inert ? 'none' : 'header')
    const ranCodeOf = before.inertImports && before.commands.every((command) => command.inert) ? 'none' : 'header'
    const obstacle = before.commands.find(({ breaks }) => breaks)
    if (obstacle !== undefined) return rejected('header', obstacle.errors, ranCodeOf)
    if (before.ended === 'early') return rejected('header', [complaint(UNREAD)], ranCodeOf)
    return stateBelow(before.state, statement, ranCodeOf)
  }
  const stateBelow = (from: CommandState, statement: string, header: RanCodeOf) => {
    let name: NameParts | undefined
    let ranCodeOf = header
    let commands = 0
    // On a line of its own: a comment may end the statement.
    const run = elaborator.runCommands(from, `${statement}\n  := by\n  sorry\n`, 0, 'statement', ({ syntax, kind }) => {
      commands++
      name = declaredName(from, syntax)
      if (ranCodeOf === 'none' && !inert(syntax, kind)) ranCodeOf = 'statement'
      return syntax
    })
    const env = environment(run.state)
    const errors = errorsOf(run.diagnostics)
    const found = errors.length > 0 || commands !== 1 || name === undefined ? undefined : declared.find(env, name)
    try {
      if (found === undefined || name === undefined)
        return rejected('statement', errors.length > 0 ? errors : [complaint(ONE_THEOREM)], ranCodeOf)
      const exported = declared.writeStatement(env, found.info)
      return { kind: 'stated' as const, name, exported, imports: declared.imports(env), ranCodeOf }
    } catch (error) {
      if (!(error instanceof UnwritableTerm)) throw error
      return rejected('statement', [complaint(error.message)], ranCodeOf)
    } finally {
      if (found !== undefined) {
        lean.dec(found.name)
        lean.dec(found.info)
      }
      lean.dec(run.state)
    }
  }
  /** The name by which a command declares something, with its namespace; undefined where it declares nothing by name. */
  const declaredName = (before: CommandState, command: Obj): NameParts | undefined => {
    const pending = [command]
    for (let syntax = pending.pop(); syntax !== undefined; syntax = pending.pop()) {
      if (isScalar(syntax) || lean.tag(syntax) !== 1) continue
      const children = lean.arrayItems(lean.field(syntax, 2))
      const [first] = children
      if (elaborator.kindOf(syntax) === DECL_ID && first !== undefined && lean.tag(first) === IDENT) {
        const written = elaborator.nameParts(lean.field(first, 2))
        if (written[0] === '_root_') return written.slice(1)
        return [...elaborator.nameParts(lean.field(elaborator.scope(before), 2)), ...written]
      }
      pending.push(...children.reverse())
    }
    return undefined
  }

  /**
   * Elaborates a whole source and writes what `name` rests on. With `header`, the source must be that header and one
   * declaration. Nothing here is believed; what the source does in this process is its own affair.
   */
  const exportProof = (source: string, name: NameParts, header: string | undefined) => {
    if (header !== undefined && !source.startsWith(header)) return refuse('the source does not begin with the header')
    const text = texts.elaborate(SOURCE, source, 'words')
    if ('diagnostics' in text)
      return refuse(
        'the imports fail',
        text.diagnostics.map((d) => d.text),
      )
    if (header !== undefined) {
      if (text.ended === 'early') return refuse('the proof ends early: Lean reads nothing behind it')
      const end = Buffer.byteLength(header)
      const [first, second] = text.commands.filter((_, i) => (text.commands[i - 1]?.after ?? 0) >= end)
      if (first !== undefined && first.skipped.length > 0)
        return refuse('before the theorem stands what Lean cannot read', first.skipped.map(place))
      if (second !== undefined)
        return refuse(`the proof ends early and another command follows (${second.kind || 'which Lean cannot read'})`)
    }
    return exportFrom(text, name)
  }

  const exportFrom = (text: ElaboratedText, name: NameParts) => {
    const env = environment(text.state)
    const found = declared.find(env, name)
    if (found === undefined) {
      const errors = text.commands.flatMap(({ errors }) => errors.map(place))
      return errors.length > 0
        ? refuse('Lean reports an error', errors)
        : refuse(`the source does not declare ${readableName(name)}`)
    }
    try {
      if (isOfLibrary(env, found.name))
        return refuse(`${readableName(name)} is a theorem of the library, not of this source`)
      const declaring = text.firstAfter((state) => isDeclared(state, found.name))
      const own = (declaring?.errors ?? []).filter((d) => !declaring?.skipped.includes(d))
      if (own.length > 0) return refuse('Lean reports an error', own.map(place))
      const exported = declared.writeProof(env, found.name)
      const elsewhere = text.commands.flatMap((command) =>
        (command === declaring ? command.skipped : command.errors).map(place),
      )
      return { kind: 'exported' as const, exported, imports: declared.imports(env), elsewhere }
    } catch (error) {
      if (error instanceof UnwritableTerm) return refuse(error.message)
      throw error
    } finally {
      lean.dec(found.name)
      lean.dec(found.info)
    }
  }
  const isOfLibrary = (env: Obj, name: Obj): boolean => constants.isImported(env, name) && !modules.isOwn(env, name)
  const place = (d: Diagnostic): string =>
    `${d.line}:${d.column}: ${d.text}${/read-only file system/i.test(d.text) ? NO_PROGRAMS : ''}`
  const isDeclared = (state: CommandState, name: Obj): boolean => {
    const info = constants.find(environment(state), name)
    if (info !== undefined) lean.dec(info)
    return info !== undefined
  }

  /** Libraries that have been imported for checks, by the text that imports them. */
  const libraries = new Map<string, Library>()
  const libraryOf = (imports: readonly ImportedModule[]): Library | Refusal => {
    // Init comes first, so that the names which the kernel computes with are always the library's.
    const lines = new Set(['import Init'])
    for (const { module, all } of imports) {
      if (!/^\w+(\.\w+)*$/.test(module)) return refuse(`${module} is no module of the library`)
      if (all || (module !== 'Init' && !module.startsWith('Init.'))) lines.add(`import ${all ? 'all ' : ''}${module}`)
    }
    const text = [...lines].sort().join('\n')
    const known = libraries.get(text)
    if (known !== undefined) return known
    const base = modules.open(text)
    if ('diagnostics' in base)
      return refuse(
        'the imports fail',
        base.diagnostics.map((d) => d.text),
      )
    const env = lean.inc(environment(base.state))
    const library: Library = {
      environment: env,
      kernelEnvironment: lean.fn('lean_elab_environment_to_kernel_env')(lean.inc(env)),
      axioms: createLibraryAxioms(lean, elaborator, constants, env),
    }
    libraries.set(text, library)
    return library
  }

  /** Both exports come from other processes, the second from one that nobody trusts. */
  const check = (imports: readonly ImportedModule[], stated: unknown, proof: unknown, whole = false): CheckResult => {
    try {
      const library = libraryOf(imports)
      if ('kind' in library) return library
      return proofCheck.check(library, validateExport(stated), validateExport(proof), whole)
    } catch (error) {
      if (error instanceof MalformedExport) return refuse(`what was exported is malformed: ${error.message}`)
      throw error
    }
  }

  return { state, exportProof, check, libraryOf }
}
