import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ALLOWED_AXIOMS } from '../../proof/axioms.ts'
import { codeTokens } from '../../proof/lean-text.ts'
import { OpenScopes } from '../../proof/scopes.ts'
import { findTheorems } from '../../proof/statement.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { Verdict } from '../../proof/verdict.ts'
import { type Diagnostic, EngineError, RejectedInput } from '../session.ts'
import type { Submission } from '../submission.ts'
import { CHECKER } from './checker.ts'
import { askCheckers, type OtherChecker } from './other-checkers.ts'
import type { ProcessCommand } from './process-group.ts'
import { type Ran, runCommand } from './run-lean.ts'

const DEFAULT_DEADLINE_MS = 600_000
/** What the source is compiled as; `CHECKER` knows it too. */
const SUBMISSION = 'HedgeSubmission'
/**
 * Words that run code while a file is elaborated, or write past the kernel. The checker does not rest on this list: it
 * keeps a source from doing things to the machine. Written in other letters (macros, « ») such code still runs.
 */
const RUNS_CODE =
  /^(#eval!?|run_cmd|run_elab|run_meta|run_tac|by_elab|initialize|builtin_initialize|elab|elab_rules|unsafe|implemented_by|extern|csimp|command_elab|term_elab|tactic|macro|macro_rules)$/

/** How a toolchain is called: `lean` with arguments, in the environment of a project. */
export type LeanCommand = (args: readonly string[]) => ProcessCommand

const messageSchema = z.object({
  severity: z.enum(['information', 'warning', 'error']),
  data: z.string(),
  pos: z.object({ line: z.number(), column: z.number() }),
})

/**
 * Checks a proof in three fresh runs of the toolchain's `lean`, of which the last one alone is believed:
 * the source is compiled by itself; then, with every process of that run ended, the trusted header and statement are
 * compiled by themselves, in a folder that did not exist before; then `lean --run` of the checker compares, replays and
 * follows axioms, with both as data. What the first run prints decides only that it is an error. Then the project's other
 * checkers are asked, which can only take the verdict back.
 *
 * @throws RejectedInput where the trusted header or statement does not elaborate; EngineError where Lean cannot run
 */
export async function verifyNatively(
  lean: LeanCommand,
  checkers: readonly OtherChecker[],
  theorem: Theorem,
  submission: Submission,
  deadlineMs = DEFAULT_DEADLINE_MS,
): Promise<Verdict> {
  const trustedSource = trustedFile(theorem)
  const refusal = refuseSource(submission, theorem.header)
  if (refusal !== undefined) return { kind: 'rejected', reason: refusal, messages: [] }
  const folder = await mkdtemp(join(tmpdir(), 'hedge-verify-'))
  const compile = async (directory: string, name: string, source: string): Promise<Ran> => {
    await mkdir(directory)
    const file = join(directory, `${name}.lean`)
    await writeFile(file, source)
    return runCommand(lean(['--json', '-o', join(directory, `${name}.olean`), file]), deadlineMs)
  }
  try {
    const submitted = join(folder, 'submitted')
    const first = await compile(submitted, SUBMISSION, submission.source)
    const trusted = join(folder, `trusted-${randomBytes(8).toString('hex')}`)
    const second = await compile(trusted, 'HedgeTrusted', trustedSource)
    if (second.kind !== 'ended') throw leanTrouble(second)
    const wrong = diagnosticsOf(second.stdout).filter(({ severity }) => severity === 'error')
    if (second.code !== 0 || wrong.length > 0) throw rejectedInput(theorem, wrong, second)
    if (first.kind === 'absent') throw leanTrouble(first)
    if (first.kind === 'timeout')
      return { kind: 'rejected', reason: 'Lean stopped while it checked the proof', messages: ['it took too long'] }
    const errors = diagnosticsOf(first.stdout).filter(({ severity }) => severity === 'error')
    if (first.code !== 0 || errors.length > 0)
      return { kind: 'rejected', reason: 'Lean reports an error', messages: errorTexts(errors, first.stderr) }
    const name = fullName(theorem, submission.name)
    const verdict = await judge(lean, { trusted, submitted, name }, deadlineMs)
    if (verdict.kind === 'rejected' || checkers.length === 0) return verdict
    const alone = join(folder, `checked-${randomBytes(8).toString('hex')}`)
    const compiled = { directory: submitted, module: SUBMISSION }
    const objection = await askCheckers(checkers, compiled, alone, deadlineMs)
    return objection ?? { ...verdict, alsoCheckedBy: checkers.map(({ name }) => name) }
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

async function judge(
  lean: LeanCommand,
  places: { trusted: string; submitted: string; name: string },
  deadlineMs: number,
): Promise<Verdict> {
  const nonce = randomBytes(16).toString('hex')
  const program = join(places.trusted, 'HedgeCheck.lean')
  await writeFile(program, CHECKER)
  const { trusted, submitted, name } = places
  const ran = await runCommand(lean(['--run', program, nonce, trusted, submitted, name]), deadlineMs)
  if (ran.kind === 'absent') throw leanTrouble(ran)
  if (ran.kind === 'timeout')
    return { kind: 'rejected', reason: 'Lean stopped while it checked the proof', messages: ['it took too long'] }
  const answer = readVerdict(ran.stdout, nonce)
  if (answer === undefined)
    throw new EngineError(`the proof checker does not run on this Lean: ${(ran.stderr || ran.stdout).slice(0, 500)}`)
  if (answer.kind === 'verified' && ran.code !== 0)
    return { kind: 'rejected', reason: 'the proof checker contradicts itself', messages: [] }
  return answer
}

/** The checker's last line. Everything but a complete, well-formed "verified" with allowed axioms alone is a refusal. */
export function readVerdict(stdout: string, nonce: string): Verdict | undefined {
  const lines = stdout.trimEnd().split('\n')
  const last = lines.at(-1) ?? ''
  if (!last.startsWith(`${nonce} `)) return undefined
  const verdict = last.slice(nonce.length + 1)
  const axioms = /^verified \[([^\]]*)\]$/.exec(verdict)?.[1]
  if (axioms === undefined)
    return {
      kind: 'rejected',
      reason: verdict.replace(/^rejected /, '') || 'the checker gives no reason',
      messages: [],
    }
  const names = axioms
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const bad = names.find((name) => !ALLOWED_AXIOMS.has(name))
  if (bad !== undefined) return { kind: 'rejected', reason: `the proof uses the axiom ${bad}`, messages: [] }
  return { kind: 'verified', axioms: names.sort() }
}

/** The trusted file: the header and the statement as given. Under the same name, so that what Lean names after it agrees. */
export function trustedFile({ header, statement }: Theorem): string {
  if (findTheorems(statement).length !== 1)
    throw new RejectedInput('statement', [
      { severity: 'error', line: 1, column: 0, text: 'the statement must be one theorem' },
    ])
  return `${header.trim()}\n\n${statement} := by\n  sorry\n`
}

/** The namespaces that a header leaves open, with a dot behind each: a theorem's name is completed by them. */
export function namespaceOf(header: string): string {
  const scopes = new OpenScopes(header)
  for (const token of codeTokens(header)) scopes.take(token)
  return scopes.namespace
}

/** A theorem's name with its namespaces: in a file it is called so already. */
export function fullName({ header }: Theorem, name: string): string {
  const namespace = namespaceOf(header)
  return name.startsWith(namespace) ? name : `${namespace}${name}`
}

/**
 * Why a source is not even compiled, if so.
 * @param trusted words of this text may stand in the source as often
 */
export function refuseSource({ source, header }: Submission, trusted = ''): string | undefined {
  if (header !== undefined) {
    if (!source.startsWith(header)) return 'the source does not begin with the header'
    if (findTheorems(source.slice(header.length)).length > 1) return 'the proof ends early and another command follows'
  }
  const body = header === undefined ? source : source.slice(header.length)
  const known = header === undefined ? wordsThatRunCode(trusted) : []
  for (const word of wordsThatRunCode(body)) {
    const at = known.indexOf(word)
    if (at >= 0) known.splice(at, 1)
    else if (word.startsWith('debug.')) return `the source sets the option ${word}`
    else return `the source runs code (${word})`
  }
  return undefined
}

function wordsThatRunCode(text: string): string[] {
  const found: string[] = []
  let hash = false
  for (const { kind, text: plain } of codeTokens(text)) {
    const word = hash ? `#${plain}` : plain
    hash = kind === 'symbol' && plain === '#'
    if (kind === 'word' && (RUNS_CODE.test(word) || plain.startsWith('debug.'))) found.push(word)
  }
  return found
}

function diagnosticsOf(stdout: string): Diagnostic[] {
  return stdout.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    try {
      const { severity, data, pos } = messageSchema.parse(JSON.parse(line))
      return [{ severity, line: pos.line, column: pos.column, text: data }]
    } catch {
      return []
    }
  })
}

function errorTexts(errors: readonly Diagnostic[], stderr: string): string[] {
  if (errors.length === 0) return [stderr.slice(0, 1000)]
  return errors.map(({ line, column, text }) => `${line}:${column}: ${text}`)
}

function rejectedInput(theorem: Theorem, errors: readonly Diagnostic[], ran: Ran): RejectedInput | EngineError {
  if (errors.length === 0) return leanTrouble(ran)
  const headerLines = theorem.header.trim() === '' ? 0 : theorem.header.trim().split('\n').length
  const inHeader = errors.filter(({ line }) => line <= headerLines)
  return inHeader.length > 0
    ? new RejectedInput('header', inHeader)
    : new RejectedInput(
        'statement',
        errors.map((d) => ({ ...d, line: Math.max(1, d.line - headerLines - 1) })),
      )
}

function leanTrouble(ran: Ran): EngineError {
  if (ran.kind === 'absent')
    return new EngineError(`Lean's toolchain cannot be run (${ran.reason}): see \`hedge doctor --lean\``)
  if (ran.kind === 'timeout') return new EngineError('Lean did not finish the statement in time')
  return new EngineError(`Lean ended with code ${ran.code}: ${(ran.stderr || ran.stdout).slice(0, 500)}`)
}
