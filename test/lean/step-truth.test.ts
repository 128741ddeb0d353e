import { afterAll, beforeAll, expect, test } from 'vitest'
import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { openHeader } from '../../src/lean/embedded/session.ts'
import type { Diagnostic, ProofSession } from '../../src/lean/engine.ts'
import { proofCommand } from '../../src/proof/proof.ts'
import { type ProofState, renderState, renumberMetavariables } from '../../src/proof/proof-state.ts'
import type { TacticResult } from '../../src/proof/tactic-result.ts'
import { CORPUS, TRICKY } from './step-corpus.ts'

/** Tricky tactics tried on each state; over all states each comes up several times. */
const TRICKY_PER_STATE = 5

const NO_TACTIC = /^(\s|;|--.*|\/-.*-\/)*$/

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await EmbeddedEngine.create({ verifies: false })
})
afterAll(() => engine?.dispose())

/** What a step is worth, in words that a compiled script can give too. */
type Answer = string

function answerOf(result: TacticResult): Answer {
  return result.kind === 'open'
    ? `open\n${renderState(result.state.goals)}`
    : result.kind === 'finished'
      ? 'finished'
      : 'error'
}

/** The same from Lean's messages about the whole script: `by` itself reports the goals that are left. */
function compiledAnswer(diagnostics: readonly Diagnostic[], byColumn: number): Answer {
  // A metavariable that is in no goal but may still be solved: only giving up on the goals makes it the kernel's matter.
  const givenUp = '(kernel) declaration has metavariables'
  const errors = diagnostics.filter((d) => d.severity === 'error' && !d.text.startsWith(givenUp))
  if (diagnostics.some((d) => d.text.includes('declaration uses'))) return 'error'
  if (errors.length === 0) return diagnostics.some((d) => d.severity === 'error') ? 'error' : 'finished'
  const [only] = errors
  const unsolved = 'unsolved goals\n'
  if (errors.length > 1 || !only?.text.startsWith(unsolved) || only.line !== 1 || only.column !== byColumn)
    return 'error'
  return `open\n${renumberMetavariables([only.text.slice(unsolved.length)])[0]}`
}

function compile(statement: string, tactics: readonly string[]): Promise<Answer> {
  const theorem = { name: 'compared', header: '', statement }
  return engine.pool.withWorker(async (worker) => {
    const { environment } = await openHeader(worker, '')
    const source = proofCommand(theorem, { tactics })
    const { diagnostics } = await worker.process.request('elaborate', { environment, source }, 60_000)
    return compiledAnswer(diagnostics, [...`${statement} := `].length)
  })
}

async function follow(session: ProofSession, tactics: readonly string[]): Promise<ProofState | undefined> {
  let state = session.root
  for (const tactic of tactics) {
    const [result] = await session.runTactics(state, [tactic])
    if (result?.kind !== 'open') return undefined
    state = result.state
  }
  return state
}

test('a step gives the answer that Lean gives when the same script is compiled', async () => {
  let pairs = 0
  let next = 0
  const counts = { open: 0, finished: 0, error: 0 }
  const differences: string[] = []

  const compareTheorem = async (index: number): Promise<void> => {
    const entry = CORPUS[index]
    if (entry === undefined) return
    const statement = `theorem compared ${entry.statement.startsWith('(') || entry.statement.startsWith('{') ? '' : ': '}${entry.statement}`
    const started = await engine.start({ name: 'compared', header: '', statement })
    if (started.kind !== 'started') throw new Error(`${statement}: ${started.diagnostics[0]?.text}`)
    const { session } = started
    for (const prefix of [[], ...entry.prefixes]) {
      const state = await follow(session, prefix)
      if (state === undefined) {
        differences.push(`${statement}: the prefix ${JSON.stringify(prefix)} does not lead to open goals`)
        continue
      }
      const tricky = Array.from({ length: TRICKY_PER_STATE }, () => TRICKY[next++ % TRICKY.length] as string)
      const tactics = [...(prefix.length === 0 ? entry.own : entry.own.slice(0, 2)), ...tricky]
      const results = await session.runTactics(state, tactics)
      for (const [i, tactic] of tactics.entries()) {
        const stepwise = answerOf(results[i] as TacticResult)
        // Behind other tactics an empty one or a lone separator vanishes; as a step it must stand for itself.
        const compiled = await compile(statement, NO_TACTIC.test(tactic) ? [tactic] : [...prefix, tactic])
        pairs++
        counts[stepwise.split('\n')[0] as keyof typeof counts]++
        if (stepwise !== compiled) {
          const detail = JSON.stringify(results[i], (key, value) => (key === 'constants' ? undefined : value))
          differences.push(
            `${statement} | ${JSON.stringify([...prefix, tactic])}\n  step: ${stepwise} ${detail}\n  compiled: ${compiled}`,
          )
        }
      }
    }
    await session.close()
  }
  // Two at a time: the order of theorems fixes which tricky tactics each gets, so the loop itself stays in order.
  for (const index of CORPUS.keys()) await compareTheorem(index)

  expect(differences.join('\n')).toBe('')
  expect(CORPUS.length).toBeGreaterThanOrEqual(60)
  expect(pairs).toBeGreaterThanOrEqual(300)
  // Each kind of answer is really met.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50)
}, 900_000)
