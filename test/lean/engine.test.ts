import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import type { ProofSession, TacticLimits } from '../../src/lean/engine.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'

const LIMITS: TacticLimits = { heartbeats: 20_000, wallClockMs: 6_000 }
const ADD_COMM = { name: 't', header: '', statement: 'theorem t (a b : Nat) (h : a ≤ b) : a + b = b + a' }

let engine: EmbeddedEngine
const ended: string[] = []
beforeAll(async () => {
  engine = await EmbeddedEngine.create({
    processes: 1,
    verifies: false,
    onEvent: (event) => {
      if (event.kind === 'ended') ended.push(event.reason)
    },
  })
})
afterAll(() => engine?.dispose())

async function session(theorem = ADD_COMM, limits = LIMITS): Promise<ProofSession> {
  const started = await engine.start(theorem, limits)
  if (started.kind !== 'started') throw new Error(started.diagnostics[0]?.text)
  return started.session
}

async function step(on: ProofSession, state: ProofState, tactic: string): Promise<ProofState> {
  const [result] = await on.runTactics(state, [tactic])
  if (result?.kind !== 'open') throw new Error(`${tactic}: ${JSON.stringify(result)}`)
  return result.state
}

describe('starting a theorem', () => {
  test('the first state is the statement', async () => {
    const s = await session()
    expect(s.root.goals).toEqual([
      {
        text: 'a b : Nat\nh : a ≤ b\n⊢ a + b = b + a',
        constants: ['Eq', 'HAdd.hAdd', 'LE.le', 'Nat', 'instAddNat', 'instHAdd', 'instLENat'],
      },
    ])
    expect(s.root.path).toEqual([])
    await s.close()
  })

  test('a bad statement or header is rejected with the message and place of Lean', async () => {
    const statement = await engine.start({ name: 't', header: '', statement: 'theorem t (a : Nat) : Foo.bar a = 1' })
    expect(statement).toMatchObject({ kind: 'rejected', where: 'statement' })
    const parse = await engine.start({ name: 't', header: '', statement: 'theorem t (a : Nat)) : a = a' })
    expect(parse).toMatchObject({ kind: 'rejected', diagnostics: [{ line: 1, column: 21 - 2 }] })
    const header = await engine.start({ ...ADD_COMM, header: 'open Foo' })
    expect(header).toMatchObject({ kind: 'rejected', where: 'header', diagnostics: [{ severity: 'error' }] })
    const missing = await engine.start({ ...ADD_COMM, header: 'import Mathlib' })
    expect(missing).toMatchObject({ kind: 'rejected', where: 'header' })
    const two = await engine.start({
      name: 't',
      header: '',
      statement: 'theorem u : True := trivial\ntheorem t : True',
    })
    expect(two.kind).toBe('rejected')
  })

  test('headers hold: imports, open, notations and options', async () => {
    const s = await session({
      name: 't',
      header: 'import Std\nopen Nat\nnotation "ℕ" => Nat\nset_option autoImplicit false',
      statement: 'theorem t (n : ℕ) : succ n = n + 1',
    })
    expect(s.root.goals[0]?.text).toBe('n : ℕ\n⊢ n.succ = n + 1')
    expect(
      await s.runTactics(s.root, ['exact succ_eq_add_one n', 'exact (rfl : n = n) ▸ (rfl : succ n = n + 1)']),
    ).toMatchObject([{ kind: 'finished' }, { kind: 'finished' }])
    const auto = await engine.start({
      name: 't',
      header: 'set_option autoImplicit false',
      statement: 'theorem t (h : p) : p',
    })
    expect(auto.kind).toBe('rejected')
    await s.close()
  })
})

