import type { Diagnostic } from '../../session.ts'
import { box, isScalar, type Objects, UNIT } from './objects.ts'
import { type Obj, type Owned, owned } from './wasm-module.ts'

/** Lean's exception or IO error, as text. */
export class LeanError extends Error {
  override readonly name = 'LeanError'
}

const END_OF_INPUT = 'Lean.Parser.Command.eoi'
const IMPORT = 'Lean.Parser.Command.import'

/** `Lean.Elab.Command.State`. */
export type CommandState = Obj

export type Elaborator = ReturnType<typeof createElaborator>

/** Elaborates commands. Everything runs in the calling thread, so JavaScript functions are callable from inside. */
export function createElaborator(lean: Objects) {
  const { fn, field, inc, dec, makeCtor, makeString, arrayItems, ctorTag, scalarByte } = lean

  /** The value of an `EIO` result, owned; throws what `text` makes of the error. Takes the result. */
  const unwrap = (result: Owned, text: (error: Owned) => string): Owned => {
    if (lean.tag(result) === 0) {
      const value = inc(field(result, 0))
      dec(result)
      return value
    }
    const message = text(inc(field(result, 0)))
    dec(result)
    throw new LeanError(message)
  }
  const ioErrorText = (error: Owned): string => lean.takeString(fn('lean_io_error_to_string')(error))
  const io = (result: Owned): Owned => unwrap(result, ioErrorText)

  /** Names as people write them: a private declaration's, and every one of a `module` that is not public, has a prefix. */
  const withoutPrivate = (text: string): string => text.replaceAll('_private.0.', '')

  /** Takes the message data. */
  const messageText = (data: Owned): string => {
    const result = fn('l_Lean_MessageData_toString')(data)
    const text = lean.stringValue(lean.isString(result) ? result : field(result, 0))
    dec(result)
    return withoutPrivate(text)
  }
  /** Takes the exception. */
  const exceptionText = (exception: Owned): string => messageText(fn('l_Lean_Exception_toMessageData')(exception))

  const SEVERITIES = ['information', 'warning', 'error'] as const
  const diagnostic = (message: Obj): Diagnostic => {
    const position = field(message, 1)
    return {
      // Unboxed scalars of Message: keepFullRange, severity, isSilent.
      severity: SEVERITIES[scalarByte(message, 1)] ?? 'error',
      line: lean.natValue(field(position, 0)) ?? 0,
      column: lean.natValue(field(position, 1)) ?? 0,
      text: messageText(inc(field(message, 4))),
    }
  }
  /** The messages of a MessageLog (borrowed). */
  const diagnostics = (log: Obj): Diagnostic[] => {
    const array = fn('l_Lean_MessageLog_toArray')(inc(log))
    const list = arrayItems(array).map(diagnostic)
    dec(array)
    return list
  }

  const inputContext = (text: string, fileName: string): Owned =>
    owned(
      lean.native('l_Lean_Parser_mkInputContext___redArg')(
        makeString(text),
        makeString(fileName),
        1,
        box(Buffer.byteLength(text)),
      ),
    )

  /** Parses and imports the header at the start of `text`, whose modules are read for this environment alone. */
  const openHeader = (
    text: string,
    fileName: string,
  ): { state: Owned; position: number; diagnostics: Diagnostic[] } => {
    const input = inputContext(text, fileName)
    const parsed = io(fn('l_Lean_Parser_parseHeader')(inc(input)))
    const [syntax, rest] = [field(parsed, 0), field(parsed, 1)]
    const [parserState, log] = [field(rest, 0), field(rest, 1)]
    const options = lean.constant('l_Lean_Options_empty')
    const result = io(
      // processHeader (header) (opts) (messages) (inputCtx) (trustLevel) (plugins) (leakEnv) (mainModule)
      owned(
        lean.native('l_Lean_Elab_processHeader')(
          inc(syntax),
          inc(options),
          inc(log),
          input,
          0,
          lean.makeArray(),
          0,
          UNIT,
        ),
      ),
    )
    const state = fn('l_Lean_Elab_Command_mkState')(inc(field(result, 0)), inc(field(result, 1)), inc(options))
    const list = diagnostics(field(result, 1))
    const position = lean.natValue(field(parserState, 0)) ?? 0
    dec(result)
    dec(parsed)
    return { state, position, diagnostics: list }
  }

  /** `Lean.Elab.Command.Scope` of the innermost section, borrowed from the state. */
  const scope = (state: CommandState): Obj => field(field(state, 2), 0)

  /** What a parser needs to know: environment, options, namespace, open declarations. */
  const parserContext = (state: CommandState): Owned => {
    const s = scope(state)
    return makeCtor(0, [inc(field(state, 0)), inc(field(s, 1)), inc(field(s, 2)), inc(field(s, 3))])
  }

  /** The line, from 1, and column of a byte of an input context's text. */
  const placeOf = (input: Obj, byte: number): { line: number; column: number } => {
    // InputContext begins with its text.
    const lines = Buffer.from(lean.stringValue(field(input, 0)))
      .subarray(0, byte)
      .toString()
      .split('\n')
    return { line: lines.length, column: [...(lines.at(-1) ?? '')].length }
  }

  /** Whether a message of the parser is about something before a command. */
  const isBefore = (d: Diagnostic, input: Obj, command: Obj): boolean => {
    // getPos? (stx) (canonicalOnly)
    const position = fn('l_Lean_Syntax_getPos_x3f')(inc(command), box(0))
    const byte = isScalar(position) ? undefined : lean.natValue(field(position, 0))
    dec(position)
    if (byte === undefined) return true
    const { line, column } = placeOf(input, byte)
    return d.line < line || (d.line === line && d.column < column)
  }

  /** One parsed command; `start` and `end` are bytes of its text with the white space around it. */
  type Command = { readonly syntax: Owned; readonly kind: string; readonly start: number; readonly end: number }
  /** How far a text has been elaborated. Everything in it is owned. */
  type Progress = { readonly state: Owned; readonly parser: Owned }

  /** Before the command at byte `position`. Borrows the state. */
  const progressAt = (state: CommandState, position: number): Progress => ({
    state: inc(state),
    parser: makeCtor(0, [box(position)], [0]),
  })
  /**
   * Parses and runs one command, of which `rewrite` may make another (it takes and gives owned syntax). Takes `from`.
   * `ended`: there is
   * none left, or none that is read: behind an `import` or `#exit` Lean stops `early`. `skipped` are
   * those of the diagnostics that are about text before the command, which is none.
   */
  const runCommand = (
    input: Obj,
    from: Progress,
    rewrite: (command: Command) => Owned,
  ): Progress & {
    readonly ended: 'whole' | 'early' | undefined
    readonly diagnostics: Diagnostic[]
    readonly skipped: readonly Diagnostic[]
  } => {
    const start = lean.natValue(field(from.parser, 0)) ?? 0
    const parsed = fn('l_Lean_Parser_parseCommand')(inc(input), parserContext(from.state), from.parser, emptyLog())
    const syntax = inc(field(parsed, 0))
    const parser = inc(field(field(parsed, 1), 0))
    // Each command gets an empty log of its own, and its messages are read as soon as it is done.
    const list = diagnostics(field(field(parsed, 1), 1))
    dec(parsed)
    const skipped = list.length === 0 ? [] : list.filter((d) => isBefore(d, input, syntax))
    if (fn('l_Lean_Parser_isTerminalCommand')(inc(syntax)) >>> 1 === 1) {
      const kind = kindOf(syntax)
      dec(syntax)
      if (kind === END_OF_INPUT) return { state: from.state, parser, ended: 'whole', diagnostics: list, skipped }
      const { line, column } = placeOf(input, start)
      if (kind === IMPORT) list.push({ severity: 'error', line, column, text: 'an import must stand at the beginning' })
      return { state: from.state, parser, ended: 'early', diagnostics: list, skipped }
    }
    const end = lean.natValue(field(parser, 0)) ?? 0
    const frontend = makeCtor(0, [withMessages(from.state, emptyLog()), inc(parser), box(start), lean.makeArray()])
    dec(from.state)
    const ref = fn('lean_st_mk_ref')(frontend)
    io(
      fn('l_Lean_Elab_Frontend_elabCommandAtFrontend')(
        rewrite({ syntax, kind: kindOf(syntax), start, end }),
        inc(input),
        inc(ref),
      ),
    )
    const after = lean.refGet(ref)
    dec(ref)
    const state = inc(field(after, 0))
    dec(after)
    list.push(...diagnostics(field(state, 1)))
    return { state, parser, ended: undefined, diagnostics: list, skipped }
  }

  /**
   * Runs the commands of `text` from byte `position` on, one after another, on a copy of `state` (borrowed).
   * `rewrite` sees each parsed command (owned) before it runs and gives back what to run in its place.
   */
  const runCommands = (
    state: CommandState,
    text: string,
    position: number,
    fileName: string,
    rewrite: (command: Command) => Owned = (command) => command.syntax,
  ): { state: Owned; diagnostics: Diagnostic[] } => {
    const input = inputContext(text, fileName)
    const list: Diagnostic[] = []
    let progress = progressAt(state, position)
    for (;;) {
      const after = runCommand(input, progress, rewrite)
      list.push(...after.diagnostics)
      progress = after
      if (after.ended === 'early')
        list.push({ severity: 'error', line: 1, column: 0, text: 'nothing behind an `import` or `#exit` is read' })
      if (after.ended !== undefined) break
    }
    dec(progress.parser)
    dec(input)
    return { state: progress.state, diagnostics: list }
  }

  const emptyLog = (): Owned => inc(lean.constant('l_Lean_MessageLog_empty'))
  /** A copy of the state with other messages, which are taken. */
  const withMessages = (state: CommandState, messages: Owned): Owned => lean.makeCopy(state, { 1: messages })

  /** A Lean name as it is written, without escapes. */
  const nameText = (name: Obj): string => {
    const parts: string[] = []
    for (let n = name; !lean.isScalarValue(n); n = field(n, 0)) {
      const part = field(n, 1)
      parts.push(lean.tag(n) === 1 ? lean.stringValue(part) : String(lean.natValue(part)))
    }
    return parts.reverse().join('.')
  }
  /** Like `nameText`, with the name of a file's own declaration as the file writes it. */
  const plainNameText = (name: Obj): string => withoutPrivate(nameText(name))
  /** A name as its components, outermost first. */
  const nameParts = (name: Obj): (string | number)[] => {
    const parts: (string | number)[] = []
    for (let n = name; !lean.isScalarValue(n); n = field(n, 0)) {
      const part = field(n, 1)
      parts.push(
        lean.tag(n) === 1
          ? lean.stringValue(part)
          : (lean.natValue(part) ?? `\0${lean.takeString(fn('l_Nat_reprFast')(inc(part)))}`),
      )
    }
    return parts.reverse()
  }
  /** A text that no other name has: components are told apart even where they hold dots. */
  const nameKey = (name: Obj): string => JSON.stringify(nameParts(name))
  /** The name with these components below `prefix`, which is taken. */
  const nameOf = (parts: readonly (string | number)[], prefix: Owned = UNIT): Owned =>
    parts.reduce<Owned>(
      (name, part) =>
        typeof part === 'string'
          ? fn('lean_name_mk_string')(name, makeString(part))
          : fn('lean_name_mk_numeral')(name, box(part)),
      prefix,
    )
  /** The name `text` below `prefix`, which is taken. */
  const makeName = (text: string, prefix: Owned = UNIT): Owned =>
    text.split('.').reduce<Owned>((name, part) => fn('lean_name_mk_string')(name, makeString(part)), prefix)

  /** The kind of a syntax node; empty for atoms, identifiers and missing parts. */
  const kindOf = (syntax: Obj): string =>
    ctorTag(syntax) === 1 && !lean.isScalarValue(syntax) ? nameText(field(syntax, 1)) : ''

  return {
    io,
    unwrap,
    messageText,
    exceptionText,
    diagnostics,
    inputContext,
    openHeader,
    scope,
    parserContext,
    progressAt,
    runCommand,
    runCommands,
    nameText,
    plainNameText,
    nameKey,
    nameParts,
    nameOf,
    makeName,
    kindOf,
    emptyLog,
  }
}
