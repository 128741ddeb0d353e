import { createHash } from 'node:crypto'
import { codeTokens } from '../../proof/lean-text.ts'
import { proofCommand } from '../../proof/proof.ts'
import { type Goal, renderState, renumberMetavariables } from '../../proof/proof-state.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { Diagnostic } from '../session.ts'
import type { LspDiagnostic } from './lsp-process.ts'

/** A version of the document that tries tactics on copies of one state. */
export type TryDocument = {
  readonly text: string
  /** For each tactic, its lines: the first is that of `case`, at which Lean reports the goals the tactic leaves. */
  readonly branches: readonly { readonly first: number; readonly last: number }[]
  readonly sentinel: string
}

export type TryOptions = {
  readonly shared: boolean
  readonly heartbeats: number
  readonly nonce: string
  readonly reported: 'caseByCase' | 'atTheEnd'
}

/** What one branch says. `quiet` is not `finished`: that takes an elaboration of the proof in its own right. */
export type BranchAnswer =
  | { readonly kind: 'open'; readonly goals: readonly Goal[] }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'heartbeats' }

/** What speaks against a proof. */
export type Trouble = Extract<BranchAnswer, { kind: 'error' | 'heartbeats' }>

const UNSOLVED_TAG = 1
const UNSOLVED = 'unsolved goals\n'
const ERROR = 1
const HEARTBEATS = /maximum number of heartbeats/

/**
 * One declaration in which the goal is copied once per tactic, and once more for a sentinel. A copy is closed by its
 * `case`, which reports errors and open goals where they stand and goes on with the next; so the statement and, where
 * the state is a single goal, the tactics that lead to it are elaborated once for all.
 *
 * @param shared whether the path runs before the goal is copied; otherwise each copy runs it for itself
 * @param heartbeats for the whole declaration, in thousands
 * @param nonce a text that no tactic can know: where its message is missing, some tactic did not stay in its place
 * @param reported when Lean tells of its progress; `caseByCase` costs more
 */
export function tryDocument(
  header: string,
  statement: string,
  path: readonly string[],
  tactics: readonly string[],
  options: TryOptions,
): TryDocument {
  const lines = headerLines(header)
  const push = (text: string) => lines.push(...text.split('\n'))
  const caseByCase = options.reported === 'caseByCase'
  // Of a command with `in`, Lean tells nothing before its end.
  const within = caseByCase ? '' : ' in'
  push(`set_option linter.all false${within}`)
  push(`set_option maxHeartbeats ${options.heartbeats}${within}`)
  push(statement)
  // The last argument is a hole that nothing fills, for which Lean puts `sorry` in place of the whole term: its kernel
  // would otherwise check what every copy came to, and those that are finished are elaborated by themselves anyway. And
  // a `by` inside a term is reported when all of it is done, not case by case.
  const [begin, end] = caseByCase ? ['by', ''] : ['@_root_.Function.const _ _root_.Nat (by', ') _']
  push(`  := ${begin}`)
  const { branches, sentinel } = pushBranches(lines, path, tactics, { ...options, margin: 2 })
  lines[lines.length - 1] += end
  return { text: `${lines.join('\n')}\n`, branches, sentinel }
}

/**
 * Copies of the goal in the block that `lines` is at, one for each tactic and one for a sentinel. The last line closes the
 * sentinel's copy.
 * @param options.margin columns before the block
 */
export function pushBranches(
  lines: string[],
  path: readonly string[],
  tactics: readonly string[],
  { shared, nonce, margin }: { readonly shared: boolean; readonly nonce: string; readonly margin: number },
): Pick<TryDocument, 'branches' | 'sentinel'> {
  const push = (text: string, deeper = 0) => lines.push(...indented(text, margin + deeper).split('\n'))
  const hole = (n: number) => `hedge_${nonce}_${n}`
  if (shared) for (const tactic of path) push(tactic)
  push(`refine ${copies(tactics.length + 1, hole)}`)
  const branches = tactics.map((tactic, k) => {
    const first = lines.length
    push(`case ${hole(k)} =>`)
    if (!shared) for (const step of path) push(step, 2)
    push(tactic, 2)
    return { first, last: lines.length - 1 }
  })
  const sentinel = `hedge ${nonce}`
  push(`case ${hole(tactics.length)} =>`)
  push(`trace ${JSON.stringify(sentinel)}`, 2)
  push('sorry', 2)
  return { branches, sentinel }
}