describe('branching', () => {
  test('running a tactic never changes a state', async () => {
    const s = await session()
    const tactics = ['omega', 'cases a', 'rw [Nat.add_comm]', 'foo', 'apply Nat.le_antisymm', 'exact sorry']
    const first = await s.runTactics(s.root, tactics)
    const split = await step(s, s.root, 'apply Nat.le_antisymm')
    const below = await step(s, split, 'omega')
    expect(await s.runTactics(below, ['omega'])).toEqual([{ kind: 'finished' }])
    expect(await s.runTactics(split, ['omega'])).toMatchObject([{ kind: 'open', state: { key: below.key } }])
    expect(await s.runTactics(s.root, tactics)).toEqual(first)
    await s.close()
  })

  test('equal states have equal keys, different ones different keys', async () => {
    const s = await session({ name: 't', header: '', statement: 'theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q' })
    const split = await step(s, s.root, 'constructor')
    const apply = await step(s, s.root, 'refine ⟨?left, ?right⟩')
    expect(split.key).toBe(apply.key)
    const named = await step(s, s.root, 'refine ⟨?l, ?r⟩')
    expect(named.key).not.toBe(split.key)
    const copy = await step(s, s.root, 'have h := hp')
    const other = await step(s, s.root, 'have h : p := hp')
    expect(copy.key).toBe(other.key)
    expect((await step(s, s.root, 'have h := hq')).key).not.toBe(copy.key)
    await s.close()
  })

  test('nameless metavariables do not tell equal states apart, whatever Lean made before them', async () => {
    const s = await session({
      name: 't',
      header: '',
      statement: 'theorem t (a b c : Nat) (h : a = b) (k : b = c) : a = c',
    })
    const direct = await step(s, s.root, 'apply Eq.trans')
    const detour = await step(
      s,
      await step(s, s.root, 'have : True := (fun _ => trivial) (1 + 1 + 1)\nclear this'),
      'apply Eq.trans',
    )
    expect(direct.goals.map((goal) => goal.text).join()).toContain('?b')
    expect(detour.key).toBe(direct.key)
    const hidden = 'refine Eq.trans (b := _) ?h1 ?h2\nrotate_left'
    const one = await s.runTactics(s.root, [hidden])
    const two = await s.runTactics(await step(s, s.root, 'have : True := (fun _ => trivial) (1 + 1 + 1)\nclear this'), [
      hidden,
    ])
    expect(two.map((r) => (r.kind === 'open' ? r.state.key : r.kind))).toEqual(
      one.map((r) => (r.kind === 'open' ? r.state.key : r.kind)),
    )
    await s.close()
  })

  test('a goal that looks the same but hides another instance has another key', async () => {
    const s = await session({ name: 't', header: '', statement: 'theorem t (i : Add Nat) (a : Nat) : True' })
    const given = await step(
      s,
      s.root,
      'have h : @HAdd.hAdd Nat Nat Nat (@instHAdd Nat i) a a = a + a := rfl\nclear h\nsuffices @HAdd.hAdd Nat Nat Nat (@instHAdd Nat i) a a = a by trivial',
    )
    const usual = await step(s, s.root, 'suffices @HAdd.hAdd Nat Nat Nat (@instHAdd Nat instAddNat) a a = a by trivial')
    expect(given.key).not.toBe(usual.key)
    await s.close()
  })

  test('a released state can still be used: it is rebuilt', async () => {
    const s = await session()
    const split = await step(s, s.root, 'apply Nat.le_antisymm')
    const below = await step(s, split, 'omega')
    s.release(split)
    s.release(below)
    expect(await s.runTactics(below, ['omega'])).toEqual([{ kind: 'finished' }])
    // `skip` gives the first state again: releasing that must not lose the first state.
    s.release(await step(s, s.root, 'skip'))
    expect(await s.runTactics(s.root, ['omega'])).toEqual([{ kind: 'finished' }])
    await s.close()
  })

  test('the heap does not grow with tactics run on released states', async () => {
    const s = await session()
    const round = async (tactics: readonly string[], rounds: number): Promise<number> => {
      for (let i = 0; i < rounds; i++) {
        for (const result of await s.runTactics(s.root, tactics)) if (result.kind === 'open') s.release(result.state)
      }
      return engine.pool.withWorker(async (worker) => (await worker.process.request('memory', {}, 10_000)).heapBytes)
    }
    const mix = [
      'intro x',
      'exact foo',
      'cases a',
      'constructor',
      'apply Nat.le_antisymm',
      'exact Nat.add_comm a b',
      'have hh := h',
      'rw [Nat.add_comm]',
    ]
    await round(mix, 50)
    const before = await round(mix, 20)
    const after = await round(mix, 200)
    expect(after / before).toBeLessThan(1.05)
    await s.close()
  })
})

