import { beforeAll, describe, expect, test } from 'vitest'
import type { LeanPool } from '../../src/lean/embedded/pool.ts'
import { openHeader } from '../../src/lean/embedded/session.ts'
import { RejectedInput } from '../../src/lean/engine.ts'
import { CHECKER } from '../../src/lean/native/checker.ts'
import { namespaceOf, readVerdict, refuseSource, trustedFile } from '../../src/lean/native/verify-source.ts'
import { sharedEngine } from './shared-engine.ts'

let pool: LeanPool
beforeAll(async () => {
  ;({ pool } = await sharedEngine())
})

/** Errors of a source under its imports, in the embedded Lean. */
async function errorsOf(imports: string, source: string): Promise<string[]> {
  return pool.withWorker(async (worker) => {
    const { environment } = await openHeader(worker, imports)
    const { diagnostics } = await worker.process.request('elaborate', { environment, source }, 200_000)
    return diagnostics.filter(({ severity }) => severity === 'error').map(({ text }) => text)
  })
}

test('the checker passes Lean’s type checker (this build of Lean has no code to compile it with)', async () => {
  const at = CHECKER.indexOf('open Lean')
  const errors = await errorsOf(CHECKER.slice(0, at), CHECKER.slice(at))
  expect(
    errors.filter((text) => !/^Unknown constant `.*(_redArg|_spec|spec_\d+)`|has no executable code/.test(text)),
  ).toEqual([])
  expect(
    await errorsOf(CHECKER.slice(0, at), CHECKER.slice(at).replace('levelParams ==', 'levelParams +')),
  ).not.toEqual(errors)
})

test('the trusted file is the header and the statement', async () => {
  const cases = [
    { name: 't', header: '', statement: 'theorem t (t : Nat) : t = t' },
    { name: 't', header: 'namespace Nat', statement: 'theorem t : succ 1 = 2' },
    { name: 'a.b', header: 'universe v', statement: 'theorem a.b.{u} {α : Sort u} (x : α) : x = x' },
  ]
  for (const theorem of cases) {
    const name = `${namespaceOf(theorem.header)}${theorem.name}`
    expect(await errorsOf('', `${trustedFile(theorem)}\n#check @_root_.${name}`)).toEqual([])
  }
  const two = 'theorem u : True := trivial\ntheorem t : True'
  expect(() => trustedFile({ name: 't', header: '', statement: two })).toThrow(RejectedInput)
})

test('a theorem’s name is completed by the namespaces its header leaves open', () => {
  expect(namespaceOf('import Std\nnamespace A.B\nsection\nopen Nat\nend\nnamespace C')).toBe('A.B.C.')
  expect(namespaceOf('namespace A\nend A')).toBe('')
  expect(namespaceOf('-- namespace X')).toBe('')
  expect(namespaceOf('namespace A\nnamespace B.C\nmutual\nend\nend B.C')).toBe('A.')
})

describe('the last line alone is the verdict', () => {
  test.each([
    ['a verified proof', 'n verified [propext, Quot.sound]', { kind: 'verified', axioms: ['Quot.sound', 'propext'] }],
    ['no axioms', 'noise\nn verified []', { kind: 'verified', axioms: [] }],
    ['another axiom', 'n verified [propext, foo._native.1]', { kind: 'rejected' }],
    ['sorry', 'n verified [sorryAx]', { kind: 'rejected' }],
    ['a reason', 'n rejected t has another statement', { kind: 'rejected', reason: 't has another statement' }],
    ['half a line', 'n verified [propext', { kind: 'rejected' }],
  ])('%s', (_what, output, verdict) => {
    expect(readVerdict(`${output}\n`, 'n')).toMatchObject(verdict)
  })
  test.each(['', 'verified []', 'm verified []', 'n verified []\nm verified []'])('none in %j', (output) => {
    expect(readVerdict(output, 'n')).toBeUndefined()
  })
})

test('sources that run code are not compiled', () => {
  const refused = (source: string, header?: string) =>
    refuseSource({ name: 't', source, ...(header === undefined ? {} : { header }) })
  for (const code of [
    '#eval IO.println 1',
    '# eval 1',
    'run_cmd pure ()',
    'initialize x : Unit ← pure ()',
    'theorem t : True := by run_tac pure ()',
    'theorem t : True := by_elab return .const ``True.intro []',
    'elab "x" : tactic => pure ()',
    'macro "x" : tactic => `(tactic| trivial)',
    '@[implemented_by foo] def bar := 1',
    'unsafe def f := 1',
    'set_option debug.skipKernelTC true\ntheorem t : True := trivial',
  ])
    expect(refused(code), code).toMatch(/runs code|sets the option/)
  expect(refused('/- #eval -/ theorem t : "run_cmd" = "run_cmd" := rfl -- elab')).toBeUndefined()
  expect(refused('open Nat\n\ntheorem t : True := by\n  trivial\n', 'open Nat')).toBeUndefined()
  expect(refused('open Foo\n\ntheorem t : True := trivial', 'open Nat')).toMatch(/begin with the header/)
  expect(refused('theorem t : True := by\n  trivial\n\ntheorem u : True := trivial', '')).toMatch(/ends early/)
})
