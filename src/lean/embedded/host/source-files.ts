import { renumberMetavariables } from '../../../proof/proof-state.ts'
import type { SyntaxNode } from '../../../proof/tactics/syntax.ts'
import type { Diagnostic } from '../../session.ts'
import type { FileCommand } from '../protocol.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { box, isScalar, type Objects, UNIT } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

/** A file that is being elaborated command by command. What it owns is released by `close`. */
export type SourceFile = {
  readonly text: Buffer
  readonly input: Owned
  /** After the last command that ran, and the place in the text behind it. */
  state: Owned
  parser: Owned
  /** The last command, if a proof can be written at its place: the state before it, and its text without a proof. */
  last: { readonly before: Owned; readonly statement: string } | undefined
}

/** Field numbers of this build of Lean. A trace without goals or proofs would be the first to show that they are wrong. */
const COMMAND_STATE = { infoState: 8 } as const
const INFO_STATE = { assignment: 0, trees: 2 } as const
const TACTIC_INFO = { elab: 0, mctxBefore: 1, goalsBefore: 2 } as const
/** `CommandContextInfo`: env, cmdEnv?, fileMap, mctx, ... */
const COMMAND_CONTEXT = { mctx: 3 } as const
const SYNTAX = { node: 1, atom: 2, ident: 3 } as const
const INFO_TREE = { context: 0, node: 1 } as const

const PARSER = 'Lean.Parser.'
const TACTIC_SEQ = `${PARSER}Tactic.tacticSeq`
const BRACED = `${TACTIC_SEQ}Bracketed`
const BY = `${PARSER}Term.byTactic`
/** Its parts are wanted although they hold no block. */
const THEN_ALL = `${PARSER}Tactic.tactic_<;>_`

