import type { LibraryCheck, LibraryModule, PrintedTheorem } from '../protocol.ts'
import type { Constants } from './constants.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { termFingerprint } from './fingerprint.ts'
import { type Objects, UNIT } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/** Names nobody wrote: what `structure`, `inductive`, `def` and attributes generate. */
const GENERATED =
  /(^|\.)(match_\d|proof_\d|eq_\d|eq_def|eq_unfold|inj|injEq|sizeOf_spec|noConfusion\w*|ctorIdx\w*|toCtorIdx\w*|brecOn\w*|recOn|casesOn|below\w*|ndrec\w*|rec|induct\w*|mutual_induct\w*|fun_cases\w*|fixpoint_induct\w*|partial_correctness\w*|congr_simp|hcongr_\d+|sunfold|ofNat_ctorIdx|ctor_eq\w*)($|\.)/
/** Components that can be written without escapes. */
const PLAIN = /^[\p{L}_][\p{L}\p{N}_'!?₀-₉ₐ-ₜ]*(\.[\p{L}_][\p{L}\p{N}_'!?₀-₉ₐ-ₜ]*)*$/u
const INTERNAL = /(^|\.)_/
const INSTANCE = /(^|\.)inst[A-Z][^.]*$/

/** What the engine itself refers to; a module that imports less is too early in the library to be worked in. */
const NEEDED = ['Nat.add_comm', 'Nat.add_assoc', 'propext', 'sorryAx']

/** The first way of printing is the one people write; the second leaves less to be guessed. */
const PRINTING = [
  'set_option pp.proofs true\nset_option pp.deepTerms true\nset_option pp.maxSteps 100000\nset_option format.width 110\n',
  'set_option pp.fieldNotation false\nset_option pp.numericTypes true\nset_option pp.fullNames true\nset_option pp.funBinderTypes true\nset_option pp.structureInstances false\n',
  'set_option pp.explicit true\nset_option pp.notation false\n',
]

