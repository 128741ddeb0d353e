import { type Engine, type ProofSession, RejectedInput, type TacticLimits } from '../lean/engine.ts'
import type { CommandCheck, HoleOpener, TextRange } from '../lean/holes.ts'
import type { FileDeclaration, FileReading } from '../lean/placed.ts'
import type { Proof } from '../proof/proof.ts'
import { renderState } from '../proof/proof-state.ts'
import type { TextEdit, TextPlaces } from '../proof/source-text.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { ScriptVerdict } from '../proof/verdict.ts'
import { FilledText, type Filling } from './filled-text.ts'
import type { FilledHole, HoleStatus, ListedHole } from './holes.ts'
import { replacements } from './replacement.ts'
import { type CommandVerdict, verifyCommand } from './verify-command.ts'

/** Looks for a script that closes a hole: `verify` says whether one does in its place, where it has no file of its own. */
export type HoleSearch = (
  theorem: Theorem,
  session: ProofSession,
  verify: (proof: Proof) => Promise<ScriptVerdict>,
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
 * with one hole less. Once a command has no hole left, its theorems must be verified; where they rest on something else that
 * is left open, a proof that does not is looked for as long as there is time.
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
  const now = () => new FilledText(text, places, works.map(fillingOf))
  for (const [done, work] of works.entries()) {
    if (options.signal.aborted || options.outOfTime()) break
    const begun = performance.now()
    await new HoleWork(engine, holes, reading, works, work, now, options).fill()
    work.seconds = (performance.now() - begun) / 1000
    options.onHole?.(asHole(work), done + 1, works.length)
  }
  const edits = works.flatMap(({ listed: { hole }, text: filled }) =>
    filled === undefined ? [] : [{ start: places.units(hole.start), end: places.units(hole.end), text: filled }],
  )
  return { holes: works.map(asHole), edits }
}

const fillingOf = ({ listed: { hole }, text }: Work): Filling => ({ hole, text })

/** One hole on its way. */
class HoleWork {
  readonly #engine: Engine
  readonly #holes: HoleOpener
  /** Of the file as it was. */
  readonly #places: TextPlaces
  /** Commands that leave out what they declare. Nothing is known of what mentions it; the rest of the file stands. */
  readonly #broken: readonly TextRange[]
  readonly #works: readonly Work[]
  readonly #work: Work
  readonly #now: () => FilledText
  readonly #options: FillOptions
  /** A text that closes the hole and rests on something left open. */
  #fallback: { text: string; reason: string } | undefined
  #refusal: string | undefined

  constructor(
    engine: Engine,
    holes: HoleOpener,
    { places, commands }: FileReading,
    works: readonly Work[],
    work: Work,
    now: () => FilledText,
    options: FillOptions,
  ) {
    this.#engine = engine
    this.#holes = holes
    this.#places = places
    this.#broken = commands.filter(({ breaks }) => breaks)
    this.#works = works
    this.#work = work
    this.#now = now
    this.#options = options
  }

