import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Engine, ProofSession, TacticLimits } from '../../../src/lean/engine.ts'
import { LspEngine } from '../../../src/lean/native/engine.ts'
import { importLines } from '../../../src/lean/native/imports.ts'
import { alive } from '../alive.ts'
import { wasmPeer } from '../wasm-worker/peer.ts'
import { embedded, ended, lsp } from './engines.ts'

const LIMITS: TacticLimits = { heartbeats: 20_000, wallClockMs: 60_000 }
const ADD_COMM = { name: 't', header: '', statement: 'theorem t (a b : Nat) (h : a ≤ b) : a + b = b + a' }
const HANG = 'have : (List.range 10000000).length = 10000000 := by decide +kernel'

async function begin(engine: Engine, theorem = ADD_COMM, limits = LIMITS): Promise<ProofSession> {
  const started = await engine.start(theorem, limits)
  if (started.kind !== 'started') throw new Error(started.diagnostics[0]?.text)
  return started.session
}

describe('both engines', () => {
  // First, since each set of imports has processes of its own: most tests behind the next one have the same.
  test('headers hold: imports, open, notations and options', async () => {
    const theorem = {
      name: 't',
      header: 'import Std\nopen Nat\nnotation "ℕ" => Nat\nset_option autoImplicit false',
      statement: 'theorem t (n : ℕ) : succ n = n + 1',
    }
    for (const engine of [embedded, lsp]) {
      const session = await begin(engine, theorem)
      expect(session.root.goals[0]?.text).toBe('n : ℕ\n⊢ n.succ = n + 1')
      expect(await session.runTactics(session.root, ['exact succ_eq_add_one n'])).toEqual([{ kind: 'finished' }])
      await session.close()
    }
  })

  test.each([
    ['a missing import', { ...ADD_COMM, header: 'import Nowhere' }],
    ['an unknown option', { ...ADD_COMM, header: 'set_option no.such true' }],
    ['an unknown name', { ...ADD_COMM, statement: 'theorem t (a : Nat) : Foo.bar a = 1' }],
    ['a parse error', { ...ADD_COMM, statement: 'theorem t (a : Nat)) : a = a' }],
    [
      'a place behind letters that UTF-16 writes with two units',
      { ...ADD_COMM, statement: 'theorem t (𝒜 𝒷 : Nat) : 𝒜 = foo.bar' },
    ],
    ['two theorems', { ...ADD_COMM, statement: 'theorem u : True := trivial\ntheorem t : True' }],
  ])('reject %s, at the same place', async (what, theorem) => {
    const [one, other] = [await embedded.start(theorem), await lsp.start(theorem)]
    if (one.kind !== 'rejected' || other.kind !== 'rejected') throw new Error(`${one.kind}, ${other.kind}`)
    expect(other.where).toBe(one.where)
    // A process that has its imports is kept, whatever else is wrong.
    expect(lsp.pids).toHaveLength(what === 'a missing import' ? 0 : 1)
    // What the two say of a second theorem, or of imports, is worded and placed by each in its own way.
    if (/two|import/.test(what)) return
    const place = (d: (typeof one.diagnostics)[number] | undefined) => [d?.severity, d?.line, d?.column]
    expect(place(other.diagnostics[0])).toEqual(place(one.diagnostics[0]))
  })

  test('heartbeats end a tactic, and the others of the batch are as if it were not there', async () => {
    for (const engine of [embedded, lsp]) {
      const session = await begin(engine, ADD_COMM, { ...LIMITS, heartbeats: 60 })
      const results = await session.runTactics(session.root, ['skip', 'grind', 'exact Nat.add_comm a b', 'exact foo'])
      expect(results.map((r) => (r.kind === 'timeout' ? r.limit : r.kind))).toEqual([
        'open',
        'heartbeats',
        'finished',
        'error',
      ])
      await session.close()
    }
  })

  test('a tactic that leaves its place is an error, and nobody else’s', async () => {
    const escapes = [
      'omega\n\ntheorem u : True := trivial',
      'omega\nend',
      'skip) (skip',
      'exact "',
      '/-',
      'have : True := by',
      'omega\n#eval 1',
      'omega\naxiom bad : False',
    ]
    const tactics = escapes.flatMap((text) => [text, 'exact Nat.add_comm a b'])
    for (const engine of [embedded, lsp]) {
      const session = await begin(engine)
      const results = await session.runTactics(session.root, tactics)
      expect(results.map(({ kind }) => kind)).toEqual(escapes.flatMap(() => ['error', 'finished']))
      await session.close()
    }
  })
})