/** The imported library as a set of theorems to prove. */
export function createLibrary(lean: Objects, elaborator: Elaborator, constants: Constants) {
  const { fn, field, inc, dec } = lean

  /** Every imported module with its own imports and the theorems people wrote in it, by name. */
  const modules = (state: CommandState): LibraryModule[] => {
    const env = field(state, 0)
    const theoremKind = constants.kindNumbers(env).theorem
    // EnvironmentHeader: main module, imports, regions, modules, package names, module data; a module is an Import, which begins with its name.
    const header = fn('l_Lean_Environment_header')(inc(env))
    const names = lean.arrayItems(field(header, 3)).map((x) => elaborator.nameText(field(field(x, 0), 0)))
    const data = lean.arrayItems(field(header, 5))
    const list = names.map((name, i) => {
      // ModuleData: imports, names of constants, ...
      const module = data[i] as Obj
      const imports = lean.arrayItems(field(module, 0)).map((x) => elaborator.nameText(field(x, 0)))
      const theorems: string[] = []
      const left: Record<string, number> = {}
      const leave = (reason: string) => {
        left[reason] = (left[reason] ?? 0) + 1
      }
      for (const constant of lean.arrayItems(field(module, 1))) {
        if (constants.originalKind(env, constant) !== theoremKind) continue
        const text = elaborator.nameText(constant)
        if (INTERNAL.test(text)) leave('internal or private name')
        else if (GENERATED.test(text)) leave('generated name')
        else if (INSTANCE.test(text)) leave('instance')
        else if (!PLAIN.test(text)) leave('name that needs escapes')
        else theorems.push(text)
      }
      return { name, imports, theorems: theorems.sort(), left }
    })
    dec(header)
    return list
  }

  const printers = (state: CommandState): CommandState[] => {
    const states: CommandState[] = []
    for (const options of PRINTING) {
      const run = elaborator.runCommands(states.at(-1) ?? state, options, 0, 'options')
      const errors = run.diagnostics.filter((d) => d.severity === 'error')
      if (errors.length > 0) throw new Error(`a printing option is unknown: ${errors[0]?.text}`)
      states.push(run.state)
    }
    return states
  }

  /** Statements of theorems, printed in every way, and what their types are. */
  const print = (state: CommandState, names: readonly string[]): PrintedTheorem[] => {
    const states = printers(state)
    const list = names.map((name): PrintedTheorem => {
      const variants: string[] = []
      for (const printer of states) {
        const run = elaborator.runCommands(printer, `#check ${name}\n`, 0, 'print')
        dec(run.state)
        if (run.diagnostics.some((d) => /has been deprecated/.test(d.text)))
          return { kind: 'left', reason: 'deprecated' }
        const text = run.diagnostics.find((d) => d.severity === 'information')?.text
        if (text === undefined || text.includes('⋯')) continue
        const statement = `theorem ${text}`
        if (!variants.includes(statement)) variants.push(statement)
      }
      const fingerprint = fingerprintOf(field(state, 0), name)
      if (variants.length === 0 || fingerprint === undefined) return { kind: 'left', reason: 'not printable' }
      return { kind: 'printed', variants, fingerprint }
    })
    for (const printer of states) dec(printer)
    return list
  }

  /** Level parameters and type of a constant; undefined if the environment does not know it. Takes the prefix. */
  const fingerprintOf = (env: Obj, name: string, prefix: Obj = UNIT): string | undefined => {
    const leanName = elaborator.makeName(name, prefix)
    const info = constants.find(env, leanName)
    dec(leanName)
    if (info === undefined) return undefined
    const { levelParams, type } = constants.value(info)
    const parameters = lean.listItems(levelParams).map(elaborator.nameText).join(' ')
    const fingerprint = `${parameters}: ${termFingerprint(lean, elaborator.nameText, type)}`
    dec(info)
    return fingerprint
  }

  /**
   * Opens an environment for this call alone and elaborates printed statements in it: which of the variants, if any,
   * means what the theorem means, where the theorem is not known.
   */
  const check = (
    header: string,
    theorems: readonly { name: string; variants: readonly string[]; fingerprint: string }[],
  ): LibraryCheck[] => {
    const opened = elaborator.openHeader(header, 'header')
    const env = inc(field(opened.state, 0))
    try {
      const errors = opened.diagnostics.filter((d) => d.severity === 'error')
      if (errors.length > 0) return theorems.map(() => ({ kind: 'left', reason: 'its imports fail' }))
      if (NEEDED.some((name) => fingerprintOf(env, name) === undefined))
        return theorems.map(() => ({ kind: 'left', reason: 'too early in the library' }))
      return theorems.map((theorem) => checkOne(opened.state, env, theorem))
    } finally {
      dec(opened.state)
      // Nothing of this environment is referred to any more: the memory its modules were read into can go.
      dec(fn('lean_environment_free_regions')(env))
    }
  }

  const checkOne = (
    state: CommandState,
    env: Obj,
    { name, variants, fingerprint }: { name: string; variants: readonly string[]; fingerprint: string },
  ): LibraryCheck => {
    if (fingerprintOf(env, name) !== undefined) return { kind: 'left', reason: 'known in its own environment' }
    let elaborates = false
    for (const [variant, statement] of variants.entries()) {
      const run = elaborator.runCommands(state, `${statement} := by\n  sorry\n`, 0, 'statement')
      const failed = run.diagnostics.some((d) => d.severity === 'error')
      // This build takes every source for a `module`, where a theorem without `public` is private to the file.
      const hidden = fn('lean_name_mk_numeral')(elaborator.makeName('_private'), UNIT)
      const same = !failed && fingerprintOf(field(run.state, 0), name, hidden) === fingerprint
      dec(run.state)
      if (same) return { kind: 'kept', variant }
      elaborates ||= !failed
    }
    return { kind: 'left', reason: elaborates ? 'prints as something else' : 'does not elaborate as printed' }
  }

  return { modules, print, check }
}
