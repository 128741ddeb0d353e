import type { Elaborator } from './elaborator.ts'
import { isScalar, type Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/**
 * Commands that a file with a proof may hold. The kernel's check does not depend on this list; it keeps out what would
 * run code or change how later commands are checked, and says so early.
 */
const ALLOWED_COMMANDS = new Set(
  [
    'declaration',
    'mutual',
    'namespace',
    'section',
    'end',
    'open',
    'export',
    'universe',
    'variable',
    'include',
    'omit',
    'set_option',
    'in',
    'attribute',
    'deriving',
    'notation',
    'mixfix',
    'macro',
    'macro_rules',
    'syntax',
    'syntaxAbbrev',
    'declare_syntax_cat',
    'check',
    'print',
    'printAxioms',
    'moduleDoc',
    'noncomputableSection',
    'grindPattern',
  ].map((name) => `Lean.Parser.Command.${name}`),
)

/** Syntax that runs code while it is elaborated, wherever it stands. */
const RUNS_CODE = new Set([
  'Lean.Parser.Command.eval',
  'Lean.Parser.Command.evalBang',
  'Lean.Parser.Command.initialize',
  'Lean.runCmd',
  'Lean.runElab',
  'Lean.runMeta',
  'Lean.Parser.Tactic.runTac',
  'Lean.Parser.Term.byElab',
  'Lean.Parser.Command.elab',
  'Lean.Parser.Command.elab_rules',
])

const INERT_COMMANDS = new Set(
  [
    'open',
    'export',
    'notation',
    'mixfix',
    'set_option',
    'universe',
    'variable',
    'namespace',
    'section',
    'end',
    'moduleDoc',
  ].map((name) => `Lean.Parser.Command.${name}`),
)

/** Whether a header's command only changes how text is read: it cannot leave anything behind in the process. */
export function isInertCommand(kind: string): boolean {
  return INERT_COMMANDS.has(kind)
}

/** Why a command may not stand in a proof's source, if so. `command` is borrowed. */
export function refusedSyntax(lean: Objects, elaborator: Elaborator, command: Obj): string | undefined {
  const kind = elaborator.kindOf(command)
  if (RUNS_CODE.has(kind)) return `the source runs code (${shortName(kind)})`
  // Notations and macros of a file become kinds of their own; a command they make is looked at when it is elaborated.
  if (kind.startsWith('Lean.') && !ALLOWED_COMMANDS.has(kind))
    return `the command ${shortName(kind)} is not allowed beside a proof`
  return refusedInside(lean, elaborator, command)
}

function refusedInside(lean: Objects, elaborator: Elaborator, root: Obj): string | undefined {
  const pending = [root]
  for (;;) {
    const syntax = pending.pop()
    if (syntax === undefined) return undefined
    if (isScalar(syntax)) continue
    if (lean.tag(syntax) === IDENT) {
      // Syntax.ident: info, rawVal, val, preresolved
      const name = elaborator.nameText(lean.field(syntax, 2))
      if (name.startsWith('debug.')) return `the source sets the option ${name}`
    }
    if (lean.tag(syntax) !== NODE) continue
    const kind = elaborator.kindOf(syntax)
    if (RUNS_CODE.has(kind)) return `the source runs code (${shortName(kind)})`
    pending.push(...lean.arrayItems(lean.field(syntax, 2)))
  }
}

/** Constructors of Lean.Syntax. */
const NODE = 1
const IDENT = 3

function shortName(kind: string): string {
  return kind.replace(/^Lean\.(Parser\.)?(Command\.|Tactic\.|Term\.)?/, '')
}