/** A version that runs a script, tactic by tactic, as the proof of a statement. */
export type ScriptDocument = {
  readonly text: string
  readonly statementLine: number
  /** Of the `by` before the script; goals that the script leaves are reported there. */
  readonly byLine: number
  /** The first one of the last tactic, behind which there is nothing. */
  readonly lastLine: number
}

/**
 * A script as a proof behind the text of a file. It has the longest beginning in common with the version before it: what
 * Lean has elaborated of the file and of the proof it keeps, down to the last tactic before the first change.
 */
export function scriptDocument(
  before: string,
  statement: string,
  tactics: readonly string[],
  heartbeats: number,
): ScriptDocument {
  const margin = /(^|\n)[ ]*$/.test(before) ? before : `${before}\n`
  const statementLine = margin.split('\n').length + 1
  const lines = [
    // As commands of their own: with `in` they would be of the proof's command, and nothing of it kept where they change.
    'set_option linter.all false',
    `set_option maxHeartbeats ${heartbeats}`,
    ...statement.split('\n'),
    // On a line of its own: a comment may end the statement.
    '  := by',
    ...tactics.map((tactic) => indented(tactic, 2)),
    // Spaces as before another tactic: they are the last one's, which would otherwise be elaborated again behind them.
    '  ',
  ]
  const byLine = statementLine + statement.split('\n').length
  const text = margin + lines.join('\n')
  const last = indented(tactics.at(-1) ?? '', 2).split('\n').length
  return { text, statementLine, byLine, lastLine: text.split('\n').length - 1 - last }
}

/** Behind a file, what each of some constants is: Lean's answers begin as their declarations would. */
export function kindsDocument(
  file: string,
  names: readonly string[],
): { readonly text: string; readonly line: number } {
  // Terms follow, proofs among them, which can be long.
  const text = `${file}\nset_option pp.maxSteps 100\n`
  return { text: text + names.map((name) => `#print _root_.${name}`).join('\n'), line: text.split('\n').length - 1 }
}

/** Whether an answer is that of a theorem. */
export function isTheorem(answer: string): boolean {
  return /^(@\[[^\]]*\]\s*)?((private|protected|noncomputable|unsafe|public)\s+)*theorem\s/.test(answer)
}

/** What a script came to. `quiet`: it leaves no goals, and nothing speaks against the declaration. */
export function readScript(
  { statementLine, byLine }: ScriptDocument,
  diagnostics: readonly LspDiagnostic[],
): BranchAnswer {
  const own = diagnostics.filter(({ range }) => range.start.line >= statementLine)
  const isUnsolved = (d: LspDiagnostic) =>
    d.range.start.line === byLine && (d.leanTags?.includes(UNSOLVED_TAG) ?? d.message.startsWith(UNSOLVED))
  const unsolved = own.find(isUnsolved)
  const inScript = own.filter((d) => d.range.start.line >= byLine && !isUnsolved(d))
  // What is wrong with an attribute or the finished term counts once the script is finished.
  const trouble = proofTrouble(unsolved === undefined ? own : inScript)
  if (trouble !== undefined) return trouble
  if (unsolved === undefined) return { kind: 'quiet' }
  return { kind: 'open', goals: goalsOf(unsolved.message.slice(UNSOLVED.length).split(/\n\n+/)) }
}

