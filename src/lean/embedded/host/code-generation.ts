import { type Elaborator, LeanError } from './elaborator.ts'
import { type Objects, UNIT } from './objects.ts'
import { type Owned, owned } from './wasm-module.ts'

/**
 * This build of Lean comes without the compiled form of its library, so code for `xs.map` and most of its like cannot be
 * generated. Nothing that is proved about a definition depends on its code: where generating it fails for want of the
 * library's, the definition stays, uncompiled, and elaboration goes on as if the code were there. What must run all the same
 * (`#eval`, macros and elaborators of the file) fails and says so.
 *
 * Every command that wants code goes through `Lean.compileDeclsRef`, a reference to a function: here one of our own takes
 * its place, and asks the first. It changes nothing of the declarations, and where it does nothing it leaves Lean's state
 * as it found it.
 */
export function tolerateMissingCode(lean: Objects, elaborator: Elaborator): void {
  const { fn, field, inc, dec, makeCtor } = lean
  const reference = lean.constant('l_Lean_compileDeclsRef')
  const setRef = lean.native('lean_st_ref_set')
  /** (names, Core context, Core state, world) */
  const ARITY = 4
  const compile = lean.refGet(reference)
  // A closure's first word is its function, the second has its arity in the lower half.
  if ((field(compile, 1) & 0xffff) !== ARITY) throw new LeanError('this build compiles declarations in another way')
  const apply = lean.native('lean_apply_4')

  /** Definitions without code: what is made of them has none either, and Lean gives that as the reason. */
  const uncompiled = new Set<string>()

  const fail = (result: Owned, message: string): Owned => {
    const exception = field(result, 0)
    const failed = makeCtor(1, [
      makeCtor(0, [inc(field(exception, 0)), fn('l_Lean_stringToMessageData')(lean.makeString(message))]),
    ])
    dec(result)
    return failed
  }

  /** Takes its arguments; the result is owned by the caller. */
  const compileOrLeave = (names: Owned, context: Owned, stateRef: Owned, world: Owned): Owned => {
    const declared = lean.arrayItems(names).map(elaborator.plainNameText)
    const before = lean.refGet(stateRef)
    const result = owned(apply(inc(compile), names, context, inc(stateRef), world))
    // Exception.error is constructor 0; an internal one (an interrupt, an abort) is passed on.
    if (lean.tag(result) === 0 || lean.tag(field(result, 0)) !== 0) {
      dec(before)
      dec(stateRef)
      return result
    }
    const reason = elaborator.exceptionText(inc(field(result, 0)))
    if (!isForWantOfCode(reason, uncompiled)) {
      dec(before)
      dec(stateRef)
      return result
    }
    setRef(stateRef, before)
    dec(stateRef)
    const evaluated = declared.find((name) => MUST_RUN.test(name))
    if (evaluated !== undefined) {
      return fail(result, `${whatRuns(evaluated)} cannot run here: this Lean has no compiled library (${reason})`)
    }
    for (const name of declared) uncompiled.add(name)
    dec(result)
    return makeCtor(0, [UNIT])
  }
  const index = lean.addFunction((...args: number[]) => {
    const [names, context, stateRef, world] = args.map(owned) as [Owned, Owned, Owned, Owned]
    return compileOrLeave(names, context, stateRef, world)
  }, 'iiiii')
  setRef(reference, lean.makeClosure(index, ARITY))
}

/** What Lean makes of commands that run: `#eval`, and the rules of macros and elaborators. */
const MUST_RUN = /(^|\.)(_eval|_aux___\w+)/

function whatRuns(name: string): string {
  return /(^|\.)_eval/.test(name) ? '`#eval`' : 'what the file defines to run while it is elaborated'
}

/**
 * Whether code could not be generated because other code is missing. What Lean refuses everywhere (a definition by choice
 * that is not marked `noncomputable`) is an error here too.
 */
function isForWantOfCode(reason: string, uncompiled: ReadonlySet<string>): boolean {
  if (/^Unknown constant `/.test(reason)) return true
  const dependsOn = /depends on declaration '([^']+)', which has no executable code/.exec(reason)?.[1]
  if (dependsOn !== undefined) return true
  const needs = /because it depends on '([^']+)'/.exec(reason)?.[1]
  return needs !== undefined && uncompiled.has(needs)
}
