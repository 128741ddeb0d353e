import { type Engine, EngineError, type ProofSession, type TacticLimits } from '../lean/engine.ts'
import type { FileHole, HoleOpener } from '../lean/holes.ts'
import type { FileDeclaration } from '../lean/placed.ts'
import { type FileReading, placedTheorem } from '../lean/placed.ts'
import type { Proof } from '../proof/proof.ts'
import { renderState } from '../proof/proof-state.ts'
import { type TextEdit, TextPlaces } from '../proof/source-text.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { FilledHole, HoleStatus, ListedHole } from './holes.ts'
import { replacements } from './replacement.ts'

/** Whether a script closes the hole in its place. */
export type HoleAnswer =
  | { readonly verified: true; readonly source: string; readonly axioms: readonly string[] }
  | { readonly verified: false; readonly reason: string; readonly messages: readonly string[] }

export type HoleSearch = (
  theorem: Theorem,
  session: ProofSession,
  verify: (proof: Proof) => Promise<HoleAnswer>,
) => Promise<void>

export type FillOptions = {
  readonly limits: TacticLimits
  /** Looks for a proof, and gives each candidate to `verify` until one is accepted. Its budget is its own affair. */
  readonly search: HoleSearch
  /** No further hole is begun once this says so. */
  readonly outOfTime: () => boolean
  readonly signal: AbortSignal
  readonly onHole?: (hole: FilledHole, done: number, all: number) => void
}

export type FillResult = {
  readonly holes: readonly FilledHole[]
  /** For `SourceText.edited`. */
  readonly edits: readonly TextEdit[]
}

type Work = {
  readonly listed: ListedHole
  status: HoleStatus
  goal: string | undefined
  reason: string | undefined
  /** In place of the hole. */
  text: string | undefined
  seconds: number
}

/**
 * Fills the holes of a file one after another, each in the text with the earlier ones filled, so that later ones may use
 * what is proved by then. A text is kept only where Lean reads the command with it as one command, without a new error and
 * with one hole less.
 */
export async function fillFile(
  engine: Engine,
  text: string,
  reading: FileReading,
  wanted: readonly ListedHole[],
  options: FillOptions,
): Promise<FillResult> {
  const { places } = reading
  const { holes } = engine
  if (holes === undefined) throw new EngineError('this Lean cannot open the holes of a file')
  const works = wanted.map(
    (listed): Work => ({
      listed,
      status: 'not tried',
      goal: undefined,
      reason: undefined,
      text: undefined,
      seconds: 0,
    }),
  )
  for (const [done, work] of works.entries()) {
    if (options.signal.aborted || options.outOfTime()) break
    const begun = performance.now()
    await fillHole(holes, new FilledText(text, places, works), work, options)
    work.seconds = (performance.now() - begun) / 1000
    const completed = declarationsOf(works).find(
      ({ of }) => of.at(-1) === work && of.some(({ text: filled }) => filled !== undefined),
    )
    if (completed !== undefined)
      await verifyDeclaration(engine, new FilledText(text, places, works), completed, text, options)
    options.onHole?.(asHole(work), done + 1, works.length)
  }
  const edits = works.flatMap(({ listed: { hole }, text: filled }) =>
    filled === undefined ? [] : [{ start: places.units(hole.start), end: places.units(hole.end), text: filled }],
  )
  return { holes: works.map(asHole), edits }
}

/** A file's text with what has been filled so far. */
class FilledText {
  readonly text: string
  readonly places: TextPlaces
  readonly #edits: readonly { readonly start: number; readonly end: number; readonly text: string }[]

  constructor(text: string, places: TextPlaces, works: readonly Work[]) {
    this.#edits = works.flatMap(({ listed, text: filled }) =>
      filled === undefined ? [] : [{ start: listed.hole.start, end: listed.hole.end, text: filled }],
    )
    let at = 0
    let result = ''
    for (const edit of this.#edits) {
      result += places.slice(at, edit.start) + edit.text
      at = edit.end
    }
    this.text = result + places.slice(at, places.length)
    this.places = this.text === text ? places : new TextPlaces(this.text)
  }

  /** A byte of the file as it was, in this text. */
  at(byte: number): number {
    return this.#edits.reduce(
      (place, { start, end, text }) => (end <= byte ? place + Buffer.byteLength(text) - (end - start) : place),
      byte,
    )
  }
  hole({ start, end, kind }: FileHole): FileHole {
    return { start: this.at(start), end: this.at(end), kind }
  }
}

