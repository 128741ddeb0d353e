import { escapeComponent, nameComponents } from '../../../proof/names.ts'
import type { FileHole } from '../../holes.ts'
import type { FileDeclaration } from '../../placed.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { isScalar, type Objects, UNIT } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

const SYNTAX = { node: 1, atom: 2, ident: 3 } as const
const PARSER = 'Lean.Parser.'
const COMMAND = `${PARSER}Command.`
const TERM_HOLE = `${PARSER}Term.sorry`
const DECL_ID = `${COMMAND}declId`
/** What a declaration is worth: behind `:=`, by equations, or by fields. */
const VALUES = new Set(['declValSimple', 'declValEqns', 'whereStructInst'].map((name) => `${COMMAND}${name}`))
/** Field numbers of this build of Lean. */
const SCOPE = { currNamespace: 2, varDecls: 5 } as const
const TACTIC_HOLES = new Set([`${PARSER}Tactic.tacticSorry`, `${PARSER}Tactic.tacticAdmit`])
/** Commands that only ask Lean something: where one fails, nothing is missing afterwards. */
const QUESTIONS = new Set(
  [
    'eval',
    'evalBang',
    'check',
    'check_failure',
    'print',
    'printAxioms',
    'printEqns',
    'printSig',
    'reduce',
    'synth',
    'where',
  ].map((name) => `${COMMAND}${name}`),
)

export type CommandReader = ReturnType<typeof createCommandReader>
type Range = { readonly start: number; readonly end: number }

