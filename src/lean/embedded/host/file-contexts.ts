import { commonPrefix } from '../../../proof/common-prefix.ts'
import type { Edit } from '../../holes.ts'
import type { PlacedCommand } from '../../placed.ts'
import type { Diagnostic } from '../../session.ts'
import type { CommandReader } from './commands.ts'
import type { Constants } from './constants.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { isInert } from './inert.ts'
import type { Modules } from './modules.ts'
import { type Objects, UNIT } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

/** Lean's state between two commands of a text, owned. */
type Mark = { readonly command: number; readonly position: number; readonly state: Owned; readonly parser: Owned }
/** What is known of a command that has run; the state behind it may be gone. */
export type Done = PlacedCommand & {
  /** Bytes: where the next command begins. */ readonly after: number
  /** Elaborating it cannot have run code of the text's own. */
  readonly inert: boolean
  /** Of its syntax; empty for what could not be read at all. */
  readonly kind: string
  /** Those of its errors that are about text before it, which is no command. */
  readonly skipped: readonly Diagnostic[]
}

/** A text, the commands of it that have run, and some of the states between them. */
type FileText = {
  /** The text of its imports. */
  readonly imports: string
  /** No code of the files it imports has run. */
  readonly inertImports: boolean
  readonly bytes: Buffer
  readonly input: Owned
  readonly done: Done[]
  /** In order; the first is before the first command, the last is as far as the text has been elaborated. */
  marks: Mark[]
  /** Where someone was last: the next place is often near. */
  recent: Mark | undefined
  /** Behind an `import` or `#exit` Lean stops `early`. */
  ended: 'whole' | 'early' | undefined
}

/**
 * How much must be the same for a command of a known text to be a new one's too. Where a command ends depends on what is
 * behind it: the next two `words`, or the whole of the next of its `commands`.
 */
export type Sharing = 'words' | 'commands'

/** A text that has been elaborated to its end. Everything is borrowed until the next text of its number. */
export type ElaboratedText = {
  readonly commands: readonly Done[]
  readonly ended: 'whole' | 'early'
  readonly state: CommandState
  /** No code of the files it imports has run. */
  readonly inertImports: boolean
  /** The first command after which a state is so. What is so must stay so. */
  readonly firstAfter: (is: (state: CommandState) => boolean) => Done | undefined
}

/** Why a text's imports fail; `inert`: no code of imported files has run. */
type Failed = { readonly diagnostics: readonly Diagnostic[]; readonly inert: boolean }

/** States kept for a text: a theorem between two of them costs the commands from the one before. */
const MARKS_KEPT = 256
/** Field numbers of this build of Lean. */
const COMMAND_STATE = { infoState: 8 } as const

export type FileContexts = ReturnType<typeof createFileContexts>

/**
 * Environments inside files. A text is elaborated once, from its beginning, as far as someone asks; what stands at a
 * later place costs only what stands between. Lean's data are persistent, so a state between two commands is cheap to
 * keep. A text that begins like one that is known (a file with one proof filled in) shares what came of the beginning.
 */