export function createSourceFiles(lean: Objects, elaborator: Elaborator) {
  const { fn, field, inc, dec, arrayItems } = lean

  /** Begins at the first command of `source`; `state` (borrowed) is what its imports make. */
  const open = (state: CommandState, position: number, source: string): SourceFile => ({
    text: Buffer.from(source),
    input: elaborator.inputContext(source, 'source'),
    ...elaborator.progressAt(state, position),
    last: undefined,
  })

  const forgetLast = (file: SourceFile): void => {
    if (file.last !== undefined) dec(file.last.before)
    file.last = undefined
  }
  const close = (file: SourceFile): void => {
    forgetLast(file)
    dec(file.state)
    dec(file.parser)
    dec(file.input)
  }

  // ------------------------------------------------------------------ syntax as plain data
  const children = (syntax: Obj): Obj[] =>
    !isScalar(syntax) && lean.tag(syntax) === SYNTAX.node ? arrayItems(field(syntax, 2)) : []

  /** Where the text of a syntax tree begins and ends in bytes, if it was written in the file. */
  const range = (syntax: Obj): { start: number; end: number } | undefined => {
    if (isScalar(syntax)) return undefined
    const kind = lean.tag(syntax)
    if (kind === SYNTAX.atom || kind === SYNTAX.ident) {
      const info = field(syntax, 0)
      // SourceInfo.original: leading, start, trailing, end.
      if (isScalar(info) || lean.tag(info) !== 0) return undefined
      return { start: lean.natValue(field(info, 1)) ?? 0, end: lean.natValue(field(info, 3)) ?? 0 }
    }
    let found: { start: number; end: number } | undefined
    for (const child of children(syntax)) {
      const inner = range(child)
      if (inner === undefined) continue
      found = { start: found?.start ?? inner.start, end: Math.max(found?.end ?? 0, inner.end) }
    }
    return found
  }

  /** A syntax tree as far as blocks of tactics go: a part without one is left without its parts. */
  const plainSyntax = (syntax: Obj, levels = 0): { node: SyntaxNode; blocks: boolean } | undefined => {
    const where = range(syntax)
    if (where === undefined) return undefined
    const kind = elaborator.kindOf(syntax)
    // A block's tactics stand in a list in its only part.
    const block = kind === TACTIC_SEQ || kind === BRACED
    const below = kind === TACTIC_SEQ ? 2 : kind === BRACED ? 1 : levels - 1
    const parts = children(syntax).flatMap((child) => plainSyntax(child, below) ?? [])
    const blocks = block || kind === THEN_ALL || parts.some((part) => part.blocks)
    return { node: { kind, ...where, children: blocks || levels > 0 ? parts.map((part) => part.node) : [] }, blocks }
  }

  /** The parts of a `theorem` or `example`, below `open … in` and its like. Borrowed. */
  const theoremParts = (command: Obj): { keyword: string; declaration: Obj; value: Obj } | 'mutual' | undefined => {
    const kind = elaborator.kindOf(command)
    if (kind === `${PARSER}Command.in`) return theoremParts(children(command)[2] ?? UNIT)
    if (kind === `${PARSER}Command.mutual`) return 'mutual'
    if (kind !== `${PARSER}Command.declaration`) return undefined
    const declaration = children(command)[1]
    if (declaration === undefined) return undefined
    const keyword = elaborator.kindOf(declaration).slice(`${PARSER}Command.`.length)
    // theorem: keyword, declId, signature, value; example: keyword, signature, value.
    const value =
      keyword === 'theorem' ? children(declaration)[3] : keyword === 'example' ? children(declaration)[2] : undefined
    return value === undefined ? undefined : { keyword, declaration, value }
  }

  const fullName = (state: CommandState, declaration: Obj): string => {
    const id = children(children(declaration)[1] ?? UNIT)[0]
    const written =
      id === undefined || isScalar(id) || lean.tag(id) !== SYNTAX.ident ? '' : elaborator.nameText(field(id, 2))
    const namespace = elaborator.nameText(field(elaborator.scope(state), 2))
    if (written.startsWith('_root_.')) return written.slice('_root_.'.length)
    return namespace === '' || written === '' ? written : `${namespace}.${written}`
  }

  // ------------------------------------------------------------------ info trees
  /** The elements of every tactic block below a node, by their place in the text. */
  const elementRanges = (node: SyntaxNode, found = new Set<string>()): Set<string> => {
    if (node.kind === `${TACTIC_SEQ}1Indented` || node.kind === BRACED) {
      for (const list of node.children)
        for (const { start, end } of list.children.length > 0 ? list.children : [list]) found.add(`${start}-${end}`)
    }
    for (const child of node.children) elementRanges(child, found)
    return found
  }

  /** The main goals that tactics at the given places had before them, as Lean prints them. Borrows the state. */
  const goalsIn = (
    state: CommandState,
    wanted: ReadonlySet<string>,
  ): { start: number; end: number; goal: string }[] => {
    const infoState = field(state, COMMAND_STATE.infoState)
    const goals: { start: number; end: number; goal: string }[] = []
    const visit = (tree: Obj, context: Obj): void => {
      const kind = isScalar(tree) ? -1 : lean.tag(tree)
      if (kind === INFO_TREE.context) {
        const inner = fn('l_Lean_Elab_PartialContextInfo_mergeIntoOuter_x3f')(inc(field(tree, 0)), inc(context))
        visit(field(tree, 1), inner)
        dec(inner)
      } else if (kind === INFO_TREE.node) {
        const info = field(tree, 0)
        // Info.ofTacticInfo
        if (lean.tag(info) === 0 && !isScalar(context)) {
          const tactic = field(info, 0)
          const where = range(field(field(tactic, TACTIC_INFO.elab), 1))
          const [goal] = lean.listItems(field(tactic, TACTIC_INFO.goalsBefore))
          if (where !== undefined && goal !== undefined && wanted.has(`${where.start}-${where.end}`)) {
            const text = goalText(field(context, 0), field(tactic, TACTIC_INFO.mctxBefore), goal)
            if (text !== undefined) goals.push({ ...where, goal: text })
          }
        }
        for (const child of lean.persistentArrayItems(field(tree, 1))) visit(child, context)
      }
    }
    for (const tree of lean.persistentArrayItems(field(infoState, INFO_STATE.trees))) {
      // Elaboration leaves holes where it came back later; most often at a `by`.
      const whole = fn('l_Lean_Elab_InfoTree_substitute')(inc(tree), inc(field(infoState, INFO_STATE.assignment)))
      visit(whole, UNIT)
      dec(whole)
    }
    return goals
  }
  const goalText = (contextInfo: Obj, mctx: Obj, goal: Obj): string | undefined => {
    const command = lean.makeCopy(field(contextInfo, 0), { [COMMAND_CONTEXT.mctx]: inc(mctx) })
    const context = lean.makeCopy(contextInfo, { 0: command })
    const result = fn('l_Lean_Elab_ContextInfo_ppGoals')(context, lean.makeList([inc(goal)]))
    if (lean.tag(result) !== 0) {
      dec(result)
      return undefined
    }
    const text = lean.takeString(fn('l_Std_Format_pretty')(elaborator.io(result), box(120), box(0), box(0)))
    return renumberMetavariables([text.trim()])[0]
  }

  // ------------------------------------------------------------------ one command after another
  /** With other info trees to add to; `enabled` says whether any are kept. */
  const withInfoTrees = (state: Owned, infoState: Obj, enabled: boolean): Owned => {
    const copy = lean.makeCopy(state, {
      [COMMAND_STATE.infoState]: lean.makeCopy(infoState, {}, { 0: enabled ? 1 : 0 }),
    })
    dec(state)
    return copy
  }

  const errorTexts = (diagnostics: readonly Diagnostic[]): string[] =>
    diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.line}:${d.column}: ${d.text}`)

  /**
   * Elaborates the next command. With `admit` it is known to end the process: a theorem is taken without its proof, and
   * any other command is passed over.
   */
  const next = (file: SourceFile, admit: boolean): FileCommand => {
    forgetLast(file)
    const before = inc(file.state)
    const emptyInfo = inc(field(before, COMMAND_STATE.infoState))
    let described: FileCommand | undefined
    let statement: string | undefined
    let node: SyntaxNode | undefined
    const after = elaborator.runCommand(
      file.input,
      { state: withInfoTrees(inc(before), emptyInfo, true), parser: file.parser },
      ({ syntax }) => {
        const where = range(syntax) ?? { start: 0, end: 0 }
        const parts = theoremParts(syntax)
        if (typeof parts === 'object') {
          const [first, body] = children(parts.value)
          const from = range(
            elaborator.kindOf(parts.value) === `${PARSER}Command.declValSimple` ? (first ?? UNIT) : parts.value,
          )
          const name = parts.keyword === 'theorem' ? fullName(before, parts.declaration) : ''
          const by = body !== undefined && elaborator.kindOf(body) === BY ? children(body)[1] : undefined
          node = by === undefined ? undefined : plainSyntax(by)?.node
          if (from !== undefined) statement = file.text.subarray(where.start, from.start).toString().trimEnd()
          described = {
            kind: 'theorem',
            ...where,
            name,
            statement: statement ?? '',
            errors: [],
            goals: [],
            ...(node === undefined ? {} : { proof: node }),
          }
        } else {
          described = { kind: parts === 'mutual' ? 'mutual' : 'other', ...where, errors: [] }
        }
        if (!admit) return syntax
        dec(syntax)
        return emptyCommand()
      },
    )
    file.parser = after.parser
    file.state = after.state
    if (described === undefined) {
      dec(before)
      dec(emptyInfo)
      return { kind: 'end', start: file.text.length, end: file.text.length, errors: errorTexts(after.diagnostics) }
    }
    described.errors.push(...errorTexts(after.diagnostics))
    if (described.kind === 'theorem' && node !== undefined && described.errors.length === 0 && !admit)
      described.goals.push(...goalsIn(after.state, elementRanges(node)))
    file.state = withInfoTrees(after.state, emptyInfo, false)
    dec(emptyInfo)
    if (admit && statement !== undefined) {
      const admitted = elaborator.runCommands(file.state, `${statement}\n  := by\n  sorry\n`, 0, 'source')
      dec(file.state)
      file.state = admitted.state
    }
    if (statement === undefined) dec(before)
    else file.last = { before, statement }
    return described
  }
  /** A command that does nothing: a list of none. Its source information is `SourceInfo.none`. */
  const emptyCommand = (): Owned => lean.makeCtor(1, [box(2), elaborator.makeName('null'), lean.makeArray()])

  return { open, next, close }
}