describe('over LSP', () => {
  test('what hangs is charged to that tactic alone: a timeout is never "no errors"', async () => {
    // So that the limit below is one of the tactic, not of a process that has just begun.
    const warm = await begin(lsp)
    await warm.runTactics(warm.root, ['omega', 'skip'])
    const session = await begin(lsp, ADD_COMM, { ...LIMITS, wallClockMs: 5_000 })
    const before = ended.length
    const results = await session.runTactics(session.root, [
      'skip',
      'omega',
      'exact foo',
      'symm',
      HANG,
      'skip',
      'omega',
    ])
    const kinds = ['open', 'finished', 'error', 'open', 'timeout', 'open', 'finished']
    expect(results.map(({ kind }) => kind)).toEqual(kinds)
    expect(results[4]).toEqual({ kind: 'timeout', limit: 'wallClock' })
    // One for the batch, and one that tells which tactic it was; one that listens to Lean's interrupt may live on.
    expect(ended.length - before).toBeLessThanOrEqual(2)
  })

  test('a tactic whose process dies twice is a crash, and the search goes on', async () => {
    const session = await begin(lsp, ADD_COMM, { ...LIMITS, wallClockMs: 240_000 })
    const killer = setInterval(() => {
      for (const pid of lsp.pids) process.kill(pid, 'SIGKILL')
    }, 1000)
    const results = await session.runTactics(session.root, [HANG]).finally(() => clearInterval(killer))
    expect(results).toMatchObject([{ kind: 'crash', message: expect.stringContaining('SIGKILL') }])
    expect(await session.runTactics(session.root, ['omega'])).toEqual([{ kind: 'finished' }])
  })

  test('a process that is killed from outside is replaced', async () => {
    const session = await begin(lsp)
    const [before] = lsp.pids
    process.kill(before as number, 'SIGKILL')
    expect(await session.runTactics(session.root, ['omega'])).toEqual([{ kind: 'finished' }])
    expect(lsp.pids[0]).not.toBe(before)
  })

  test('an abort gives up the running version, and what was waiting', async () => {
    const session = await begin(lsp, ADD_COMM, { ...LIMITS, wallClockMs: 120_000 })
    const abort = new AbortController()
    const running = session.runTactics(session.root, [HANG], abort.signal)
    const waiting = session.runTactics(session.root, ['omega'], abort.signal)
    const settled = Promise.allSettled([running, waiting])
    await sleep(500)
    abort.abort(new Error('enough'))
    const outcomes = await settled
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason.message : one.value))).toEqual([
      'enough',
      'enough',
    ])
    expect(await session.runTactics(session.root, ['omega'])).toEqual([{ kind: 'finished' }])
  })

  test('a process over the ceiling is ended', async () => {
    const small = new LspEngine(await wasmPeer(), { processes: 1, memoryCeilingBytes: 50e6 })
    await expect(begin(small)).rejects.toThrow(/reached \d+ MB/)
    await small.dispose()
  })

  // The last of this engine.
  test('no process is left when the engine is closed', async () => {
    await begin(lsp)
    const { pids } = lsp
    expect(pids.filter(alive)).toHaveLength(1)
    await lsp.dispose()
    expect(pids.filter(alive)).toEqual([])
  })
})

test('imports are told from the rest of a header', () => {
  expect(importLines('/- about -/ import Mathlib.Tactic -- all\nimport Std\nopen Nat')).toBe(
    'import Mathlib.Tactic import Std',
  )
  expect(importLines('open Nat')).toBe('')
  expect(importLines('')).toBe('')
})
