import type { LibraryModule, StatedTheorem } from '../../library.ts'
import type { Constants } from './constants.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { termFingerprint } from './fingerprint.ts'
import { type Objects, UNIT } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

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

  const printers = (state: CommandState): Owned[] => {
    const states: Owned[] = []
    for (const options of PRINTING) {
      const run = elaborator.runCommands(states.at(-1) ?? state, options, 0, 'options')
      const errors = run.diagnostics.filter((d) => d.severity === 'error')
      if (errors.length > 0) throw new Error(`a printing option is unknown: ${errors[0]?.text}`)
      states.push(run.state)
    }
    return states
  }

  /** Level parameters and type of a constant; undefined if the environment does not know it. Takes the prefix. */
  const fingerprintOf = (env: Obj, name: string, prefix: Owned = UNIT): string | undefined => {
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
   * Statements of theorems as source. Each is printed where everything is known (`whole`), and elaborated in an
   * environment that is opened from `header` for this call alone, where the theorem must be unknown; the first way of
   * printing that gives back the same type is taken. One answer per name, in order.
   */
  const state = (whole: CommandState, header: string, names: readonly string[]): StatedTheorem[] => {
    const printing = printers(whole)
    const opened = elaborator.openHeader(header, 'header')
    const env = inc(field(opened.state, 0))
    try {
      if (opened.diagnostics.some((d) => d.severity === 'error')) return names.map(() => left('its imports fail'))
      if (NEEDED.some((name) => fingerprintOf(env, name) === undefined))
        return names.map(() => left('too early in the library'))
      return names.map((name) => stateOne(field(whole, 0), printing, opened.state, name))
    } finally {
      for (const printer of printing) dec(printer)
      dec(opened.state)
      // Nothing of this environment is referred to any more: the memory its modules were read into can go.
      dec(fn('lean_environment_free_regions')(env))
    }
  }

  const stateOne = (
    wholeEnv: Obj,
    printing: readonly CommandState[],
    state: CommandState,
    name: string,
  ): StatedTheorem => {
    const env = field(state, 0)
    if (fingerprintOf(env, name) !== undefined) return left('known in its own environment')
    if (!sayable(wholeEnv, env, name)) return left('speaks of what its own module defines')
    const wanted = fingerprintOf(wholeEnv, name)
    let elaborates = false
    for (const printer of printing) {
      const print = elaborator.runCommands(printer, `#check ${name}\n`, 0, 'print')
      dec(print.state)
      if (print.diagnostics.some((d) => /has been deprecated/.test(d.text))) return left('deprecated')
      const text = print.diagnostics.find((d) => d.severity === 'information')?.text
      if (text === undefined || text.includes('⋯')) continue
      const statement = `theorem ${text}`
      const run = elaborator.runCommands(state, `${statement} := by\n  sorry\n`, 0, 'statement')
      const failed = run.diagnostics.some((d) => d.severity === 'error')
      // This build takes every source for a `module`, where a theorem without `public` is private to the file.
      const hidden = fn('lean_name_mk_numeral')(elaborator.makeName('_private'), UNIT)
      const same = !failed && fingerprintOf(field(run.state, 0), name, hidden) === wanted
      dec(run.state)
      if (same) return { kind: 'stated', statement }
      elaborates ||= !failed
    }
    return left(elaborates ? 'prints as something else' : 'does not elaborate as printed')
  }

  /** Whether every constant in a theorem's type is known in `env`. */
  const sayable = (wholeEnv: Obj, env: Obj, name: string): boolean => {
    const leanName = elaborator.makeName(name)
    const info = constants.find(wholeEnv, leanName)
    dec(leanName)
    if (info === undefined) return false
    let known = true
    constants.forEachConstant(constants.value(info).type, (constant) => {
      if (!known) return
      const found = constants.find(env, constant)
      if (found === undefined) known = false
      else dec(found)
    })
    dec(info)
    return known
  }

  return { modules, state }
}

function left(reason: string): StatedTheorem {
  return { kind: 'left', reason }
}
