import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { FileTrace, TraceEvent } from '../../../src/lean/tracing/file-trace.ts'
import type { TracedTheorem } from '../../../src/proof/traced-proof.ts'
import { embedded, lsp } from './engines.ts'

/** What the two tracers are known to do differently, and why. Each must really occur. */
const KNOWN = {
  'A.B.even_zero': 'the embedded Lean takes a `mutual` block for one command, which has no name',
  'A.B.odd_one': 'likewise',
  '': 'likewise',
} as const

async function both(name: string): Promise<{ embedded: FileTrace; native: FileTrace; source: string }> {
  const source = await readFile(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')
  return {
    embedded: await embedded.tracer().traceFile(name, source),
    native: await lsp.tracer().traceFile(name, source),
    source,
  }
}

/** A theorem without what Lean's language server does not tell as fully. */
function comparable({ steps, ...theorem }: TracedTheorem) {
  return { ...theorem, steps: steps.map(({ premises: _, constants: __, ...step }) => step) }
}

function premisesOf({ theorems }: FileTrace): string[][] {
  return theorems.flatMap(({ steps }) => steps.map(({ premises }) => [...premises]))
}

/** Theorems without steps that only one of two traces has, or has for another reason. */
function onlyIn(one: FileTrace, other: FileTrace): string[] {
  const text = ({ untraced }: FileTrace) => untraced.map(({ name, kind, line }) => JSON.stringify([name, kind, line]))
  return text(one).filter((entry) => !text(other).includes(entry))
}

describe('the steps of a file are those of the embedded Lean', () => {
  test.each(['traced.lean', 'layout.lean'])('%s', async (name) => {
    const { embedded: expected, native } = await both(name)
    expect(native.theorems.map(comparable)).toEqual(expected.theorems.map(comparable))
    const differ = [...onlyIn(native, expected), ...onlyIn(expected, native)]
    const names = differ.map((entry) => JSON.parse(entry)[0] as string)
    expect(names.sort()).toEqual(name === 'layout.lean' ? Object.keys(KNOWN).sort() : [])
    expect(native.compared).toBeGreaterThan(30)
    expect(native.disagreed).toBe(0)
    expect(native.theorems[0]?.steps[0]?.constants).not.toEqual([])
    const [own, all] = [native, expected].map(premisesOf) as [string[][], string[][]]
    // What a tactic names is in its terms here: no `simp` is given a theorem that it does not use.
    for (const [i, premises] of own.entries()) expect(all[i]).toEqual(expect.arrayContaining(premises))
    const named = name === 'layout.lean' ? ['Nat.le_add_right'] : ['Inner.double_eq', 'Inner.length_twice']
    expect(own).toContainEqual(named)
  })
})

describe('what goes wrong', () => {
  test('a theorem that never ends is passed over, and what follows may use it', async () => {
    const text = [
      'theorem before (n : Nat) : n = n := by rfl',
      'set_option maxRecDepth 1000 in',
      'theorem deadly : (List.range 10000000).length = 10000000 := by decide +kernel',
      'theorem after : (List.range 10000000).length = 10000000 := by exact deadly',
    ].join('\n')
    const events: TraceEvent[] = []
    const found = await lsp.tracer(undefined, 8_000).traceFile('deadly.lean', text, (event) => events.push(event))
    expect(found.theorems.map(({ name }) => name)).toEqual(['before', 'after'])
    expect(found.untraced).toMatchObject([{ name: 'deadly', kind: 'error', line: 2 }])
    expect(events.map((event) => event.kind)).toEqual(['untraced', 'restarted', 'traced', 'traced'])
  })

  test('a process that is killed from outside is replaced, and the theorem is not charged', async () => {
    const text = 'theorem a : 1 = 1 := by rfl\n\ntheorem b : 2 = 2 := by rfl\n'
    const killed = new Set<number>()
    const found = await lsp.tracer().traceFile('killed.lean', text, ({ kind }) => {
      const [pid] = lsp.pids
      if (kind !== 'traced' || pid === undefined || killed.size > 0) return
      killed.add(pid)
      process.kill(pid, 'SIGKILL')
    })
    expect(killed.size).toBe(1)
    expect(found.theorems.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('imports that fail are rejected', async () => {
    await expect(
      lsp.tracer().traceFile('x.lean', 'import Mathlib\ntheorem t : True := by trivial\n'),
    ).rejects.toMatchObject({ name: 'RejectedInput', where: 'header' })
  })
})