describe('limits', () => {
  test('the short limit ends what takes long, and says that more could be tried', async () => {
    const s = await session(ADD_COMM, { heartbeats: 400_000, wallClockMs: 300_000 })
    const long = Array.from({ length: 150 }, () => 'have h : a + b = b + a := by omega\nclear h').join('\n')
    const cheap = 'skip'
    const short = await s.runTactics(s.root, [cheap, long, cheap], undefined, { short: true })
    expect(short.map((result) => ('limit' in result ? result.limit : result.kind))).toEqual(['open', 'short', 'open'])
    expect(await s.runTactics(s.root, [long])).toMatchObject([{ kind: 'open' }])
    // Where the whole limit is no longer, nothing is left to be tried.
    const small = await session(ADD_COMM, { ...LIMITS, heartbeats: 10 })
    expect(await small.runTactics(small.root, ['grind'], undefined, { short: true })).toEqual([
      { kind: 'timeout', limit: 'heartbeats' },
    ])
    await s.close()
    await small.close()
  })

  test('nothing is run behind a tactic that finishes where that is enough', async () => {
    const s = await session(ADD_COMM, LIMITS)
    const tactics = ['skip', 'exact Nat.add_comm a b', 'omega', 'skip']
    const kinds = async (untilFinished: boolean) =>
      (await s.runTactics(s.root, tactics, undefined, { untilFinished })).map(({ kind }) => kind)
    expect(await kinds(true)).toEqual(['open', 'finished'])
    expect(await kinds(false)).toEqual(['open', 'finished', 'finished', 'open'])
    await s.close()
  })

  test('heartbeats end a tactic, the same way each time, and the next counts from zero', async () => {
    const s = await session(ADD_COMM, { ...LIMITS, heartbeats: 10 })
    const heavy = 'grind'
    const results = await s.runTactics(s.root, [heavy, heavy, 'exact Nat.add_comm a b'])
    expect(results).toEqual([
      { kind: 'timeout', limit: 'heartbeats' },
      { kind: 'timeout', limit: 'heartbeats' },
      { kind: 'finished' },
    ])
    await s.close()
  })

  test('what hangs, overflows the stack or dies is charged to that tactic alone, and the search goes on where it was', async () => {
    const s = await session()
    const split = await step(s, s.root, 'apply Nat.le_antisymm')
    const hang = 'have : (List.range 10000000).length = 10000000 := by decide +kernel'
    const overflow = `have : ${'¬ '.repeat(100_000)}True := by trivial`
    const nested = `have : True := by exact ${'('.repeat(20_000)}1${')'.repeat(20_000)}`
    const results = await s.runTactics(split, ['omega', hang, 'omega', overflow, 'foo', nested, 'all_goals omega'])
    // Whether a deep term ends the process depends on the stack that the system grants.
    const [first, , third, deep, wrong, nestedDeep, last] = results.map((result) => result.kind)
    expect([first, third, wrong, last]).toEqual(['open', 'open', 'error', 'finished'])
    for (const kind of [deep, nestedDeep]) expect(['crash', 'error', 'timeout']).toContain(kind)
    expect(results[1]).toEqual({ kind: 'timeout', limit: 'wallClock' })
    await s.close()
  })

  test('a panic (an exponent that is too big) and an exhausted memory are crashes or errors of that tactic alone', async () => {
    const s = await session({
      name: 't',
      header: '',
      statement: 'theorem t (k : Nat) (h : k = 2 ^ 40) : 2 ^ k % 10 = 6',
    })
    const panic = 'subst h; simp only [Nat.reducePow]; have : 2 ^ (2 ^ 40) % 10 = 6 := by decide +kernel'
    const memory = 'have : (Nat.repeat (fun l => l ++ l) 40 [1]).length = 2 := by decide +kernel'
    const results = await s.runTactics(s.root, [panic, memory, 'skip'])
    expect(results[2]?.kind).toBe('open')
    for (const result of results.slice(0, 2)) expect(['error', 'timeout', 'crash']).toContain(result.kind)
    await s.close()
  })

  test('a process that is killed from outside is replaced', async () => {
    const s = await session()
    const split = await step(s, s.root, 'apply Nat.le_antisymm')
    const killed = [...engine.pool.workers].map((worker) => worker.process)
    for (const { pid } of killed) process.kill(pid, 'SIGKILL')
    // A machine at work tells of an end late.
    while (killed.some((lean) => lean.death() === undefined)) await sleep(20)
    expect(await s.runTactics(split, ['all_goals omega'])).toEqual([{ kind: 'finished' }])
    await s.close()
  })

  test('an abort ends a running tactic and keeps the results before it', async () => {
    const s = await session(ADD_COMM, { ...LIMITS, wallClockMs: 60_000 })
    const hang = 'have : (List.range 10000000).length = 10000000 := by decide +kernel'
    const abort = new AbortController()
    const running = s.runTactics(s.root, ['omega', hang, 'omega'], abort.signal)
    await sleep(1500)
    abort.abort(new Error('enough'))
    expect(await running).toEqual([{ kind: 'finished' }])
    await expect(s.runTactics(s.root, ['omega'], abort.signal)).rejects.toThrow('enough')
    await s.close()
  })

  test('a process whose heap has passed the ceiling is replaced when it is idle', async () => {
    const small = await EmbeddedEngine.create({ processes: 1, verifies: false, memoryCeilingBytes: 1 })
    try {
      const started = await small.start(ADD_COMM)
      if (started.kind !== 'started') throw new Error('not started')
      const [first] = small.pool.workers
      expect(await started.session.runTactics(started.session.root, ['omega'])).toEqual([{ kind: 'finished' }])
      expect(await started.session.runTactics(started.session.root, ['omega'])).toEqual([{ kind: 'finished' }])
      expect(small.pool.workers.has(first as never)).toBe(false)
    } finally {
      await small.dispose()
    }
  })
})

test('workers are lent in the order of asking', async () => {
  const order: number[] = []
  await Promise.all(
    [0, 1, 2, 3, 4].map((n) =>
      engine.pool.withWorker(async () => {
        order.push(n)
        await sleep(5)
      }),
    ),
  )
  expect(order).toEqual([0, 1, 2, 3, 4])
})
