import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { isLeanDojo, readLeanDojo } from '../../src/dataset/leandojo.ts'
import { readStepFile } from '../../src/dataset/step-file.ts'
import { TRACE_FORMATS, type TraceFormatName } from '../../src/dataset/traced-file.ts'
import { LeanTracer } from '../../src/lean/embedded/trace.ts'
import type { FileTrace, TraceEvent } from '../../src/lean/tracing/file-trace.ts'
import type { TracedTheorem } from '../../src/proof/traced-proof.ts'
import { sharedEngine } from './shared-engine.ts'

const FIXTURE = fileURLToPath(new URL('../fixtures/traced.lean', import.meta.url))

let tracer: LeanTracer
let source: string
let traced: FileTrace
beforeAll(async () => {
  const { pool } = await sharedEngine()
  tracer = new LeanTracer(pool)
  source = await readFile(FIXTURE, 'utf8')
  traced = await tracer.traceFile('traced.lean', source)
})

function theorem(name: string): TracedTheorem {
  const found = traced.theorems.find((one) => one.name === name)
  if (found === undefined) throw new Error(`${name} is not traced`)
  return found
}
const tactics = (name: string): string[] => theorem(name).steps.map((step) => step.tactic)

describe('the steps of a file', () => {
  test('what has no steps is counted with its reason, and everything else is traced', () => {
    expect(traced.untraced.map(({ name, kind }) => [name, kind])).toEqual([
      ['term_mode', 'term'],
      ['left_open', 'replay'],
      ['recursive', 'term'],
      ['wrong', 'error'],
      ['unknown_name', 'error'],
    ])
    expect(traced.untraced[1]?.reason).toContain('sorry')
    expect(traced.untraced[3]?.reason).toContain('unsolved goals')
    const declared = source.match(/^(@\[simp\] )?(theorem|example)\b/gm)?.length ?? 0
    expect(traced.theorems.length + traced.untraced.length).toBe(declared)
  })

  test('each state is the one the last step led to, and the last step ends the proof', () => {
    for (const { name, steps } of traced.theorems) {
      const next = steps.map((step) => step.next)
      expect([name, next]).toEqual([name, [...steps.slice(1).map((step) => step.state), null]])
    }
  })

  test('every proof replays from its recorded tactics, in a theorem that is opened in the usual way', async () => {
    const lines = source.split('\n')
    for (const { name, start, end, steps } of traced.theorems) {
      const text = lines.slice(start.line - 1, end.line).join('\n')
      const statement = text.slice(0, text.indexOf(':= by'))
      const header = lines.slice(0, start.line - 1).join('\n')
      const again = await tracer.traceProof(
        { name, header, statement },
        steps.map((step) => step.tactic),
      )
      const wanted = steps.map(({ state, tactic, next, premises, constants }) => ({
        state,
        tactic,
        next,
        premises,
        constants,
      }))
      expect([name, again]).toEqual([name, { kind: 'traced', steps: wanted }])
    }
  })

  test('the goals are those of Lean’s own run', () => {
    expect(traced.compared).toBeGreaterThan(60)
    expect(traced.disagreed).toBe(0)
  })

  test('structured tactics come apart as far as the small steps lead to the same goals', () => {
    expect(tactics('bullets')).toEqual(['constructor', 'exact hp', 'constructor', 'exact hq', 'assumption'])
    expect(tactics('with_induction')[0]).toBe('induction n with\n| zero => ?_\n| succ n ih => ?_')
    expect(tactics('with_have')[0]).toBe('refine have k : b < a := ?_; ?_')
    expect(tactics('named_cases')).toContain("case' inr hq => skip")
    expect(tactics('all_pairs')).toEqual(['cases a', ...['cases b', 'rfl', 'rfl'], ...['cases b', 'rfl', 'rfl']])
    expect(tactics('nested_by')).toEqual(['refine ⟨n, ?_, ?_⟩', 'rfl', 'subst h', 'decide'])
    expect(tactics('suffices_and_obtain')[0]).toBe('suffices k : q from ⟨k, ?_⟩')
    expect(tactics('not_flat')).toEqual(['constructor <;> try rw [h]', 'all_goals exact k'])
    expect(tactics('with_conv')).toHaveLength(1)
    expect(tactics('multi_line')).toEqual(['simp only [\n  Nat.add_comm b a,\n  h\n]', 'exact\n  k'])
  })

  test('names have their namespace, steps their place, and premises are theorems', () => {
    expect(theorem('Inner.length_twice').start).toEqual({ line: lineOf('@[simp] theorem'), column: 0 })
    const [symm, exact] = theorem('Inner.α_unicode').steps
    expect(symm).toMatchObject({ tactic: 'symm', line: lineOf('α_unicode'), column: 49, premises: ['Eq.symm'] })
    expect(exact).toMatchObject({ tactic: 'exact h', column: 55, premises: [], next: null })
    expect(theorem('Inner.uses_local').steps[0]?.premises).toEqual(
      expect.arrayContaining(['Inner.double_eq', 'Inner.length_twice']),
    )
    expect(traced.theorems.map(({ name }) => name)).toContain(`example_${lineOf('open Inner in')}`)
  })

  const lineOf = (text: string): number => source.slice(0, source.indexOf(text)).split('\n').length
})