  async fill(): Promise<void> {
    const work = this.#work
    const { command, declaration, line } = work.listed
    if (declaration.proof !== undefined && work.listed.hole.start < declaration.proof)
      return this.#leave('in the statement', 'it is part of what is stated, which stays as it is')
    const now = this.#now()
    const listed = now.hole(work.listed.hole)
    const named: Theorem = {
      name: declaration.name === '' ? `line_${line}` : declaration.name,
      header: now.upTo(command.start, this.#broken),
      statement: '',
    }
    const place = { text: now.text, command: command.command, hole: listed }
    const { limits, signal, search } = this.#options
    const started = await this.#holes.startHole(place, named, limits, signal)
    if (started.kind === 'rejected')
      return this.#leave('out of reach', started.diagnostics[0]?.text ?? 'Lean does not come to it')
    const { session, hole, isProposition } = started
    work.goal = renderState(session.root.goals)
    try {
      if (!isProposition) return this.#leave('data', 'a value is missing, not a proof')
      work.status = 'open'
      const before = await this.#holes.checkCommand(now.text, command.command, [])
      if (before === undefined) return
      await search(named, session, async ({ tactics }) => {
        for (const text of replacements(now.places, hole, tactics)) {
          const check = await this.#holes.checkCommand(now.text, command.command, [{ ...hole, text }])
          if (check === undefined || !isOneHoleLess(check, before)) continue
          return this.#judge(text, check, named.header, session)
        }
        return refusal('Lean does not take it in the place of the hole')
      })
    } catch (error) {
      // More than the broken commands themselves fails without them.
      if (!(error instanceof RejectedInput)) throw error
      return this.#leave('out of reach', `what stands before it does not elaborate: ${firstLine(error)}`)
    } finally {
      await session.close()
    }
    if (work.text !== undefined) return
    if (this.#fallback !== undefined) this.#take(this.#fallback.text, 'closes its goal', this.#fallback.reason)
    else if (this.#refusal !== undefined) this.#leave('refused', this.#refusal)
  }

  /** A text that Lean takes in the place of the hole. Where it is not accepted, an earlier one stays. */
  async #judge(text: string, check: CommandCheck, header: string, session: ProofSession): Promise<ScriptVerdict> {
    const before = this.#work.text
    this.#work.text = text
    const verdict = await this.#verdict(check)
    switch (verdict.kind) {
      case 'verified':
        for (const work of this.#works)
          if (verdict.of.includes(work.listed.declaration)) [work.status, work.reason] = ['proved', undefined]
        if (this.#work.status !== 'proved') this.#take(text, 'closes its goal', undefined)
        return ACCEPTED
      case 'unverified':
        this.#take(text, 'closes its goal', verdict.reason)
        return ACCEPTED
      case 'resting': {
        const { unfinished } = await this.#engine.localPremises(header)
        const mentioned = session.root.goals.flatMap(({ constants }) => constants)
        if (mentioned.some((constant) => unfinished.includes(constant))) {
          this.#take(text, 'closes its goal', verdict.reason)
          return ACCEPTED
        }
        this.#work.text = before
        this.#fallback ??= { text, reason: verdict.reason }
        return refusal(verdict.reason)
      }
      case 'refused':
        this.#work.text = before
        this.#refusal ??= verdict.reason
        return refusal(verdict.reason)
      default:
        return verdict satisfies never
    }
  }

  /** What the verifier says once nothing is left open in the command. */
  async #verdict(check: CommandCheck): Promise<CommandVerdict> {
    const { command } = this.#work.listed
    if (check.errors[0] !== undefined)
      return { kind: 'unverified', reason: `there is another error: ${check.errors[0].text}` }
    if (check.holes > 0 || this.#options.signal.aborted) return { kind: 'unverified', reason: undefined }
    const definitionsFilled = this.#works.some(
      ({ listed, text }) =>
        text !== undefined && listed.command.start < command.start && !isTheorem(listed.declaration.kind),
    )
    return verifyCommand(this.#engine, this.#places, command, this.#now(), definitionsFilled)
  }

  #take(text: string, status: HoleStatus, reason: string | undefined): void {
    Object.assign(this.#work, { text, status, reason })
  }
  #leave(status: HoleStatus, reason: string): void {
    Object.assign(this.#work, { text: undefined, status, reason })
  }
}

const ACCEPTED: ScriptVerdict = { kind: 'verified', source: '', axioms: [] }
const refusal = (reason: string): ScriptVerdict => ({ kind: 'rejected', reason, messages: [] })
const firstLine = ({ diagnostics: [first] }: RejectedInput): string =>
  first === undefined ? 'Lean gives no reason' : `line ${first.line}: ${first.text.split('\n')[0]}`
const isTheorem = (kind: FileDeclaration['kind']): boolean => kind === 'theorem' || kind === 'example'

/** Whether a command with a text in place of a hole is one command still, with no new error and that hole gone. */
function isOneHoleLess(check: CommandCheck, before: CommandCheck): boolean {
  return check.whole && check.holes === before.holes - 1 && isPartOf(check.errors, before.errors)
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

function asHole({ listed, status, goal, reason, text, seconds }: Work): FilledHole {
  const { line, column, declaration } = listed
  return { line, column, theorem: declaration.name, goal, status, replacement: text, reason, seconds }
}
