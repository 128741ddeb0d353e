import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunJournal } from '../../src/results/journal.ts'
import { openResults } from '../../src/results/store.ts'
import { HEDGE } from '../built.ts'
import { type ScriptedServer, sendChoices, startModelServer } from '../policy/remote/model-server.ts'
import { pageInside, treeInside } from '../view/inside.ts'

/** A model that knows one tactic, which Lean's elaborator takes and the verifier does not. */
let server: ScriptedServer
const folder = mkdtempSync(join(tmpdir(), 'hedge-refused-'))
const at = (name: string) => join(folder, name)
beforeAll(async () => {
  server = await startModelServer((asked, response) =>
    sendChoices(asked, response, [{ text: 'native_decide', tokens: [['native_decide', -1]] }]),
  )
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

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

const STATEMENT = 'theorem t : 2 + 2 = 4'
const REASON = /the proof rests on [^"<\n]*(ofReduceBool|trustCompiler|native)/
test('prove says once why a finished script was refused, and the tree shows it', async () => {
  const flags = ['prove', STATEMENT, '--policy', `${server.url}#m`, '--search', 'rollouts', '--passes', '3']
  const { code, out, err } = await hedge(...flags, '--workers', '1', '--tree', at('tree.html'))
  expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('not proved') })
  const lines = err.split('\n').filter((line) => line.includes('a finished script was refused by the verifier: '))
  expect(lines.length).toBe(1)
  expect(lines[0]).toMatch(REASON)
  const refused = { kind: 'finished', verdict: { kind: 'refused', reason: expect.stringMatching(REASON) } }
  expect(treeInside(at('tree.html')).edges).toMatchObject([{ outcome: refused }])
})

test('a run keeps the script, the reason and what Lean said; its report lists them; a replay is the same', async () => {
  writeFileSync(at('set.jsonl'), `${JSON.stringify({ name: 't', statement: STATEMENT })}\n`)
  const run = at('run.sqlite')
  const ran = await hedge('evaluate', at('set.jsonl'), '-m', `${server.url}#m,name=m`, '-n', '3', '-w', '1', '-o', run)
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('0 of 1 theorem proved') })
  const database = openResults(run, { mustExist: true })
  const { tree, refusals } = new RunJournal(database, 1, '').recorded(0)
  database.close()
  expect(refusals).toEqual([
    {
      key: expect.stringMatching(/ native_decide$/),
      tactics: ['native_decide'],
      reason: expect.stringMatching(REASON),
      messages: expect.any(Array),
    },
  ])
  const [refusal] = refusals
  expect(tree?.edges.map(({ outcome }) => outcome)).toEqual([
    { kind: 'finished', verdict: { kind: 'refused', reason: refusal?.reason } },
  ])
  const report = await hedge('report', run)
  for (const name of ['r.md', 'r.json', 'r.html'])
    expect(await hedge('report', run, '-o', at(name))).toMatchObject({
      code: 0,
      out: '',
      err: `written to ${at(name)}\n`,
    })
  const line = `t: ${refusal?.reason}`
  expect(report).toMatchObject({ code: 0, out: expect.stringContaining(line) })
  expect(readFileSync(at('r.md'), 'utf8')).toContain(line)
  expect(pageInside(at('r.html'))).toMatchObject({
    run: { refusals: [{ theorem: 't', member: 'm', tactics: ['native_decide'], reason: refusal?.reason }] },
  })
  expect(JSON.parse(readFileSync(at('r.json'), 'utf8'))).toMatchObject({
    refusals: [{ theorem: 't', member: 'm', tactics: ['native_decide'], reason: refusal?.reason }],
  })
  const replayed = await hedge('evaluate', '--replay', run)
  expect(replayed).toMatchObject({ code: 0, err: expect.stringContaining('every tree is the one on record') })
})