describe('formats', () => {
  const written = (name: TraceFormatName): string => {
    const { begin, between, end, theorem: entry } = TRACE_FORMATS[name]
    return begin + traced.theorems.map(entry).join(between) + end
  }

  test('steps are read as a step file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hedge-trace-'))
    try {
      await writeFile(join(folder, 'steps.jsonl'), written('steps'))
      const { steps } = await readStepFile(join(folder, 'steps.jsonl'))
      expect(steps).toEqual(
        traced.theorems.flatMap(({ name, steps }) =>
          steps.map(({ state, tactic }, index) => ({ theorem: name, index, state, tactic })),
        ),
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('leandojo is read as a file of that benchmark', () => {
    expect(isLeanDojo(written('leandojo'))).toBe(true)
    const { theorems, problems } = readLeanDojo(written('leandojo'))
    expect(problems).toEqual([])
    expect(theorems.map(({ name, steps }) => [name, steps.length])).toEqual(
      traced.theorems.map(({ name, steps }) => [name, steps.length]),
    )
    expect(theorems[0]?.start[1]).toBe(1)
    expect(theorems[0]?.steps.at(-1)?.after).toBe('no goals')
  })

  test('text has a line for each step', () => {
    const lines = written('text').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(`"${line}"`))).toEqual(
      traced.theorems.flatMap(({ steps }) => steps.map(({ state, tactic }) => `${state}:::${tactic}`)),
    )
  })
})

describe('what goes wrong', () => {
  test('imports that fail are rejected', async () => {
    await expect(tracer.traceFile('x.lean', 'import Mathlib\ntheorem t : True := by trivial\n')).rejects.toMatchObject({
      name: 'RejectedInput',
    })
  })

  test('a proof that does not finish says why', async () => {
    const proof = { name: 't', header: '', statement: 'theorem t (p : Prop) (h : p) : p ∧ p' }
    expect(await tracer.traceProof(proof, ['constructor', 'exact h'])).toEqual({
      kind: 'failed',
      reason: 'goals are left at its end',
    })
    expect(await tracer.traceProof(proof, ['constructor', 'rfl'])).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('`rfl`'),
    })
  })

  test('a theorem that kills its process is passed over, and what follows may use it', async () => {
    const text = [
      'theorem before (n : Nat) : n = n := by rfl',
      'set_option maxRecDepth 100000000 in',
      'theorem deadly : (List.replicate 100000 0).length = 100000 := by decide',
      'theorem after : (List.replicate 100000 0).length = 100000 := by exact deadly',
    ].join('\n')
    const events: TraceEvent[] = []
    const found = await tracer.traceFile('deadly.lean', text, (event) => events.push(event))
    expect(found.theorems.map(({ name }) => name)).toEqual(['before', 'after'])
    expect(found.untraced).toMatchObject([{ name: 'deadly', kind: 'error', line: 2 }])
    expect(events.map((event) => event.kind)).toEqual(['traced', 'restarted', 'untraced', 'traced'])
  })
})
