import type { Diagnostic } from '../../session.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import type { Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/** The kind of what stands for text that is no command. */
const UNREAD = 'unread'
/** The kind of what stands for all behind an `import` or `#exit`, which Lean does not read. */
export const STOPS_READING = 'stops reading'

/** One command of a text, elaborated. `start` and `end` are bytes, white space included; `state` is after it, owned. */
export type RunCommand = {
  readonly start: number
  readonly end: number
  readonly kind: string
  /** Whether elaborating it can have run code of the text's own. */
  readonly inert: boolean
  readonly state: CommandState
  readonly diagnostics: readonly Diagnostic[]
}

/** States after commands that are kept; a text that goes on from an earlier place is elaborated anew. */
const KEPT = 256

export type CommandChain = ReturnType<typeof createCommandChain>

/**
 * Elaborates texts that begin alike: what the last text and the next have in common is not elaborated again. Files are
 * asked about theorem by theorem, each time with all that stands before it.
 */
export function createCommandChain(
  lean: Objects,
  elaborator: Elaborator,
  isInert: (syntax: Obj, kind: string) => boolean,
) {
  let bytes: Buffer = Buffer.alloc(0)
  let imports = ''
  const commands: RunCommand[] = []
  /** How many of the first commands have lost their states. */
  let dropped = 0

  const forget = (from: number): void => {
    for (const command of commands.splice(from)) lean.dec(command.state)
  }

  /**
   * The commands of `text` from byte `position` on. They are borrowed until the next call.
   * @param base the state after the imports, borrowed; `key` is their text
   * @param end where an unfinished text is to be cut: the command that begins there or later is not run
   */
  const run = (text: string, base: CommandState, key: string, position: number): readonly RunCommand[] => {
    const next = Buffer.from(text)
    const same = key === imports ? commonLength(bytes, next) : 0
    // Where a command ends depends on the one behind it, so that one must be the same too.
    let reused = 0
    while (reused + 1 < commands.length && (commands[reused + 1] as RunCommand).end <= same) reused++
    if (same === next.length && same === bytes.length) reused = commands.length
    if (reused <= dropped) reused = 0
    forget(reused)
    if (reused === 0) dropped = 0
    bytes = next
    imports = key
    const input = elaborator.inputContext(text, 'source')
    try {
      let progress = elaborator.progressAt(commands.at(-1)?.state ?? base, commands.at(-1)?.end ?? position)
      for (;;) {
        let [kind, inert] = ['', false]
        let start = 0
        const after = elaborator.runCommand(input, progress, (command) => {
          kind = command.kind
          start = command.start
          inert = isInert(command.syntax, command.kind)
          return command.syntax
        })
        if (after.ended !== undefined) {
          const at = commands.at(-1)?.end ?? position
          const state = commands.at(-1)?.state ?? base
          if (after.ended === 'early' || after.diagnostics.length > 0) {
            const kind = after.ended === 'early' ? STOPS_READING : UNREAD
            pass(kind, at, next.length, state, after.diagnostics)
          }
          return commands
        }
        const end = lean.natValue(lean.field(after.parser, 0)) ?? next.length
        if (after.skipped.length > 0) pass(UNREAD, start, start, commands.at(-1)?.state ?? base, after.skipped)
        const diagnostics = after.diagnostics.filter((d) => !after.skipped.includes(d))
        commands.push({ start, end, kind, inert, state: lean.inc(after.state), diagnostics })
        if (commands.length - dropped > KEPT) drop()
        progress = after
      }
    } finally {
      lean.dec(input)
    }
  }

  /** Gives up the oldest state that is kept. */
  const drop = (): void => {
    const command = commands[dropped] as RunCommand
    lean.dec(command.state)
    commands[dropped] = { ...command, state: NO_STATE }
    dropped++
  }

  /** Notes text that is no command. */
  const pass = (kind: string, start: number, end: number, state: CommandState, diagnostics: readonly Diagnostic[]) => {
    commands.push({ start, end, kind, inert: true, state: lean.inc(state), diagnostics })
  }

  return { run }
}

const NO_STATE: CommandState = 1

function commonLength(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length)
  let i = 0
  while (i < most && a[i] === b[i]) i++
  return i
}
