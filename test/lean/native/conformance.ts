import { expect, test } from 'vitest'
import type { Engine, ProofSession } from '../../../src/lean/engine.ts'
import { type ProofState, renderState } from '../../../src/proof/proof-state.ts'
import type { TacticResult } from '../../../src/proof/tactic-result.ts'
import { focusOn, withFocus } from '../../../src/search/focus.ts'
import { CORPUS, TRICKY } from '../step-corpus.ts'
import { embedded, lsp } from './engines.ts'

const LIMITS = { heartbeats: 20_000, wallClockMs: 60_000 }
/** Theorems of the corpus that are compared here: every second one, for time. */
const COMPARED = CORPUS.filter((_, index) => index % 2 === 0)
const TRICKY_PER_STATE = 2

/** What the two engines are known to answer differently, and why. Each must really occur. */
const KNOWN: readonly { readonly tactic: string; readonly why: string }[] = []

function answerOf(result: TacticResult | undefined): string {
  if (result === undefined) return 'nothing'
  if (result.kind === 'open') return `open\n${renderState(result.state.goals)}`
  return result.kind === 'timeout' ? `timeout ${result.limit}` : result.kind
}

async function begin(engine: Engine, statement: string): Promise<ProofSession> {
  const started = await engine.start({ name: 'compared', header: '', statement }, LIMITS)
  if (started.kind !== 'started') throw new Error(`${statement}: ${started.diagnostics[0]?.text}`)
  return started.session
}

async function follow(session: ProofSession, tactics: readonly string[]): Promise<ProofState> {
  let state = session.root
  for (const tactic of tactics) {
    const [result] = await session.runTactics(state, [tactic])
    if (result?.kind !== 'open') throw new Error(`${tactic}: ${JSON.stringify(result)}`)
    state = result.state
  }
  return state
}

test('both engines give the same answers', async () => {
  let pairs = 0
  let next = 0
  const counts: Record<string, number> = { open: 0, finished: 0, error: 0 }
  const differences: string[] = []
  const known = new Set<string>()
  for (const { statement: signature, prefixes, own } of COMPARED) {
    const statement = `theorem compared ${/^[({]/.test(signature) ? '' : ': '}${signature}`
    const [one, other] = [await begin(embedded, statement), await begin(lsp, statement)]
    expect(renderState(other.root.goals)).toBe(renderState(one.root.goals))
    for (const prefix of [[], ...prefixes.slice(0, 1)]) {
      const tricky = Array.from({ length: TRICKY_PER_STATE }, () => TRICKY[next++ % TRICKY.length] as string)
      const tactics = [...own.slice(0, prefix.length === 0 ? 4 : 2), ...tricky]
      const [a, b] = [await follow(one, prefix), await follow(other, prefix)]
      const [left, right] = [await one.runTactics(a, tactics), await other.runTactics(b, tactics)]
      for (const [i, tactic] of tactics.entries()) {
        pairs++
        const [first, second] = [answerOf(left[i]), answerOf(right[i])]
        counts[first.split('\n')[0] as string] = (counts[first.split('\n')[0] as string] ?? 0) + 1
        if (first === second) continue
        if (KNOWN.some((one) => one.tactic === tactic)) known.add(tactic)
        else
          differences.push(
            `${statement} | ${JSON.stringify([...prefix, tactic])}\n  embedded: ${first}\n  lsp: ${second} ${JSON.stringify(right[i])}`,
          )
      }
    }
    await one.close()
    await other.close()
  }
  console.log(`${pairs} pairs of state and tactic: ${JSON.stringify(counts)}; ${differences.length} differ`)
  expect(differences.join('\n')).toBe('')
  expect([...known].sort()).toEqual(KNOWN.map(({ tactic }) => tactic).sort())
  expect(pairs).toBeGreaterThanOrEqual(150)
  for (const kind of ['open', 'finished', 'error']) expect(counts[kind]).toBeGreaterThan(15)
}, 900_000)

test('both engines take goals one by one, and keep a tactic from the others', async () => {
  const statement = 'theorem compared (a b : Nat) (h : a < b) : (∃ x, x = a) ∧ a ≤ b ∧ a ≤ b + 1'
  const answers = await Promise.all(
    [embedded, lsp].map(async (engine: Engine) => {
      const session = await begin(engine, statement)
      const domain = withFocus(session)
      const run = async (from: ProofState, ...tactics: string[]) => {
        const results = await domain.runTactics(from, tactics)
        const [last] = results.slice(-1)
        return { said: results.map(answerOf), state: last?.kind === 'open' ? last.state : from }
      }
      const apart = await run(domain.root, 'refine ⟨?_, ?_, ?_⟩')
      const second = await run(apart.state, focusOn(1))
      const closed = await run(second.state, 'exact h', 'rfl', 'skip', 'all_goals omega', 'omega')
      const open = await run(domain.root, 'refine ⟨⟨?w, ?_⟩, ?_⟩')
      const shared = await run(open.state, focusOn(0))
      await session.close()
      return [apart.said, second.said, closed.said, shared.said]
    }),
  )
  expect(answers[1]).toEqual(answers[0])
  const [, second, closed, shared] = answers[0] ?? []
  expect(second?.[0]).toMatch(/^open\n[^∃]*⊢ a ≤ b$/s)
  expect(closed?.slice(3)).toEqual(['open\nno goals', 'open\nno goals'])
  expect(closed?.slice(0, 2)).toEqual(['error', 'error'])
  expect(shared).toEqual(['error'])
})
