import { beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedEngine } from '../../../src/lean/embedded/engine.ts'
import { sharedEngine } from '../shared-engine.ts'
import { type Case, judge } from './cases.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n')

/** Honest proofs that are long, wide or deep: each is verified, or refused with the limit that it meets. */
const DEEP: readonly Case[] = [
  {
    what: '300 haves',
    statement: 'theorem t (a : Nat) : a + 300 > a',
    source: `theorem t (a : Nat) : a + 300 > a := by\n${lines(300, (i) => `  have h${i} : a + ${i} ≥ a := Nat.le_add_right a ${i}`)}\n  omega\n`,
  },
  {
    what: '1,000 haves',
    statement: 'theorem t (a : Nat) : a + 1000 > a',
    source: `set_option maxRecDepth 100000\nset_option maxHeartbeats 0\ntheorem t (a : Nat) : a + 1000 > a := by\n${lines(1000, (i) => `  have h${i} : a + ${i} ≥ a := Nat.le_add_right a ${i}`)}\n  exact Nat.lt_of_lt_of_le (Nat.lt_succ_self a) (Nat.add_le_add_left (by decide : 1 ≤ 1000) a)\n`,
  },
  {
    what: 'a list of 1,000 in the kernel',
    statement: 'theorem t : (List.range 1000).foldl (· + ·) 0 = 499500',
    source: 'theorem t : (List.range 1000).foldl (· + ·) 0 = 499500 := by decide +kernel\n',
  },
  {
    what: 'a list of 3,000 in the kernel',
    statement: 'theorem t : ∀ x ∈ List.range 3000, x < 3000',
    source: 'theorem t : ∀ x ∈ List.range 3000, x < 3000 := by decide +kernel\n',
  },
  {
    what: 'recursion of 10,000',
    statement: 'theorem t : Nat.rec (motive := fun _ => Nat) 0 (fun _ ih => ih.succ) 10000 = 10000',
    source: 'theorem t : Nat.rec (motive := fun _ => Nat) 0 (fun _ ih => ih.succ) 10000 = 10000 := by decide +kernel\n',
  },
  {
    what: 'recursion of 700',
    statement: 'theorem t : Nat.rec (motive := fun _ => Nat) 0 (fun _ ih => ih.succ) 700 = 700',
    source: 'theorem t : Nat.rec (motive := fun _ => Nat) 0 (fun _ ih => ih.succ) 700 = 700 := by decide +kernel\n',
  },
  {
    what: '500 lemmas',
    statement: 'theorem t (a : Nat) : a + 0 = a',
    source: `theorem h0 (a : Nat) : a + 0 = a := rfl\n${lines(500, (i) => `theorem h${i + 1} (a : Nat) : a + 0 = a := h${i} a`)}\ntheorem t (a : Nat) : a + 0 = a := h500 a\n`,
  },
  {
    what: 'a number of 3,000 digits',
    statement: `theorem t : ${'7'.repeat(3000)} % 2 = 1`,
    source: `theorem t : ${'7'.repeat(3000)} % 2 = 1 := by decide\n`,
  },
  {
    what: 'a power of 60,000 bits',
    statement: 'theorem t : 2 ^ 60000 % 7 = 1',
    source: 'set_option exponentiation.threshold 100000\ntheorem t : 2 ^ 60000 % 7 = 1 := by decide +kernel\n',
  },
  {
    what: 'a string of 20,000 letters',
    statement: `theorem t : "${'a'.repeat(20_000)}" = "${'a'.repeat(20_000)}"`,
    source: `theorem t : "${'a'.repeat(20_000)}" = "${'a'.repeat(20_000)}" := rfl\n`,
  },
  {
    what: '200 variables',
    statement: `theorem t ${lines(200, (i) => `(a${i} : Nat)`).replaceAll('\n', ' ')} : a0 + a199 = a199 + a0`,
    source: `theorem t ${lines(200, (i) => `(a${i} : Nat)`).replaceAll('\n', ' ')} : a0 + a199 = a199 + a0 := Nat.add_comm _ _\n`,
  },
  {
    what: '200 implications',
    statement: `theorem t (p : Prop) : ${'p → '.repeat(200)}p`,
    source: `theorem t (p : Prop) : ${'p → '.repeat(200)}p := by intros; assumption\n`,
  },
  {
    what: 'a conjunction of 200',
    statement: `theorem t : ${'True ∧ '.repeat(200)}True`,
    source: `theorem t : ${'True ∧ '.repeat(200)}True := by repeat (first | exact trivial | constructor)\n`,
  },
  {
    what: 'a term of 400 successors',
    statement: `theorem t : ${'Nat.succ ('.repeat(400)}0${')'.repeat(400)} = 400`,
    source: `set_option maxRecDepth 100000\ntheorem t : ${'Nat.succ ('.repeat(400)}0${')'.repeat(400)} = 400 := by decide +kernel\n`,
  },
  {
    what: 'a type of 300 constructors',
    statement: 'theorem t : 1 = 1',
    source: `inductive Many where\n${lines(300, (i) => `  | c${i}`)}\ntheorem helper : ∃ m : Many, m = .c7 := ⟨.c7, rfl⟩\ntheorem t : 1 = 1 := by have := helper; rfl\n`,
  },
]

/** What a limit is called where one is met; the README lists them. */
const LIMIT = /limit|too deep|levels deep|too large|stack|memory|maximum recursion|heartbeats|more than/

describe('depth', () => {
  test.each(DEEP)('$what', async (c) => {
    const answer = await judge(engine, c)
    if (answer !== 'verified') expect(answer).toMatch(LIMIT)
    // Nothing that was written over may be believed afterwards.
    const next = { what: 'next', statement: 'theorem t : 2 + 2 = 5', source: 'theorem t : 2 + 2 = 4 := rfl\n' }
    expect(await judge(engine, next)).toMatch(/^rejected: /)
    const honest = { what: 'honest', statement: 'theorem t : 2 + 2 = 4', source: 'theorem t : 2 + 2 = 4 := rfl\n' }
    expect(await judge(engine, honest)).toBe('verified')
  })
})
