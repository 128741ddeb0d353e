import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { verifyCommand } from '../../src/cli/verify.ts'
import { projectFindings } from '../../src/lean/diagnosis/project.ts'
import { findCheckers } from '../../src/lean/native/other-checkers.ts'
import { openProject } from '../../src/lean/native/project.ts'
import type { Verdict } from '../../src/proof/verdict.ts'
import { alive } from './alive.ts'
import { standInProject } from './stand-in-project.ts'

const STATEMENT = 'theorem t : True'
const PROOF = `${STATEMENT} := trivial\n`
/** Accepts where it is asked about the source's module, and that module lies alone in the last folder searched. */
const ACCEPTS = `
folder="\${LEAN_PATH##*:}"
[ "$1" = HedgeSubmission ] && [ $# = 1 ] && [ "$(ls "$folder")" = HedgeSubmission.olean ] && [ "\${LEAN_PATH%%/libraries:*}" != "$LEAN_PATH" ]`

let project: ReturnType<typeof standInProject>
beforeEach(() => {
  project = standInProject()
})
afterEach(() => {
  project.dispose()
  vi.restoreAllMocks()
})

async function verify(source = PROOF, deadlineMs?: number): Promise<Verdict> {
  const engine = await openProject(project.directory, { processes: 1 })
  try {
    return await engine.verify(
      { name: 't', header: '', statement: STATEMENT },
      { source, name: 't' },
      deadlineMs === undefined ? {} : { deadlineMs },
    )
  } finally {
    await engine.dispose()
  }
}

describe('checkers that are installed beside the toolchain', () => {
  test('none: the verdict is that of our own checker', async () => {
    expect(await verify()).toEqual({ kind: 'verified', axioms: ['propext'] })
  })

  test('each that accepts is named', async () => {
    project.install('lean4checker', ACCEPTS)
    expect(await verify()).toEqual({ kind: 'verified', axioms: ['propext'], alsoCheckedBy: ['lean4checker'] })
    project.install('leanchecker', ACCEPTS)
    expect(await verify()).toMatchObject({ kind: 'verified', alsoCheckedBy: ['leanchecker', 'lean4checker'] })
  })

  test.each([
    ['refuses', 'echo "declaration type mismatch" >&2; exit 1', 'refuses the proof', ['declaration type mismatch']],
    ['prints ok and fails', 'echo ok; exit 1', 'refuses the proof', ['ok']],
    ['crashes', 'kill -SEGV $$', 'ended with code 139', []],
    ['cannot be started', 'exec /nowhere/checker', 'ended with code 127', []],
  ])('one that %s, and nothing is proved', async (_how, script, reason, messages) => {
    project.install('leanchecker', script)
    project.install('lean4checker', ACCEPTS)
    expect(await verify()).toEqual({
      kind: 'rejected',
      reason: `leanchecker ${reason}`,
      messages: messages.length === 0 ? expect.anything() : messages,
    })
  })

  test('the second one’s refusal counts as much', async () => {
    project.install('leanchecker', ACCEPTS)
    project.install('lean4checker', 'exit 1')
    expect(await verify()).toEqual({ kind: 'rejected', reason: 'lean4checker refuses the proof', messages: [] })
  })

  test('one that hangs is ended with all it has started', async () => {
    const started = join(project.root, 'started')
    project.install('lean4checker', `sleep 1000 & echo $! > ${started}; wait`)
    expect(await verify(PROOF, 3000)).toEqual({
      kind: 'rejected',
      reason: 'lean4checker did not end in time',
      messages: [],
    })
    const pid = Number(readFileSync(started, 'utf8'))
    await expect.poll(() => alive(pid), { timeout: 60_000 }).toBe(false)
  })

  test('none is asked about what our own checker refuses', async () => {
    const asked = join(project.root, 'asked')
    project.install('lean4checker', `touch ${asked}`)
    expect(await verify('theorem t : True := refused')).toMatchObject({ kind: 'rejected', reason: 'as asked' })
    expect(existsSync(asked)).toBe(false)
    expect((await verify()).kind).toBe('verified')
    expect(existsSync(asked)).toBe(true)
  })

  test('elan’s own leanchecker on the PATH is not the toolchain’s; a lean4checker there is one', async () => {
    project.installOnPath('leanchecker', 'exit 1')
    const file = project.installOnPath('lean4checker', ACCEPTS)
    expect(await findCheckers(project.directory)).toMatchObject([{ name: 'lean4checker', file }])
    expect(await verify()).toMatchObject({ kind: 'verified', alsoCheckedBy: ['lean4checker'] })
  })
})

test('`verify` says who else has accepted a proof, and by whom it was refused', async () => {
  const file = join(project.root, 'proof.lean')
  writeFileSync(file, PROOF)
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  const run = async () => {
    await verifyCommand().parseAsync([file, '--statement', STATEMENT, '--lean', project.directory], { from: 'user' })
    const { exitCode } = process
    process.exitCode = undefined
    return { exitCode, line: printed.mock.lastCall?.[0] }
  }
  project.install('lean4checker', ACCEPTS)
  expect(await run()).toEqual({ exitCode: 0, line: 'verified: t; axioms: propext; also checked by lean4checker' })
  project.install('lean4checker', 'exit 1')
  expect(await run()).toEqual({ exitCode: 1, line: 'rejected: lean4checker refuses the proof' })
})

test('doctor says which will be used, which would let nothing pass, and how to get one', async () => {
  const findings = async () => {
    const found = []
    for await (const finding of projectFindings(project.directory))
      if (finding.what.includes('checker')) found.push(finding)
    return found
  }
  expect(await findings()).toMatchObject([
    {
      what: 'other checkers',
      state: 'note',
      remedy: expect.stringContaining('git clone --branch v4.99.0 https://github.com/leanprover/lean4checker'),
    },
  ])
  const good = project.install('leanchecker', '[ "$1" = Init.Coe ]')
  project.install('lean4checker', 'echo "incompatible header" >&2; exit 1')
  expect(await findings()).toMatchObject([
    { what: 'leanchecker', state: 'ok', detail: expect.stringContaining(good) },
    { what: 'lean4checker', state: 'bad', detail: expect.stringContaining('incompatible header') },
  ])
})