/** One declaration that several finished scripts prove together, each a copy of the goal: no errors, all of them are proofs. */
export function proofsDocument(
  header: string,
  statement: string,
  path: readonly string[],
  tactics: readonly string[],
  heartbeats: number,
): {
  readonly text: string /** Its line, from 0: what is said of earlier ones is about the header. */
  readonly first: number
} {
  const lines = headerLines(header)
  const command =
    tactics.length === 1
      ? proofCommand({ name: '', header, statement }, { tactics: [...path, ...tactics] }, { maxHeartbeats: heartbeats })
      : [
          `set_option maxHeartbeats ${heartbeats} in`,
          statement,
          '  := by',
          `  refine ${copies(tactics.length, (n) => `hedge_${n}`)}`,
          // Inside this, the cases are not reported one by one, each with all messages so far and in a task of its own.
          '  set_option linter.all false in',
          ...tactics.flatMap((tactic, k) => [
            `    case hedge_${k} =>`,
            ...[...path, tactic].map((step) => indented(step, 6)),
          ]),
          '',
        ].join('\n')
  return { text: [...lines, 'set_option linter.all false in', command].join('\n'), first: lines.length }
}

/** The document of a statement before anything is tried; Lean is asked for the goals at its last line. */
export function statementDocument({ header, statement }: Theorem): {
  readonly text: string
  readonly statementLine: number
  readonly goalLine: number
} {
  const lines = headerLines(header)
  const statementLine = lines.length
  lines.push(...statement.split('\n'), '  := by', '  skip')
  return { text: `${lines.join('\n')}\n`, statementLine, goalLine: lines.length - 1 }
}

/** The header as the beginning of a document: never empty, so that what follows is never on the imports' line. */
export function headerLines(header: string): string[] {
  return header.trim() === '' ? [''] : [...header.trimEnd().split('\n'), '']
}

/** What the messages of a version say of one branch. */
export function readBranch(
  branch: { readonly first: number; readonly last: number },
  diagnostics: readonly LspDiagnostic[],
): BranchAnswer {
  const own = diagnostics.filter(
    ({ severity, range }) => severity === ERROR && range.start.line >= branch.first && range.start.line <= branch.last,
  )
  const isUnsolved = (d: LspDiagnostic) =>
    d.range.start.line === branch.first && (d.leanTags?.includes(UNSOLVED_TAG) ?? d.message.startsWith(UNSOLVED))
  const errors = own.filter((d) => !isUnsolved(d))
  if (errors.some((d) => HEARTBEATS.test(d.message))) return { kind: 'heartbeats' }
  const [error] = errors
  if (error !== undefined) return { kind: 'error', message: error.message }
  const [unsolved] = own
  if (unsolved === undefined) return { kind: 'quiet' }
  return { kind: 'open', goals: goalsOf(unsolved.message.slice(UNSOLVED.length).split(/\n\n+/)) }
}

/** What the messages say of a proof that is to be finished; undefined where nothing speaks against it. */
export function proofTrouble(diagnostics: readonly LspDiagnostic[]): Trouble | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === ERROR)
  if (errors.some((d) => HEARTBEATS.test(d.message))) return { kind: 'heartbeats' }
  const [error] = errors
  if (error !== undefined) return { kind: 'error', message: error.message }
  // The only warning a proof can have: linters are off.
  if (diagnostics.some((d) => /declaration uses/.test(d.message)))
    return { kind: 'error', message: 'the proof uses `sorry`' }
  return undefined
}

/** Goals as Lean prints them, with the names in them that may be constants: Lean's LSP does not tell which are. */
export function goalsOf(texts: readonly string[]): Goal[] {
  return renumberMetavariables(texts).map((text) => ({ text, constants: namesIn(text) }))
}

/** A state's key: its text. Hidden differences (instances, universes) are not seen. */
export function stateKey(goals: readonly Goal[]): string {
  return createHash('sha1').update(renderState(goals)).digest('base64url').slice(0, 22)
}

/** Whether a text holds no tactic at all: behind others it would vanish and seem to have done nothing. */
export function isNothing(text: string): boolean {
  return [...codeTokens(text)].every((token) => token.text === ';')
}

/**
 * Whether a text ends every bracket, string and comment that it begins, so that it can stand among others. It is a
 * matter of cost alone: what does not is tried by itself, and Lean decides.
 */
