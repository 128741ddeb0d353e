import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseMembers } from '../../src/ensemble/member-spec.ts'
import { closeMembers, openMembers } from '../../src/ensemble/open-member.ts'
import { recordedTheorem } from '../../src/ensemble/recorded-world.ts'
import { replayTheorem } from '../../src/ensemble/replay.ts'
import { schedule } from '../../src/ensemble/scheduler.ts'
import { searchInTurns, TURNS, type TurnsOutcome } from '../../src/ensemble/turns.ts'
import { engineWorld } from '../../src/ensemble/world.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { DEFAULT_LIMITS } from '../../src/lean/engine.ts'
import { premisesFrom } from '../../src/policy/open.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import { evaluationTables } from '../../src/report/evaluation-tables.ts'
import { RunJournal } from '../../src/results/journal.ts'
import { listRuns, readRun } from '../../src/results/read-run.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { summarise } from '../../src/results/summary.ts'
import { systemClock } from '../../src/search/budget.ts'
import { authorsOf } from '../../src/search/tree.ts'
import { provenance } from '../ensemble/simulated.ts'
import { type Asked, type ScriptedServer, sendJson, startModelServer } from '../policy/remote/model-server.ts'
import { sharedEngine } from './shared-engine.ts'

let engine: EmbeddedEngine
const servers: ScriptedServer[] = []
beforeAll(async () => {
  engine = await sharedEngine()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

type Said = string | { readonly text: string; readonly finish: string }

/** A server that answers as vLLM does in a conversation; what it says depends on what it is asked. */
async function modelThatSays(says: (asked: Asked, number: number) => Said): Promise<ScriptedServer> {
  const server = await startModelServer((asked, response, number) => {
    const said = says(asked, number)
    const { text, finish } = typeof said === 'string' ? { text: said, finish: 'stop' } : said
    const choice = { index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: finish }
    sendJson(response, { choices: [choice], usage: { prompt_tokens: 90, completion_tokens: 400 } })
  })
  servers.push(server)
  return server
}

const turnsOf = (asked: Asked | undefined) => asked?.body.messages ?? []

async function search(
  theorem: Theorem,
  specs: readonly string[],
  passes = 1,
): Promise<TurnsOutcome & { remarks: readonly string[] }> {
  const defaults = { temperature: 1, search: { kind: 'rollouts', settings: {} }, settings: {} } as const
  const configs = parseMembers(specs, defaults)
  if ('problem' in configs) throw new Error(configs.problem)
  const members = await openMembers(configs, async () => premisesFrom(engine))
  const opened = await engineWorld(engine, DEFAULT_LIMITS).open(theorem, new AbortController().signal)
  if (opened.kind === 'rejected') throw new Error(opened.message)
  try {
    const options = { ...TURNS, members, wallClockMs: 120_000, passes, depth: 50, seed: '0', concurrency: 1 }
    const clocks = { clock: systemClock, signal: new AbortController().signal }
    const run = await searchInTurns(theorem, opened, { ...options, ...clocks })
    return { ...run, remarks: members.flatMap((member) => member.remarks?.() ?? []) }
  } finally {
    await opened.close()
    await closeMembers(members)
  }
}

const whole = (server: ScriptedServer, more = '') => `${server.url}#prover,kind=whole,name=whole${more}`

const SWAP: Theorem = { name: 'swap', header: '', statement: 'theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p' }
/** What the plans here have in common. */
const PLAN = {
  matched: false,
  passes: 4,
  block: 4,
  depth: 50,
  shortFirst: true,
  wallClockMs: undefined,
  sliceMs: 1000,
  seed: '0',
}
const FALSE: Theorem = { name: 'wrong', header: '', statement: 'theorem wrong : 1 + 1 = 3' }
const lean = (text: string) => `\`\`\`lean4\n${text}\n\`\`\``

describe('what a model answers', () => {
  test('as DeepSeek-Prover-V2: a plan with a sketch in it, then the proof', async () => {
    const server = await modelThatSays(
      () => `### Detailed Proof Plan

We split the conjunction.

${lean('theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  have h₁ : q := by sorry\n  have h₂ : p := by sorry\n  exact ⟨h₁, h₂⟩')}

### Complete Lean 4 Proof

${lean('theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  have h₁ : q := by\n    exact h.2\n  have h₂ : p := by\n    exact h.1\n  exact ⟨h₁, h₂⟩')}<｜end▁of▁sentence｜>`,
    )
    const { proved } = await search(SWAP, [whole(server, ',template=deepseek-prover-v2')])
    expect(proved?.proof.tactics).toEqual([
      'have h₁ : q := by\n  exact h.2',
      'have h₂ : p := by\n  exact h.1',
      'exact ⟨h₁, h₂⟩',
    ])
    const [asked] = server.asked
    expect(asked?.path).toBe('/v1/chat/completions')
    expect(asked?.body).toMatchObject({ temperature: 1, top_p: 0.95, top_k: -1, repetition_penalty: 1, n: 1 })
    expect(turnsOf(asked)[0]?.content).toContain(`${SWAP.statement} := by\n  sorry\n\`\`\``)
  })

  test('as Kimina: thoughts with tactics and other theorems in them, then the file with its own imports', async () => {
    const server = await modelThatSays(
      () => `<think>
# Problem: swap the two sides.
\`\`\`tactics
exact absurd h sorry
\`\`\`
Maybe first ${lean('theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  nonsense')}
</think>

${lean('import Init\n\n/-- The other way round. -/\nlemma other (a b : Prop) (k : a ∧ b) : b := by\n  exact k.2\n\ntheorem swap (p q : Prop)\n    (h : p ∧ q) : q ∧ p := by\n  constructor\n  · exact other p q h\n  · exact h.1\n\n#print axioms swap')}`,
    )
    const { proved } = await search(SWAP, [whole(server, ',template=kimina')])
    expect(proved?.proof.tactics).toEqual([
      'have other (a b : Prop) (k : a ∧ b) : b := by\n  exact k.2',
      'constructor',
      '· exact other p q h',
      '· exact h.1',
    ])
    expect(server.asked[0]?.body.temperature).toBe(0.6)
    expect(turnsOf(server.asked[0]).map(({ role }) => role)).toEqual(['system', 'user'])
  })

  test('the proof is asked for with all that stands before the theorem in its file, and a term is one too', async () => {
    const header = 'def two : Nat := 2\nnamespace Here'
    const theorem = { name: 'Here.t', header, statement: 'theorem t : two + two = 4' }
    const server = await modelThatSays(() => lean(`${header}\n\ntheorem t : two + two = 4 :=\n  rfl\n\nend Here`))
    const { proved } = await search(theorem, [whole(server)])
    expect(proved?.proof.tactics).toEqual(['exact rfl'])
    expect(turnsOf(server.asked[0]).at(-1)?.content).toContain(`${header}\n\ntheorem t : two + two = 4 := by\n  sorry`)
  })

  test('a failure goes back with the tactic, its message and its goals, and the thoughts stay out of it', async () => {
    const server = await modelThatSays(({ body }) =>
      (body.messages?.length ?? 0) > 2
        ? `<think>The wrong side.</think>${lean('theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  constructor\n  · exact h.2\n  · exact h.1')}`
        : `<think>Easy.</think>${lean('theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  constructor\n  · have k : q := by\n      exact h.1\n    exact k\n  · exact h.1')}`,
    )
    const { proved, tree } = await search(SWAP, [whole(server, ',template=goedel-prover-v2,repair=2')])
    expect(proved?.proof.tactics).toEqual(['constructor', '· exact h.2', '· exact h.1'])
    expect(server.asked).toHaveLength(2)
    const [, reply, trouble] = turnsOf(server.asked[1])
    expect(reply?.role).toBe('assistant')
    expect(reply?.content).toMatch(/^```lean4\ntheorem swap[\s\S]*exact k[\s\S]*```$/)
    expect(JSON.stringify(turnsOf(server.asked[1]))).not.toContain('Easy')
    // Of the very tactic that fails, deep inside, not of the block around it.
    expect(trouble?.content).toContain('At the tactic\n```lean4\nexact h.1\n```\nLean says: ')
    expect(trouble?.content).toMatch(/mismatch/i)
    expect(trouble?.content).toContain('⊢ q')
    // What was valid of the first answer is in the tree.
    const states = [...tree.nodes()].map(({ state }) => state.goals.length)
    expect(states).toContain(3)
  })

  test('without repair a proof is asked for once a pass', async () => {
    const server = await modelThatSays(() => lean(`${SWAP.statement} := by\n  exact h`))
    const { proved, ends } = await search(SWAP, [whole(server, ',repair=0')], 5)
    expect(proved).toBeUndefined()
    expect(ends).toEqual(['error', 'error', 'error', 'error', 'error'])
    expect(server.asked).toHaveLength(5)
    expect(new Set(server.asked.map(({ body }) => body.seed)).size).toBe(5)
  })

  test('an answer that was cut off is used as far as it goes; thoughts without an end are none', async () => {
    const cut = await modelThatSays((_, number) =>
      number === 0
        ? { text: `\`\`\`lean4\n${SWAP.statement} := by\n  constructor\n  · exact h.2\n  · exa`, finish: 'length' }
        : { text: '<think>constructor, and then', finish: 'length' },
    )
    const { tree, ends, remarks } = await search(SWAP, [whole(cut, ',repair=0')], 2)
    expect(ends).toEqual(['error', 'noTactic'])
    expect([...tree.nodes()].map(({ state }) => state.goals.map(({ text }) => text.split('\n').at(-1)))).toEqual([
      ['⊢ q ∧ p'],
      ['⊢ q', '⊢ p'],
      ['⊢ p'],
    ])
    expect(remarks.join()).toContain('1 of 2 answers ended within their <think>')
  })
})

describe('what is no proof of the statement never counts', () => {
  test.each([
    ['another statement under its name', 'theorem wrong : 1 + 1 = 2 := by\n  rfl'],
    [
      'the same words with another meaning',
      'local macro_rules | `(3) => `(2)\n\ntheorem wrong : 1 + 1 = 3 := by\n  rfl',
    ],
    ['a notation of its own', 'local infixl:65 " + " => Nat.pow\n\ntheorem wrong : 1 + 1 = 3 := by\n  rfl'],
    ['an axiom', 'axiom bad : False\n\ntheorem wrong : 1 + 1 = 3 := by\n  exact bad.elim'],
    ['a false helper', 'theorem bad : False := by\n  sorry\n\ntheorem wrong : 1 + 1 = 3 := by\n  exact bad.elim'],
    ['a hole', 'theorem wrong : 1 + 1 = 3 := by\n  sorry'],
    ['a hole inside', 'theorem wrong : 1 + 1 = 3 := by\n  have h : False := by sorry\n  exact h.elim'],
    ['a hole under another name', 'theorem wrong : 1 + 1 = 3 := by\n  admit'],
    ['itself', 'theorem wrong : 1 + 1 = 3 := by\n  exact wrong'],
    [
      'an end of its proof and another theorem',
      'theorem wrong : 1 + 1 = 3 := by\n  trivial\ntheorem wrong2 : 1 + 1 = 2 := by\n  rfl',
    ],
    ['a theorem in its tactic', 'theorem wrong : 1 + 1 = 3 := by\n  skip\n\ntheorem wrong : 1 + 1 = 2 := rfl'],
    ['native code', 'theorem wrong : 1 + 1 = 3 := by\n  native_decide'],
    ['no theorem', 'rfl'],
    ['no proof', 'theorem wrong : 1 + 1 = 3'],
  ])('%s', async (_, text) => {
    const server = await modelThatSays(() => `Here it is.\n\n${lean(text)}`)
    const { proved, ends } = await search(FALSE, [whole(server, ',repair=1')])
    expect(proved).toBeUndefined()
    expect(ends).toHaveLength(1)
    expect(server.asked).toHaveLength(2)
  })

  test('a model that states something else is told so', async () => {
    const server = await modelThatSays(({ body }) =>
      (body.messages?.length ?? 0) > 2
        ? lean(`${SWAP.statement} := by\n  exact ⟨h.2, h.1⟩`)
        : lean('theorem swap (p q : Prop) (h : q ∧ p) : q ∧ p := by\n  exact h'),
    )
    const { proved } = await search(SWAP, [whole(server)])
    expect(proved?.proof.tactics).toEqual(['exact ⟨h.2, h.1⟩'])
    expect(turnsOf(server.asked[1]).at(-1)?.content).toContain('the answer states another theorem')
  })
})

describe('members together', () => {
  const theorem: Theorem = {
    name: 'both',
    header: '',
    statement: 'theorem both (a b : Nat) (h : a % 12 = 3) (k : b = 4 * a) : b % 48 = 12 ∧ a % 3 = 0',
  }
  /** A sketch: it splits the theorem, and leaves the parts open. */
  const SKETCH = lean(`${theorem.statement} := by\n  refine And.intro ?_ ?_\n  · sorry\n  · sorry`)

  test.each(['rollouts', 'best-first'])('%s of steps go on from where a whole proof came to', async (kind) => {
    const writer = await modelThatSays(() => SKETCH)
    // It knows nothing but `omega`, which does not split a conjunction that it is not let see.
    const stepper = await modelThatSays(({ body }) =>
      turnsOf({ body } as Asked)
        .at(-1)
        ?.content.includes('∧')
        ? 'fail'
        : 'omega',
    )
    const specs = [whole(writer, ',repair=0'), `${stepper.url}#steps,template=chat,name=steps,search=${kind},n=1`]
    const { proved, tree } = await search(theorem, specs, 8)
    expect(proved?.member.name).toBe('steps')
    expect(proved?.proof.tactics).toEqual(['refine And.intro ?_ ?_', 'omega', 'omega'])
    expect(authorsOf(tree, proved?.proof.tactics ?? [])).toEqual([0, 1, 1])
  })

  test('a run records it, a replay does it again without a server, and the report says who took which step', async () => {
    const writer = await modelThatSays(() => SKETCH)
    const stepper = await modelThatSays(({ body }) =>
      turnsOf({ body } as Asked)
        .at(-1)
        ?.content.includes('∧')
        ? 'fail'
        : 'omega',
    )
    const configs = parseMembers([whole(writer, ',repair=1'), `${stepper.url}#steps,template=chat,name=steps,n=1`])
    if ('problem' in configs) throw new Error(configs.problem)
    const members = await openMembers(configs, async () => premisesFrom(engine))
    const plan = { ...PLAN, mode: 'first-proof', theorems: [theorem, FALSE], members } as const
    const database = openResults(':memory:')
    const journal = beginRun(database, plan, provenance)
    const world = engineWorld(engine, DEFAULT_LIMITS)
    const positions = [0, 1]
    expect(await schedule({ plan, members, world, journal, positions, workers: 1 })).toEqual({ kind: 'complete' })
    await closeMembers(members)

    const [run] = listRuns(database)
    if (run === undefined) throw new Error('no run')
    const results = readRun(database, run)
    expect(results.theorems.map(({ proof }) => proof !== undefined)).toEqual([true, false])
    expect(results.contributions).toEqual([
      {
        theorem: 'both',
        steps: [
          { tactic: 'refine And.intro ?_ ?_', member: 'whole' },
          { tactic: 'omega', member: 'steps' },
          { tactic: 'omega', member: 'steps' },
        ],
      },
    ])
    const tables = evaluationTables(summarise(results))
    expect(tables.find(({ title }) => title.startsWith('Proofs of several members'))?.rows).toEqual([
      ['both 1: refine And.intro ?_ ?_', 'whole'],
      ['both 2: omega', 'steps'],
      ['both 3: omega', 'steps'],
    ])
    // Four passes, each with one repair, on both theorems: eight answers each.
    expect(writer.asked.length).toBe(16)
    expect(results.spending.samples).toBeGreaterThan(16)

    const again = new RunJournal(database, run.id, '')
    for (const position of positions) {
      const recorded = again.recorded(position)
      if (recorded.tree === undefined) throw new Error('no tree')
      const opened = recordedTheorem(recorded.tree, recorded.proofs, recorded.refusals)
      const { differences, cut } = await replayTheorem(plan, position, recorded, opened, new AbortController().signal)
      expect({ differences, cut }).toEqual({ differences: [], cut: 0 })
    }
    database.close()
  })

  test('where each member is measured alone, nobody goes on from what another wrote', async () => {
    const writer = await modelThatSays(() => SKETCH)
    const stepper = await modelThatSays(() => 'omega')
    const configs = parseMembers([whole(writer, ',repair=0'), `${stepper.url}#steps,template=chat,name=steps,n=1`])
    if ('problem' in configs) throw new Error(configs.problem)
    const members = await openMembers(configs, async () => premisesFrom(engine))
    const plan = {
      ...PLAN,
      mode: 'union',
      theorems: [{ ...theorem, statement: `${theorem.statement} ∧ ∃ x, x > b` }],
      members,
    } as const
    const database = openResults(':memory:')
    const journal = beginRun(database, plan, provenance)
    const world = engineWorld(engine, DEFAULT_LIMITS)
    await schedule({
      plan,
      members,
      world,
      journal,
      positions: [0],
      workers: 1,
    })
    await closeMembers(members)
    expect(database.prepare('SELECT tactics FROM passes WHERE member_id = 2').pluck().all()).toEqual(
      Array.from({ length: 4 }, () => '["omega"]'),
    )
    database.close()
  })
})

describe('members that cannot be', () => {
  test.each([
    ['baseline,kind=whole', '`baseline` proposes steps'],
    ['http://127.0.0.1:1/v1#m,kind=whole,template=chat', 'template `chat` asks for steps'],
    ['http://127.0.0.1:1/v1#m,kind=step,search=rollouts,template=kimina', 'template `kimina` asks for whole proofs'],
  ])('%s: %s', async (spec, message) => {
    const configs = parseMembers([spec])
    if ('problem' in configs) throw new Error(configs.problem)
    await expect(openMembers(configs, async () => premisesFrom(engine))).rejects.toThrow(message)
  })

  test('a family that writes whole proofs is one without saying so', () => {
    const configs = parseMembers([
      'http://h/v1#m,template=kimina',
      'http://h/v1#m,template=bfs-prover,search=best-first',
    ])
    expect(configs).toMatchObject([
      { search: { kind: 'whole', settings: { repair: 2 } }, temperature: 0.6 },
      { search: { kind: 'best-first' }, temperature: 1.1 },
    ])
    expect(parseMembers(['http://h/v1#m,kind=both'])).toMatchObject({
      problem: expect.stringContaining('kind must be'),
    })
  })
})