async function fillHole(
  holes: HoleOpener,
  now: FilledText,
  work: Work,
  { limits, search, signal }: FillOptions,
): Promise<void> {
  const { command, declaration } = work.listed
  const hole = now.hole(work.listed.hole)
  const named: Theorem = {
    name: declaration.name === '' ? `line_${work.listed.line}` : declaration.name,
    header: now.places.slice(0, now.at(command.start)),
    statement: '',
  }
  const started = await holes.startHole({ text: now.text, command: command.command, hole }, named, limits, signal)
  if (started.kind === 'rejected') {
    work.status = 'out of reach'
    work.reason = started.diagnostics[0]?.text ?? 'Lean does not come to it'
    return
  }
  const { session, isProposition } = started
  work.goal = renderState(session.root.goals)
  try {
    if (!isProposition) {
      work.status = 'data'
      work.reason = 'a value is missing, not a proof'
      return
    }
    work.status = 'open'
    const before = await holes.checkCommand(now.text, command.command, [])
    if (before === undefined) return
    await search(named, session, async ({ tactics }) => {
      for (const text of replacements(now.places, hole, tactics)) {
        const check = await holes.checkCommand(now.text, command.command, [{ ...hole, text }])
        if (check === undefined || !check.whole || check.holes !== before.holes - 1) continue
        if (!isPartOf(check.errors, before.errors)) continue
        work.text = text
        work.status = 'closes its goal'
        return { verified: true, source: text, axioms: [] }
      }
      return { verified: false, reason: 'Lean does not take it in the place of the hole', messages: [] }
    })
  } finally {
    await session.close()
  }
}

type Texts = readonly { readonly text: string }[]
/** Whether all of the messages were there before, as often. Their places may have moved. */
function isPartOf(messages: Texts, before: Texts): boolean {
  const left = before.map(({ text }) => text)
  return messages.every(({ text }) => {
    const at = left.indexOf(text)
    if (at < 0) return false
    left.splice(at, 1)
    return true
  })
}

type Declaration = { readonly declaration: FileDeclaration; readonly of: readonly Work[] }
function declarationsOf(works: readonly Work[]): Declaration[] {
  const all = new Map<FileDeclaration, Work[]>()
  for (const work of works) all.set(work.listed.declaration, [...(all.get(work.listed.declaration) ?? []), work])
  return [...all].map(([declaration, of]) => ({ declaration, of }))
}

/** A theorem without holes is verified as it stands in the new text, against what it stated in the old one. */
async function verifyDeclaration(
  engine: Engine,
  now: FilledText,
  { declaration, of }: Declaration,
  text: string,
  { signal }: FillOptions,
): Promise<void> {
  if (signal.aborted || declaration.holes.length !== of.length) return
  if (of.some((work) => work.text === undefined)) return
  const old = placedTheorem(new TextPlaces(text), (of[0] as Work).listed.command, declaration)
  if (old === undefined) return
  const source = sourceOf(now, (of[0] as Work).listed, old.theorem.name)
  const verdict = await engine
    .verify(old.theorem, { source, name: old.theorem.name })
    .catch((error: Error) => ({ kind: 'rejected' as const, reason: error.message, messages: [] }))
  for (const work of of) {
    if (verdict.kind === 'verified') work.status = 'proved'
    else {
      const why = [verdict.reason, ...verdict.messages].join(': ')
      work.reason = why
      // What it rests on has holes itself: that is no fault of its own.
      if (/sorryAx/.test(why)) continue
      work.status = 'refused'
      work.text = undefined
    }
  }
}

/** The new text up to the end of a command; an `example` gets the name it goes by. */
function sourceOf(now: FilledText, { command, declaration }: ListedHole, name: string): string {
  const end = now.at(command.end)
  if (declaration.kind !== 'example') return `${now.places.slice(0, end)}\n`
  const { start, end: behind } = declaration.keyword
  return `${now.places.slice(0, now.at(start))}theorem ${name}${now.places.slice(now.at(behind), end)}\n`
}

function asHole({ listed, status, goal, reason, text, seconds }: Work): FilledHole {
  const { line, column, declaration } = listed
  return { line, column, theorem: declaration.name, goal, status, replacement: text, reason, seconds }
}