export function isSelfContained(text: string): boolean {
  const open: string[] = []
  const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}', '⟨': '⟩', '⦃': '⦄', '⟦': '⟧' }
  let end = 0
  for (const token of codeTokens(text)) {
    end = token.start + token.text.length
    if (token.kind === 'open') open.push(closing[token.text] ?? '')
    else if (token.kind === 'close' && open.pop() !== token.text) return false
    else if (token.kind === 'string' && !/^".*"$/s.test(token.text)) return false
  }
  if (open.length > 0) return false
  // Behind the last token there are only spaces and comments; a block comment must end.
  const rest = text.slice(end)
  return (rest.match(/\/-/g)?.length ?? 0) === (rest.match(/-\//g)?.length ?? 0)
}

/** Lean's place of a message, in a text that begins on `firstLine` of the document. */
export function toDiagnostic(d: LspDiagnostic, lines: readonly string[], firstLine: number): Diagnostic {
  const { line, character } = d.range.start
  return {
    severity: d.severity === ERROR ? 'error' : d.severity === 2 ? 'warning' : 'information',
    line: line - firstLine + 1,
    // LSP counts UTF-16 units, Lean code points.
    column: [...(lines[line] ?? '').slice(0, character)].length,
    text: d.message,
  }
}

/**
 * A term with `count` holes of the goal's own type. A balanced tree, as Lean's recursion is bounded, on many lines: the
 * server counts the column of every name from the start of its line.
 */
function copies(count: number, hole: (n: number) => string): string {
  const tree = (from: number, to: number): string => {
    if (to - from === 1) return `?${hole(from)}`
    const middle = (from + to) >> 1
    return `(@_root_.ite _ _root_.True _root_.instDecidableTrue\n    ${tree(from, middle)}\n    ${tree(middle, to)})`
  }
  return tree(0, count)
}

/** As in a finished proof (proof/proof.ts), deeper. */
export function indented(tactic: string, spaces: number): string {
  const lines = tactic.split('\n').filter((line) => line.trim() !== '')
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length))
  return lines.map((line) => ' '.repeat(spaces) + line.slice(margin)).join('\n')
}

const NAME = /(?:[\p{L}_][\p{L}\p{N}_'!?₀-₉]*)(?:\.[\p{L}_][\p{L}\p{N}_'!?₀-₉]*)*/gu
const NOTATIONS: readonly [string, readonly string[]][] = [
  ['=', ['Eq']],
  ['≠', ['Ne']],
  ['↔', ['Iff']],
  ['∧', ['And']],
  ['∨', ['Or']],
  ['¬', ['Not']],
  ['∃', ['Exists']],
  ['≤', ['LE.le']],
  ['<', ['LT.lt']],
  ['≥', ['GE.ge', 'LE.le']],
  ['>', ['GT.gt', 'LT.lt']],
  ['∣', ['Dvd.dvd']],
  ['∈', ['Membership.mem']],
  [' + ', ['HAdd.hAdd']],
  [' - ', ['HSub.hSub']],
  [' * ', ['HMul.hMul']],
  [' / ', ['HDiv.hDiv']],
  [' % ', ['HMod.hMod']],
  [' ^ ', ['HPow.hPow']],
  [' ++ ', ['HAppend.hAppend']],
  [' :: ', ['List.cons']],
  ['[]', ['List.nil']],
  ['×', ['Prod']],
]

/** Constants a printed goal mentions, as far as its text tells: names that are no hypotheses, and the usual notations. */
function namesIn(text: string): string[] {
  const found = new Set<string>()
  const local = new Set<string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(' : ')
    if (!line.startsWith('⊢') && !line.startsWith(' ') && colon > 0)
      for (const name of line.slice(0, colon).split(' ')) local.add(name)
  }
  for (const [name] of text.replace(/^case .*$/m, '').matchAll(NAME)) {
    const head = name.split('.')[0] as string
    if (!local.has(head) && /^\p{Lu}/u.test(name)) found.add(name)
  }
  for (const [notation, names] of NOTATIONS) if (text.includes(notation)) for (const name of names) found.add(name)
  return [...found].sort()
}