/** What stands in a command, read from Lean's own syntax tree. Everything is borrowed. */
export function createCommandReader(lean: Objects, elaborator: Elaborator) {
  const { field, arrayItems } = lean
  const { kindOf } = elaborator

  /** A Lean name as Lean writes it, `«»` where they are needed. */
  const writtenName = (name: Obj): string => {
    const parts: string[] = []
    for (let n = name; !isScalar(n); n = field(n, 0)) {
      const part = field(n, 1)
      parts.push(lean.tag(n) === 1 ? escapeComponent(lean.stringValue(part)) : String(lean.natValue(part)))
    }
    return parts.reverse().join('.')
  }

  /** The name that a text writes, below `prefix`, which is taken. Owned. */
  const nameBelow = (written: string, prefix: Owned): Owned =>
    nameComponents(written).reduce((name, part) => lean.fn('lean_name_mk_string')(name, lean.makeString(part)), prefix)

  const children = (syntax: Obj): Obj[] =>
    !isScalar(syntax) && lean.tag(syntax) === SYNTAX.node ? arrayItems(field(syntax, 2)) : []

  /** Where the text of a syntax tree begins and ends in bytes, if it was written in the file. */
  const range = (syntax: Obj): Range | undefined => {
    if (isScalar(syntax)) return undefined
    const kind = lean.tag(syntax)
    if (kind === SYNTAX.atom || kind === SYNTAX.ident) {
      const info = field(syntax, 0)
      // SourceInfo.original: leading, start, trailing, end.
      if (isScalar(info) || lean.tag(info) !== 0) return undefined
      return { start: lean.natValue(field(info, 1)) ?? 0, end: lean.natValue(field(info, 3)) ?? 0 }
    }
    let found: Range | undefined
    for (const child of children(syntax)) {
      const inner = range(child)
      if (inner !== undefined) found = { start: found?.start ?? inner.start, end: Math.max(found?.end ?? 0, inner.end) }
    }
    return found
  }

  /** The command below `open … in` and its like. */
  const innermost = (command: Obj): Obj =>
    kindOf(command) === `${COMMAND}in` ? innermost(children(command)[2] ?? UNIT) : command

  /** Names that the scope before a command puts in front of those it declares. */
  const namespaceOf = (state: CommandState): string => writtenName(field(elaborator.scope(state), SCOPE.currNamespace))

  /**
   * `namespace A in` and its like could move a declaration elsewhere; Lean has no such command, so the scope before says it.
   */
  const fullName = (state: CommandState, id: Obj | undefined): string => {
    if (id === undefined || isScalar(id) || lean.tag(id) !== SYNTAX.ident) return ''
    const written = writtenName(field(id, 2))
    if (written.startsWith('_root_.')) return written.slice('_root_.'.length)
    const namespace = namespaceOf(state)
    return namespace === '' || written === '' ? written : `${namespace}.${written}`
  }

  /** Names of the variables that a declaration may use: those declared in the sections around it. */
  const variablesOf = (state: CommandState): string[] => {
    const names = arrayItems(field(elaborator.scope(state), SCOPE.varDecls)).flatMap((binder) => {
      // Its names come second; `[Inhabited α]` may have none.
      const named = children(children(binder)[1] ?? UNIT)
      return named.filter((id) => !isScalar(id) && lean.tag(id) === SYNTAX.ident).map((id) => writtenName(field(id, 2)))
    })
    return [...new Set(names)].filter((name) => !name.includes('_@'))
  }

  const KINDS = { theorem: 'theorem', example: 'example', instance: 'instance' } as const
  const declarationOf = (state: CommandState, declaration: Obj, command: Range, preface: Range | undefined) => {
    const body = children(declaration)[1]
    const where = range(declaration)
    if (body === undefined || where === undefined) return undefined
    const keyword = kindOf(body).slice(COMMAND.length)
    const parts = children(body)
    const kind = KINDS[keyword as keyof typeof KINDS] ?? 'other'
    const id =
      keyword === 'instance' ? children(children(parts[3] ?? UNIT)[0] ?? UNIT)[0] : children(parts[1] ?? UNIT)[0]
    return described(state, { kind, parts, id, where, command, preface, root: declaration })
  }

  const described = (
    state: CommandState,
    of: {
      kind: FileDeclaration['kind']
      /** Its word, its name, its signature, its value. */
      parts: readonly Obj[]
      id: Obj | undefined
      where: Range
      command: Range
      preface: Range | undefined
      root: Obj
    },
  ): FileDeclaration => {
    const { kind, parts, id, where, command, preface, root } = of
    const at = parts.findIndex((part) => VALUES.has(kindOf(part)))
    const proof = at < 0 ? undefined : range(parts[at] as Obj)?.start
    const signature = parts.slice(0, Math.max(0, at)).map(range)
    const stated = signature.reduce((end, part) => part?.end ?? end, where.start)
    return {
      kind,
      name: fullName(state, id),
      start: preface === undefined ? command.start : where.start,
      end: preface === undefined ? command.end : where.end,
      ...(preface === undefined ? {} : { preface }),
      keyword: parts.map(range).find((found) => found !== undefined) ?? where,
      ...(proof === undefined ? {} : { stated, proof }),
      ...(kind === 'example' ? { variables: variablesOf(state) } : {}),
      holes: holes(root),
    }
  }

  /**
   * A command of the file's own (or Mathlib's `lemma`) that is built like `theorem`: a name, a signature and a value in a row.
   * What it declares is Lean's to say.
   */
  const likeTheorem = (syntax: Obj, depth = 3): Obj[] | undefined => {
    const parts = children(syntax)
    const id = parts.findIndex((part) => kindOf(part) === DECL_ID)
    if (id > 0 && parts.slice(id).some((part) => VALUES.has(kindOf(part)))) return parts.slice(id - 1)
    if (depth === 0) return undefined
    for (const part of parts) {
      const found = likeTheorem(part, depth - 1)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** The declarations of a command; none where it is another kind of command. */
  const declarations = (state: CommandState, command: Obj): FileDeclaration[] => {
    const whole = range(command)
    if (whole === undefined) return []
    const inner = innermost(command)
    if (kindOf(inner) === `${COMMAND}declaration`) {
      const one = declarationOf(state, inner, whole, undefined)
      return one === undefined ? [] : [one]
    }
    if (kindOf(inner) !== `${COMMAND}mutual`) {
      const parts = kindOf(inner).startsWith(COMMAND) ? undefined : likeTheorem(inner)
      if (parts === undefined) return []
      const id = children(parts[1] as Obj)[0]
      const of = { kind: 'theorem', parts, id, where: range(inner) ?? whole, command: whole } as const
      return [described(state, { ...of, preface: undefined, root: inner })]
    }
    const start = range(inner)?.start ?? whole.start
    return children(children(inner)[1] ?? UNIT).flatMap((one) => {
      if (kindOf(one) !== `${COMMAND}declaration`) return []
      return declarationOf(state, one, whole, { start: whole.start, end: start }) ?? []
    })
  }

  /** The places of a command where something is left out, in the order of the text. */
  const holes = (root: Obj): FileHole[] => {
    const found: FileHole[] = []
    const visit = (syntax: Obj): void => {
      if (isScalar(syntax) || lean.tag(syntax) !== SYNTAX.node) return
      const kind = kindOf(syntax)
      const tactic = TACTIC_HOLES.has(kind)
      if (tactic || kind === TERM_HOLE) {
        const where = range(syntax)
        if (where !== undefined) found.push({ ...where, kind: tactic ? 'tactic' : 'term' })
        return
      }
      for (const child of children(syntax)) visit(child)
    }
    visit(root)
    return found.sort((a, b) => a.start - b.start)
  }

  const isQuestion = (command: Obj): boolean => QUESTIONS.has(kindOf(innermost(command)))

  return { children, range, declarations, holes, isQuestion, nameBelow }
}
