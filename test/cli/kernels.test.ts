import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALLOWED_AXIOMS } from '../../src/proof/axioms.ts'
import { openResults } from '../../src/results/store.ts'
import { readCard } from '../../src/scale/checked-run.ts'
import { PROTOCOL, type RunCard } from '../../src/scale/protocol.ts'
import { checkExport } from '../../src/view/check-export.ts'
import { HEDGE } from '../built.ts'
import { type ScriptedServer, sendChoices, startModelServer } from '../policy/remote/model-server.ts'
import { theoremInside } from '../view/inside.ts'

/** Our own kernel with next to no steps: it finishes nothing. */
const FEW = ['--kernel-steps', '5', '--workers', '1']
const STATEMENT = 'theorem t (a b : Nat) (h : a ≤ b) : a < b + 1'
const ALONE = "checked by Lean's kernel alone (ours reached its limit of steps)"
const REFUSED = 'our own kernel reached its limit of steps'

const folder = mkdtempSync(join(tmpdir(), 'hedge-kernels-'))
/** A model that knows the one tactic that is needed. */
let server: ScriptedServer
beforeAll(async () => {
  server = await startModelServer((asked, response) =>
    sendChoices(asked, response, [{ text: 'omega', tokens: [['omega', -1]] }]),
  )
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})
const at = (name: string) => join(folder, name)
writeFileSync(at('set.jsonl'), `${JSON.stringify({ name: 't', statement: STATEMENT })}\n`)
writeFileSync(at('t.lean'), `${STATEMENT} := by\n  omega\n`)

const root = fileURLToPath(new URL('../..', import.meta.url))
function hedge(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [HEDGE, ...args], { cwd: root })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text
    })
    child.on('close', (code) => resolve({ code, ...said }))
  })
}
const policy = () => `${server.url}#m`
const prove = (...more: string[]) =>
  hedge('prove', STATEMENT, '--policy', policy(), '--search', 'rollouts', '--passes', '2', ...FEW, ...more)
const evaluate = (out: string, ...more: string[]) =>
  hedge('evaluate', at('set.jsonl'), '-m', `${policy()},name=m`, '-n', '2', '-o', at(out), ...FEW, ...more)

test('prove says in text that Lean’s kernel alone has checked a proof, and verify in JSON', async () => {
  expect(await prove()).toMatchObject({ code: 0, out: expect.stringContaining(ALONE) })
  const verified = await hedge('verify', at('t.lean'), '--statement', STATEMENT, '--json', '--kernel-steps', '5')
  expect(JSON.parse(verified.out).verdict.kernels.own).toMatchObject({ kind: 'unfinished', limit: 'steps' })
})

test('so do the file of a run, its report and its page', async () => {
  expect(await evaluate('alone.sqlite', '--exports')).toMatchObject({
    code: 0,
    err: expect.stringContaining('1 of 1 theorem proved'),
  })
  const database = openResults(at('alone.sqlite'), { mustExist: true })
  const kernels = String(database.prepare('SELECT kernels FROM proofs').pluck().get())
  database.close()
  expect(JSON.parse(kernels).own).toMatchObject({ kind: 'unfinished', limit: 'steps' })
  const report = await hedge('report', at('alone.sqlite'))
  expect(report.out).toContain("1 by Lean's kernel alone, ours reached a limit")
  expect(JSON.parse((await hedge('report', at('alone.sqlite'), '--json')).out).kernels).toEqual({ unfinished: 1 })
  await hedge('report', at('alone.sqlite'), '--html', '-o', at('r.html'))
  expect(theoremInside(at('r.html'), 0)).toMatchObject({ proofs: [{ kernels: ALONE }], exported: true })
  // What was verified is in the file, and needs no Lean to be written or checked again.
  const exported = await hedge('proofs', 'export', at('alone.sqlite'), '--exports', at('kept'), '-o', at('alone.lean'))
  expect(exported).toMatchObject({ code: 0, out: expect.stringContaining('1 export') })
  const [name = ''] = readdirSync(at('kept'))
  const lines = gunzipSync(readFileSync(join(at('kept'), name)))
    .toString()
    .split('\n')
  expect(checkExport(lines, ALLOWED_AXIOMS)).toMatchObject({
    verdict: { kind: 'accepted', axioms: [] },
    madeFor: { header: '', statement: STATEMENT },
  })
})

test('with --require-both it is no proof, and text, the file of a run, its report and JSON say why', async () => {
  expect(await prove('--require-both')).toMatchObject({
    code: 1,
    out: expect.stringContaining('not proved'),
    err: expect.stringContaining(REFUSED),
  })
  const ran = await evaluate('both.sqlite', '--require-both')
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('0 of 1 theorem proved') })
  const database = openResults(at('both.sqlite'), { mustExist: true })
  const reasons = database.prepare('SELECT reason FROM refusals').pluck().all()
  const proofs = database.prepare('SELECT count(*) FROM proofs').pluck().get()
  const card = database.prepare('SELECT key, config, dataset, commit_hash AS "commit", started_at AS began FROM runs')
  // What a worker of the queue is told.
  const { limits } = readCard({ ...(card.get() as RunCard), protocol: PROTOCOL, lockMs: 1 })
  database.close()
  expect({ reasons, proofs, limits }).toMatchObject({
    reasons: [REFUSED],
    proofs: 0,
    limits: { requireBoth: true, kernelSteps: 5 },
  })
  const report = await hedge('report', at('both.sqlite'))
  expect(report.out).toContain(`t: ${REFUSED}`)
  const json = await hedge('report', at('both.sqlite'), '--json')
  expect(JSON.parse(json.out).refusals).toMatchObject([{ theorem: 't', reason: REFUSED }])
})

test('and fill leaves the hole open', async () => {
  writeFileSync(at('hole.lean'), `${STATEMENT} := by\n  sorry\n`)
  const filled = await hedge(
    'fill',
    at('hole.lean'),
    '--json',
    '-b',
    '3s',
    '--policy',
    policy(),
    ...FEW,
    '--require-both',
  )
  expect(filled.code).toBe(1)
  expect(JSON.parse(filled.out)).toMatchObject({
    sorriesFilled: 0,
    holes: [{ reason: expect.stringContaining(REFUSED) }],
  })
})
