import { listHoles } from '../fill/holes.ts'
import { DEFAULT_LIMITS, type ProofSession } from '../lean/engine.ts'
import type { FileReading } from '../lean/placed.ts'
import { InputError } from '../proof/input-error.ts'
import type { ProofState } from '../proof/proof-state.ts'
import { bringImports } from './imports.ts'
import type { Lean } from './lean.ts'
import { readLeanFile } from './lean-file.ts'

/** A place in a proof where tactics can be run. */
export type ProofPlace = {
  /** With its namespace. */
  readonly theorem: string
  readonly kind: 'hole' | 'step' | 'start'
  /** From 1; the column from 0, in characters. */
  readonly line: number
  readonly column: number
  readonly state: ProofState
  readonly session: ProofSession
}

/**
 * Opens the proof state at a line of a file: that of a hole on it, of the tactic that begins there, or the first one of the
 * theorem that stands there. Close its `session` when done.
 * @param line from 1
 * @throws InputError where nothing can be proved there
 */
export async function openPlace(lean: Lean, path: string, line: number, signal?: AbortSignal): Promise<ProofPlace> {
  const { text } = await readLeanFile(path)
  await bringImports(lean.engine.modules, path, text)
  const reading = await lean.engine.readFile(text, signal === undefined ? {} : { signal })
  return (
    (await atHole(lean, path, text, reading, line, signal)) ?? (await atStep(lean, path, text, reading, line, signal))
  )
}

async function atHole(
  { engine }: Lean,
  path: string,
  text: string,
  reading: FileReading,
  line: number,
  signal: AbortSignal | undefined,
): Promise<ProofPlace | undefined> {
  const [listed] = listHoles(reading, (_, { hole }) => hole === line)
  if (listed === undefined) return undefined
  const { command, declaration, hole, column } = listed
  const theorem = declaration.name === '' ? `line_${line}` : declaration.name
  const named = { name: theorem, header: reading.places.slice(0, command.start), statement: '' }
  const place = { text, command: command.command, hole }
  const started = await engine.holes.startHole(place, named, DEFAULT_LIMITS, signal)
  if (started.kind === 'rejected')
    throw new InputError(`${path}:${line}: ${started.diagnostics[0]?.text ?? 'Lean does not come to this hole'}`)
  const { session } = started
  return { theorem, kind: 'hole', line, column, state: session.root, session }
}

/** The steps of the theorem's proof that stand before the line are run again; they are the file's own tactics. */
async function atStep(
  { engine }: Lean,
  path: string,
  text: string,
  { theorems }: FileReading,
  line: number,
  signal: AbortSignal | undefined,
): Promise<ProofPlace> {
  const placed = theorems.find(({ start, end }) => start.line <= line && line <= end.line)
  if (placed === undefined) throw new InputError(`no theorem stands at ${path}:${line}`)
  const started = await engine.start(placed.theorem, DEFAULT_LIMITS, signal)
  if (started.kind === 'rejected')
    throw new InputError(
      `${path}:${placed.start.line}: ${started.diagnostics[0]?.text ?? 'the statement does not elaborate'}`,
    )
  const { session } = started
  const begin: ProofPlace = {
    theorem: placed.theorem.name,
    kind: 'start',
    line: placed.start.line,
    column: placed.start.column,
    state: session.root,
    session,
  }
  if (line <= placed.proof.line) return begin
  const traced = await engine.tracer().traceFile(path, text)
  const steps = traced.theorems.find(({ name }) => name === placed.theorem.name)?.steps ?? []
  const next = steps.findIndex((step) => step.line >= line)
  let state = session.root
  for (const { tactic } of steps.slice(0, next < 0 ? steps.length : next)) {
    const [result] = await session.runTactics(state, [tactic], signal)
    if (result?.kind !== 'open') break
    state = result.state
  }
  const at = steps[next]
  return at === undefined ? begin : { ...begin, kind: 'step', line: at.line, column: at.column, state }
}
