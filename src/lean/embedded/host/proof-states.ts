import { createHash } from 'node:crypto'
import { type Goal, renderState, renumberMetavariables } from '../../../proof/proof-state.ts'
import type { Diagnostic } from '../../session.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { createGoalShapes, exprFlags } from './expr.ts'
import { box, isScalar, type Objects, UNIT } from './objects.ts'
import { createProofHole, type HoleAt, type RangeOf } from './proof-hole.ts'
import { createTacticParser } from './tactic-parser.ts'
import {
  CORE_CONTEXT,
  CORE_STATE,
  createStateHandling,
  type HowToRun,
  META_STATE,
  type OpenTheorem,
  type SavedState,
  type StepResult,
  type TermElab,
} from './theorem-state.ts'
import type { LeanFunction, Obj, Owned } from './wasm-module.ts'

export type ProofStates = ReturnType<typeof createProofStates>

export function createProofStates(lean: Objects, elaborator: Elaborator) {
  const { fn, field, inc, dec, makeCtor, makeClosure, listItems, refGet } = lean
  const shapes = createGoalShapes(lean)
  // Built-in elaborators are copied into an environment when it is made, so the hole comes before the first import.
  const { withHole, withHoleAt, capturing } = createProofHole(lean, elaborator)
  const { enter, contexts, metaContexts, share, release } = createStateHandling(lean)
  const { parse, forgetParsed } = createTacticParser(lean, elaborator)

  /**
   * Elaborates `statement` (a `theorem` without its proof) in an environment and stops where its proof begins, with
   * Lean's real contexts: names, options, universe levels and metavariables are those the compiled proof will see.
   */
  const start = (
    state: CommandState,
    statement: string,
    heartbeats: number,
  ): { kind: 'started'; theorem: OpenTheorem } | { kind: 'rejected'; diagnostics: Diagnostic[] } => {
    // On a line of its own: a comment may end the statement.
    const source = `${statement}\n  := by\n  skip\n`
    let commands = 0
    const { result: run, captured } = capturing(() =>
      elaborator.runCommands(state, source, 0, 'statement', ({ syntax }) => {
        commands++
        return commands === 1 ? withHole(syntax) : syntax
      }),
    )
    dec(run.state)
    // The hole leaves the goal open, so Lean reports it (or admits it): only other errors are the statement's own.
    const errors = run.diagnostics.filter((d) => d.severity === 'error' && !d.text.startsWith('unsolved goals'))
    if (captured === undefined || errors.length > 0 || commands !== 1) {
      return { kind: 'rejected', diagnostics: errors.length > 0 ? errors : run.diagnostics }
    }
    return { kind: 'started', theorem: openTheorem(captured.elab, captured.root, heartbeats) }
  }

  /**
   * Elaborates a command of a file up to one of its `sorry`s and stops there, with the contexts that Lean has at this place. The
   * other `sorry`s stay. Everything in `command` is borrowed.
   */
  const startHole = (
    command: { input: Obj; state: CommandState; parser: Obj },
    place: HoleAt,
    rangeOf: RangeOf,
    heartbeats: number,
  ):
    | { kind: 'started'; theorem: OpenTheorem; times: number; isProposition: boolean }
    | { kind: 'rejected'; diagnostics: Diagnostic[] } => {
    const { result: run, captured } = capturing(() =>
      elaborator.runCommand(command.input, { state: inc(command.state), parser: inc(command.parser) }, ({ syntax }) =>
        withHoleAt(syntax, place, rangeOf),
      ),
    )
    dec(run.state)
    dec(run.parser)
    if (captured === undefined)
      return { kind: 'rejected', diagnostics: run.diagnostics.filter((d) => d.severity === 'error') }
    const [goal, ...others] = captured.root.goals
    if (goal === undefined) {
      const { elab, root } = captured
      release(root)
      for (const o of Object.values(elab)) dec(o)
      return {
        kind: 'rejected',
        diagnostics: [{ severity: 'error', line: 1, column: 0, text: 'no goals are left there' }],
      }
    }
    for (const other of others) dec(other)
    const theorem = openTheorem(captured.elab, { ...captured.root, goals: [goal] }, heartbeats)
    return { kind: 'started', theorem, times: captured.times, isProposition: isProposition(theorem) }
  }

  /** Whether the first goal is something to prove, and not data to choose. */
  const isProposition = (theorem: OpenTheorem): boolean => {
    enter(theorem, theorem.root)
    const type = fn('l_Lean_MVarId_getType')(inc(theorem.rootGoal), ...metaContexts(theorem))
    if (failure(type) !== undefined) {
      dec(type)
      return false
    }
    // isProp asks for the type of a term in the goal's own context.
    const { index, arity } = isPropOf
    const question = makeClosure(index, arity, [inc(field(type, 0))])
    const answer = inContext(inc(theorem.rootGoal), question, ...metaContexts(theorem))
    const yes = failure(answer) === undefined && field(answer, 0) >>> 1 === 1
    dec(type)
    dec(answer)
    return yes
  }

  const openTheorem = (elab: TermElab, root: SavedState, heartbeats: number): OpenTheorem => {
    const coreContext = lean.makeCopy(elab.coreContext, {
      [CORE_CONTEXT.initHeartbeats]: box(0),
      [CORE_CONTEXT.maxHeartbeats]: box(heartbeats * 1000),
    })
    // No info trees (they would keep every intermediate term alive), and no messages from before the proof.
    const infoState = lean.makeCopy(field(root.core, CORE_STATE.infoState), {}, { 0: 0 })
    const core = lean.makeCopy(root.core, {
      [CORE_STATE.messages]: elaborator.emptyLog(),
      [CORE_STATE.infoState]: infoState,
    })
    dec(root.core)
    const rootGoal = root.goals[0] as Obj
    return {
      elab: { ...elab, coreContext },
      heartbeats,
      root: { ...root, core },
      rootGoal: inc(rootGoal),
      itself: auxiliaryVariables(field(root.meta, META_STATE.mctx), rootGoal),
      parsed: new Map(),
    }
  }

  /** The auxiliary declarations among a goal's hypotheses: the theorem itself, which `exact` finds by its name. */
  const auxiliaryVariables = (mctx: Obj, goal: Obj): Owned[] => {
    const found = fn('l_Lean_MetavarContext_findDecl_x3f')(inc(mctx), inc(goal))
    const locals = lean.persistentArrayItems(field(field(field(found, 0), 1), 1))
    const variables = locals
      .filter((option) => !isScalar(option))
      .map((option) => field(option, 0))
      // LocalDecl.cdecl, whose unboxed scalars are the binder's kind and its own: 2 is an auxiliary declaration.
      .filter((local) => lean.tag(local) === 0 && lean.scalarByte(local, 1) === 2)
      .map((local) => inc(field(local, 1)))
    dec(found)
    return variables
  }

  // ------------------------------------------------------------------ running a tactic
  let leanMs = 0
  /** The same function, with the time spent in it counted. */
  const counted = <A extends unknown[], R>(target: (...args: A) => R) => {
    return (...args: A): R => {
      const begun = performance.now()
      try {
        return target(...args)
      } finally {
        leanMs += performance.now() - begun
      }
    }
  }
  const timed = (name: string): LeanFunction => counted(fn(name))
  const exceptionText = counted(elaborator.exceptionText)

  // No error recovery: under it `exact foo` would close the goal with `sorry` and only log the error.
  const tacticContext = makeCtor(0, [UNIT], [0])
  const evalTactic = timed('l_Lean_Elab_Tactic_evalTactic')
  const synthesize = timed('l_Lean_Elab_Term_synthesizeSyntheticMVarsNoPostponing')
  const unsolvedGoals = timed('l_Lean_Elab_Tactic_getUnsolvedGoals')
  const kernelAdd = lean.tableIndex('l_Lean_Meta_mkAuxTheorem___boxed')
  /** `MVarId.withContext` (goal) (action), as this build has it for one of its users: what the action gives does not matter. */
  const inContext = timed('l_Lean_MVarId_withContext___at___00Lean_MVarId_admit_spec__1___redArg')
  const ppGoal = timed('l_Lean_Meta_ppGoal')
  const prettyPrint = timed('l_Std_Format_pretty')
  const isPropOf = lean.tableIndex('l_Lean_Meta_isProp___boxed')
  const isMaxHeartbeat = fn('l_Lean_Exception_isMaxHeartbeat')

  /** The failure an EIO result holds, if any. Borrows the result. */
  const failure = (result: Obj): StepResult | undefined => {
    if (lean.tag(result) === 0) return undefined
    const exception = field(result, 0)
    if (isMaxHeartbeat(inc(exception)) >>> 1 === 1) return { kind: 'timeout' }
    const message = exceptionText(inc(exception))
    // A nested failure (of an instance, say) wraps the same cause in words of its own.
    return message.includes('maximum number of heartbeats') ? { kind: 'timeout' } : { kind: 'error', message }
  }
  /** Like `failure`; an abort (an internal exception) has its reason in the log. */
  const tacticFailure = (theorem: OpenTheorem, result: Obj): StepResult | undefined => {
    const failed = failure(result)
    // Exception.error is constructor 0, Exception.internal is 1.
    return failed?.kind === 'error' && lean.tag(field(result, 0)) === 1 ? (loggedError(theorem) ?? failed) : failed
  }
  const firstError = (log: Obj): StepResult | undefined => {
    if (fn('l_Lean_MessageLog_hasErrors')(inc(log)) >>> 1 === 0) return undefined
    const error = elaborator.diagnostics(log).find((d) => d.severity === 'error')
    if (error === undefined) return undefined
    return { kind: 'error', message: error.text }
  }

  const setLimit = ({ elab }: OpenTheorem, heartbeats: number): void => {
    const limit = box(heartbeats * 1000)
    if (field(elab.coreContext, CORE_CONTEXT.maxHeartbeats) === limit) return
    const before = elab.coreContext
    elab.coreContext = lean.makeCopy(before, { [CORE_CONTEXT.maxHeartbeats]: limit })
    dec(before)
  }

  /** Runs one tactic script on a state, which it does not change. An `open` result is owned by the caller. */
  const runTactic = (
    theorem: OpenTheorem,
    state: SavedState,
    text: string,
    { heartbeats = theorem.heartbeats, verifierFollows = false }: HowToRun = {},
  ): StepResult => {
    const parsed = parse(theorem, text)
    if ('error' in parsed) return { kind: 'error', message: parsed.error }
    setLimit(theorem, heartbeats)
    enter(theorem, state)
    // Heartbeats add up over the process; each tactic counts from zero.
    lean.native('lean_io_set_heartbeats')(box(0))
    const goalsRef = fn('lean_st_mk_ref')(lean.makeList(state.goals.map(inc)))
    const result = evalTactic(inc(parsed.syntax), inc(tacticContext), inc(goalsRef), ...contexts(theorem))
    let failed = tacticFailure(theorem, result)
    dec(result)
    let goals: Owned[] = []
    if (failed === undefined) {
      const unsolved = unsolvedGoals(inc(tacticContext), inc(goalsRef), ...contexts(theorem))
      failed = tacticFailure(theorem, unsolved)
      if (failed === undefined) goals = listItems(field(unsolved, 0)).map(inc)
      dec(unsolved)
    }
    dec(goalsRef)
    if (failed !== undefined) return failed
    const outcome = goals.length === 0 ? finish(theorem, verifierFollows) : loggedError(theorem)
    if (outcome !== undefined) {
      for (const goal of goals) dec(goal)
      return outcome
    }
    const { elab } = theorem
    return {
      kind: 'open',
      state: {
        core: refGet(elab.coreRef),
        meta: refGet(elab.metaRef),
        term: refGet(elab.termRef),
        goals,
      },
    }
  }

  /**
   * What `read` makes of the terms that a tactic assigns to the goals of a state: it gets the environments before and
   * after, and the terms, all borrowed. Empty where the tactic fails.
   */
  const assignedTerms = (
    theorem: OpenTheorem,
    state: SavedState,
    text: string,
    read: (before: Obj, after: Obj, terms: readonly Obj[]) => string[],
  ): string[] => {
    const result = runTactic(theorem, state, text)
    if (result.kind !== 'open' && result.kind !== 'finished') return []
    if (result.kind === 'open') release(result.state)
    // Running leaves Lean's own references as the tactic left them.
    const [core, meta] = [refGet(theorem.elab.coreRef), refGet(theorem.elab.metaRef)]
    const terms = state.goals.map((goal) => instantiated(field(meta, META_STATE.mctx), goal))
    const found = read(field(theorem.root.core, CORE_STATE.env), field(core, CORE_STATE.env), terms)
    for (const o of [core, meta, ...terms]) dec(o)
    return found
  }

  /** The term that a goal stands for, as far as it is known, owned. */
  const instantiated = (mctx: Obj, goal: Obj): Owned => {
    const pair = fn('l_Lean_instantiateMVarsCore')(inc(mctx), fn('l_Lean_Expr_mvar___override')(inc(goal)))
    const term = inc(field(pair, 0))
    dec(pair)
    return term
  }

  /** Elaboration may log an error and go on with `sorry`; such a tactic has failed. */
  const loggedError = (theorem: OpenTheorem): StepResult | undefined => {
    const core = refGet(theorem.elab.coreRef)
    const error = firstError(field(core, CORE_STATE.messages))
    dec(core)
    return error
  }

  /** No goals are left: what Lean checks when the `by` block ends, and the kernel after it where no verifier will. */
  const finish = (theorem: OpenTheorem, verifierFollows: boolean): StepResult => {
    const synthesized = synthesize(UNIT, ...contexts(theorem))
    const failed = tacticFailure(theorem, synthesized) ?? loggedError(theorem)
    dec(synthesized)
    if (failed !== undefined) return failed
    const meta = refGet(theorem.elab.metaRef)
    const proof = instantiated(field(meta, META_STATE.mctx), theorem.rootGoal)
    dec(meta)
    const outcome: StepResult = exprFlags(lean, proof).hasExprMVar
      ? { kind: 'error', message: 'the proof leaves metavariables unassigned' }
      : fn('l_Lean_Expr_hasSorry')(inc(proof)) >>> 1 === 1
        ? { kind: 'error', message: 'the proof uses `sorry`' }
        : theorem.itself.some((variable) => fn('l_Lean_Expr_containsFVar')(inc(proof), inc(variable)) >>> 1 === 1)
          ? { kind: 'error', message: 'the proof uses the theorem it proves' }
          : verifierFollows
            ? { kind: 'finished' }
            : kernelCheck(theorem, proof)
    dec(proof)
    return outcome
  }

  /** Adds the proof term (borrowed) as an auxiliary theorem to a copy of the environment, which the kernel must accept. */
  const kernelCheck = (theorem: OpenTheorem, proof: Obj): StepResult => {
    const type = fn('l_Lean_MVarId_getType')(inc(theorem.rootGoal), ...metaContexts(theorem))
    const untyped = failure(type)
    if (untyped !== undefined) return untyped
    // mkAuxTheorem (type) (value) (zetaDelta) (kind?) (cache), among the goal's own hypotheses: a hole of a file may stand deep.
    const { index, arity } = kernelAdd
    const adding = makeClosure(index, arity, [inc(field(type, 0)), inc(proof), box(0), UNIT, box(0)])
    const added = inContext(inc(theorem.rootGoal), adding, ...metaContexts(theorem))
    const refused = failure(added)
    dec(type)
    dec(added)
    return refused ?? loggedError(theorem) ?? { kind: 'finished' }
  }

  // ------------------------------------------------------------------ looking at goals
  const renderGoal = (theorem: OpenTheorem, goal: Obj): string => {
    const format = elaborator.unwrap(ppGoal(inc(goal), ...metaContexts(theorem)), exceptionText)
    // Format.pretty (width) (indent) (column)
    return lean.takeString(prettyPrint(format, box(120), box(0), box(0)))
  }

  /**
   * The goals of a state as Lean prints them, the constants in each, and a key that equal states share. `alone` has a key for
   * each of several goals by itself, where none of them holds metavariables.
   */
  const describe = (theorem: OpenTheorem, state: SavedState): { key: string; goals: Goal[]; alone?: string[] } => {
    enter(theorem, state)
    // Not the tactic's: it may have used up nearly all of its own.
    setLimit(theorem, theorem.heartbeats)
    lean.native('lean_io_set_heartbeats')(box(0))
    const walk = shapes.walker()
    const mctx = field(state.meta, META_STATE.mctx)
    let hash = 0
    const shown = state.goals.map((goal) => {
      const shape = walk.goal(mctx, goal)
      hash = shapes.combine(30, hash, shape.hash)
      return { text: renderGoal(theorem, goal), constants: shape.constants, isOpen: shape.isOpen }
    })
    const texts = renumberMetavariables(shown.map(({ text }) => text))
    const goals = shown.map(({ constants }, i): Goal => ({ text: texts[i] as string, constants }))
    walk.end()
    const keyOf = (shownGoals: readonly Goal[], bits: number): string =>
      `${createHash('sha1').update(renderState(shownGoals)).digest('base64url').slice(0, 16)}.${bits.toString(36)}`
    const key = keyOf(goals, hash)
    if (goals.length < 2 || shown.some(({ isOpen }) => isOpen)) return { key, goals }
    const alone = state.goals.map((goal, i) => {
      const own = shapes.walker()
      const bits = own.goal(mctx, goal).hash
      own.end()
      return keyOf(goals.slice(i, i + 1), bits)
    })
    return { key, goals, alone }
  }

  const close = (theorem: OpenTheorem): void => {
    forgetParsed(theorem)
    release(theorem.root)
    dec(theorem.rootGoal)
    for (const variable of theorem.itself) dec(variable)
    for (const o of Object.values(theorem.elab)) dec(o)
  }

  /** Milliseconds spent inside Lean by steps so far: running tactics, checking proofs and printing goals. */
  const timeInLean = (): number => leanMs

  return { start, startHole, runTactic, assignedTerms, describe, share, release, close, timeInLean }
}