export function createFileContexts(
  lean: Objects,
  elaborator: Elaborator,
  constants: Constants,
  reader: CommandReader,
  modules: Modules,
) {
  const { fn, field, inc, dec } = lean
  const texts = new Map<number, FileText>()

  /** Whether code of the files that a text imports has run, or why they cannot be imported. */
  const put = (id: number, text: string): { readonly inert: boolean } | Failed => {
    const known = texts.get(id)
    if (known !== undefined) return { inert: known.inertImports }
    const begun = begin(text, 'words')
    if ('diagnostics' in begun) return begun
    texts.set(id, begun)
    return { inert: begun.inertImports }
  }
  const begin = (text: string, sharing: Sharing): FileText | Failed => {
    const base = modules.open(text)
    if ('diagnostics' in base) return base
    const bytes = Buffer.from(text)
    const begun = sharedBeginning(base.key, bytes, sharing)
    return {
      imports: base.key,
      inertImports: base.inert,
      bytes,
      input: elaborator.inputContext(text, 'file'),
      done: begun?.done ?? [],
      marks: begun?.marks ?? [firstMark(base.state, base.position)],
      recent: undefined,
      ended: undefined,
    }
  }

  const firstMark = (state: CommandState, position: number): Mark => {
    const progress = elaborator.progressAt(state, position)
    return { command: 0, position, ...progress, state: withoutInfoTrees(progress.state) }
  }
  /** Info trees would keep every term alive. Takes the state. */
  const withoutInfoTrees = (state: Owned): Owned => {
    const infoState = lean.makeCopy(field(state, COMMAND_STATE.infoState), {}, { 0: 0 })
    const copy = lean.makeCopy(state, { [COMMAND_STATE.infoState]: infoState })
    dec(state)
    return copy
  }

  /** What the texts at hand have in common with a new one. */
  const sharedBeginning = (
    imports: string,
    bytes: Buffer,
    sharing: Sharing,
  ): { done: Done[]; marks: Mark[] } | undefined => {
    let best: { text: FileText; common: number } | undefined
    for (const text of texts.values()) {
      if (text.imports !== imports) continue
      const common = commonPrefix(bytes, text.bytes)
      if (common > (best?.common ?? 0)) best = { text, common }
    }
    if (best === undefined) return undefined
    const { text, common } = best
    const isSame = common === bytes.length && common === text.bytes.length
    const isShared = ({ command, position }: Mark): boolean =>
      isSame ||
      (sharing === 'words'
        ? position + wordsLength(bytes, position, 2) < common
        : (text.done[command]?.after ?? Number.POSITIVE_INFINITY) <= common)
    const marks = text.marks.filter(isShared)
    const last = marks.at(-1)
    if (last === undefined) return undefined
    return {
      done: text.done.slice(0, last.command),
      marks: marks.map((mark) => ({ ...mark, state: inc(mark.state), parser: inc(mark.parser) })),
    }
  }

  const drop = (id: number): void => {
    const text = texts.get(id)
    if (text === undefined) return
    texts.delete(id)
    text.marks.forEach(free)
    dec(text.input)
  }
  const free = ({ state, parser }: Mark): void => {
    dec(state)
    dec(parser)
  }
  const textOf = (id: number): FileText => {
    const text = texts.get(id)
    if (text === undefined) throw new Error(`unknown text ${id}`)
    return text
  }

  // ------------------------------------------------------------------ going on
  /** Runs the command at a mark. The mark stays. */
  const step = (text: FileText, from: Mark): { mark: Mark; done: Done | undefined; ended: FileText['ended'] } => {
    let described: Omit<Done, 'errors' | 'breaks' | 'after' | 'skipped'> | undefined
    let question = false
    const after = elaborator.runCommand(
      text.input,
      { state: inc(from.state), parser: inc(from.parser) },
      ({ syntax, kind, start, end }) => {
        question = reader.isQuestion(syntax)
        described = {
          command: from.command,
          ...(reader.range(syntax) ?? { start, end }),
          declarations: reader.declarations(from.state, syntax),
          inert: isInert(lean, elaborator, syntax, kind),
          kind,
        }
        return syntax
      },
    )
    const position = lean.natValue(field(after.parser, 0)) ?? text.bytes.length
    const mark = { command: from.command + 1, position, state: after.state, parser: after.parser }
    const errors = after.diagnostics.filter((d) => d.severity === 'error')
    if (described === undefined) {
      // The end of the text; what Lean could not read at all is an error there.
      if (errors.length === 0) return { mark, done: undefined, ended: after.ended }
      const end = text.bytes.length
      described = { command: from.command, start: end, end, declarations: [], inert: false, kind: '' }
    }
    const breaks =
      errors.length > 0 &&
      !question &&
      !(described.declarations.length > 0 && allStand(after.state, described.declarations))
    const skipped = errors.filter((d) => after.skipped.includes(d))
    return { mark, done: { ...described, errors, skipped, breaks, after: position }, ended: after.ended }
  }

  /**
   * Whether the theorems of a command that has errors are known after it, with types in which nothing is missing: then only
   * their proofs are bad, and what follows means what it would mean with good ones.
   */
  const allStand = (after: CommandState, declarations: PlacedCommand['declarations']): boolean =>
    declarations.every(({ kind, name }) => {
      if (kind === 'example') return true
      if (kind !== 'theorem') return false
      const info = findWritten(field(after, 0), name)
      if (info === undefined) return false
      const { type } = constants.value(info)
      const whole = fn('l_Lean_Expr_hasSorry')(inc(type)) >>> 1 === 0
      dec(info)
      return whole
    })
  /** A constant of the text by its written name. It may be private to its file. */
  const findWritten = (env: Obj, written: string): Owned | undefined => {
    for (const hidden of [true, false]) {
      const prefix = hidden ? fn('lean_name_mk_numeral')(elaborator.makeName('_private'), UNIT) : UNIT
      const name = reader.nameBelow(written, prefix)
      const info = constants.find(env, name)
      dec(name)
      if (info !== undefined) return info
    }
    return undefined
  }

  /** Goes on to the next command; false at the end. */
  const advance = (text: FileText): boolean => {
    if (text.ended !== undefined) return false
    const from = text.marks.at(-1) as Mark
    const { mark, done, ended } = step(text, from)
    if (done !== undefined) text.done.push(done)
    text.ended = ended ?? (mark.position >= text.bytes.length ? 'whole' : undefined)
    // Nobody goes on behind what ended the text, nor does a text that shares its beginning.
    if (ended !== undefined) {
      free(mark)
      return false
    }
    text.marks.push(mark)
    thin(text)
    return true
  }
  /** Half of the states are enough where there are too many; the first and the last two stay. */
  const thin = (text: FileText): void => {
    if (text.marks.length <= MARKS_KEPT) return
    const last = text.marks.length - 1
    text.marks = text.marks.filter((mark, i) => {
      const kept = i % 2 === 0 || i >= last - 1 || mark === text.recent
      if (!kept) free(mark)
      return kept
    })
  }

  /** The state before a command, borrowed until the text goes on. */
  const before = (text: FileText, command: number): Mark | undefined => {
    thin(text)
    while ((text.marks.at(-1) as Mark).command < command) if (!advance(text)) break
    let at = text.marks.length - 1
    while (at > 0 && (text.marks[at] as Mark).command > command) at--
    let mark = text.marks[at] as Mark
    if (mark.command > command) return undefined
    while (mark.command < command) {
      const { mark: next, done } = step(text, mark)
      if (done === undefined) {
        free(next)
        return undefined
      }
      // Kept beside its neighbours: whoever asks for this place goes on from here.
      text.marks.splice(++at, 0, next)
      mark = next
    }
    text.recent = mark
    return mark
  }

  // ------------------------------------------------------------------ what is asked
  /** The commands from number `from` on that say something, for about `budgetMs`. */
  const scan = (id: number, from: number, budgetMs: number) => {
    const text = textOf(id)
    const until = performance.now() + budgetMs
    while (performance.now() < until || text.done.length <= from) if (!advance(text)) break
    const commands = text.done
      .slice(from)
      .filter(({ declarations, errors }) => declarations.length > 0 || errors.length > 0)
      .map(({ after: _, inert: __, kind: ___, skipped: ____, ...command }) => command)
    const position = text.done.at(-1)?.after ?? 0
    return {
      kind: 'read' as const,
      commands,
      next: text.done.length,
      position,
      done: text.ended !== undefined,
      inert: isInertText(text),
    }
  }

  /**
   * The environment at byte `end`, which must not be inside a command; the state is owned by the caller. Undefined where
   * it is not a place between commands.
   */
  const openAt = (
    id: number,
    end: number,
  ):
    | { kind: 'opened'; state: Owned; clean: boolean; imports: string }
    | { kind: 'rejected'; diagnostics: readonly Diagnostic[] }
    | undefined => {
    const text = textOf(id)
    while ((text.done.at(-1)?.after ?? 0) < end) if (!advance(text)) break
    const following = text.done.findIndex((done) => done.end > end)
    const command = following < 0 ? text.done.length : following
    const inside = text.done[command]
    if (inside !== undefined && inside.start < end) return undefined
    const obstacle = text.done.slice(0, command).find(({ breaks }) => breaks)
    if (obstacle !== undefined) return { kind: 'rejected', diagnostics: obstacle.errors }
    const mark = before(text, command)
    if (mark === undefined) return undefined
    return {
      kind: 'opened',
      state: inc(mark.state),
      imports: text.imports,
      clean: isInertText(text),
    }
  }

  /** No code of the text's own has run, nor of files that it imports. */
  const isInertText = ({ inertImports, done }: FileText): boolean => inertImports && done.every(({ inert }) => inert)

  /** What stands before a command, and what is needed to run it with other syntax. Borrowed. */
  const commandAt = (id: number, command: number) => {
    const text = textOf(id)
    const mark = before(text, command)
    if (mark === undefined) throw new Error(`the text has no command ${command}`)
    return { input: text.input, state: mark.state, parser: mark.parser }
  }

  /** Elaborates one command with parts of its text replaced, in the environment before it. Nothing of it is kept. */
  const check = (id: number, command: number, edits: readonly Edit[]) => {
    const text = textOf(id)
    // Where the command ends is known once it has run.
    if (text.done[command] === undefined) before(text, command + 1)
    const mark = before(text, command)
    const done = text.done[command]
    if (mark === undefined || done === undefined) throw new Error(`the text has no command ${command}`)
    const pieces: Buffer[] = [text.bytes.subarray(0, mark.position)]
    let at = mark.position
    for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
      pieces.push(text.bytes.subarray(at, edit.start), Buffer.from(edit.text))
      at = edit.end
    }
    pieces.push(text.bytes.subarray(at, done.end), Buffer.from('\n'))
    const input = elaborator.inputContext(Buffer.concat(pieces).toString(), 'file')
    let holes = 0
    const run = elaborator.runCommand(input, { state: inc(mark.state), parser: inc(mark.parser) }, ({ syntax }) => {
      holes = reader.holes(syntax).length
      return syntax
    })
    const errors = run.diagnostics.filter((d) => d.severity === 'error')
    // One command and nothing after it: a proof must not end early, with the rest taken for something else.
    const next = run.ended ? run : elaborator.runCommand(input, run, ({ syntax }) => syntax)
    const whole = !run.ended && next.ended === 'whole' && next.diagnostics.length === 0
    dec(next.state)
    dec(next.parser)
    dec(input)
    return { errors, whole, holes }
  }

  /** Elaborates a whole text, in the place of the one that had this number. */
  const elaborate = (id: number, text: string, sharing: Sharing): ElaboratedText | Failed => {
    const begun = begin(text, sharing)
    if ('diagnostics' in begun) return begun
    drop(id)
    texts.set(id, begun)
    while (advance(begun));
    return {
      commands: begun.done,
      ended: begun.ended ?? 'whole',
      state: (begun.marks.at(-1) as Mark).state,
      inertImports: begun.inertImports,
      firstAfter: (is) => firstAfter(begun, is),
    }
  }
  const firstAfter = (text: FileText, is: (state: CommandState) => boolean): Done | undefined => {
    const at = text.marks.findIndex(({ state }) => is(state))
    const [from, to] = [text.marks[at - 1]?.command, text.marks[at]?.command]
    if (from === undefined || to === undefined) return undefined
    for (let command = from + 1; command <= to; command++) {
      const mark = before(text, command)
      if (mark !== undefined && is(mark.state)) return text.done[command - 1]
    }
    return undefined
  }

  return { put, drop, scan, openAt, commandAt, check, elaborate }
}

/** Bytes up to the end of so many words at a place. */
function wordsLength(bytes: Buffer, position: number, words: number): number {
  const isSpace = (at: number) => (bytes[at] as number) <= 0x20
  let at = position
  for (let word = 0; word < words; word++) {
    while (at < bytes.length && isSpace(at)) at++
    while (at < bytes.length && !isSpace(at)) at++
  }
  return at - position
}
