import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HEDGE } from '../built.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILE = `def plants (beds : Nat) : Nat := 4 * beds

theorem plants_even (beds : Nat) : plants beds % 2 = 0 := by
  unfold plants
  sorry

theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  constructor
  · exact h.2
  · exact h.1
`

/** A real client, with the server at the other end of a pipe, as an editor starts it. */
let client: Client
let folder = ''
let pid: number | null = null
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hedge-mcp-'))
  writeFileSync(join(folder, 'Garden.lean'), FILE)
  client = new Client({ name: 'test', version: '1' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(ROOT, HEDGE), 'mcp', '--workers', '1'],
    cwd: folder,
    env: process.env as Record<string, string>,
    stderr: 'inherit',
  })
  await client.connect(transport)
  pid = transport.pid
})
afterAll(async () => {
  await client.close()
  rmSync(folder, { recursive: true })
  // The server leaves when its client does.
  const end = Date.now() + 60_000
  while (alive(pid) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(alive(pid)).toBe(false)
})

function alive(process_: number | null): boolean {
  try {
    process.kill(process_ as number, 0)
    return true
  } catch {
    return false
  }
}

async function call(name: string, args: Record<string, unknown>, onprogress?: (p: { message?: string }) => void) {
  const options = { timeout: 240_000, ...(onprogress && { onprogress: onprogress as never }) }
  const result = await client.callTool({ name, arguments: args }, options)
  const [text] = result.content as { text: string }[]
  if (result.isError === true) return { error: text?.text }
  // Clients that know no structured content read the same as text.
  expect(JSON.parse(text?.text as string)).toEqual(result.structuredContent)
  return result.structuredContent as Record<string, unknown>
}

test('says which tools there are', async () => {
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'prove',
    'fill_sorries',
    'verify',
    'goal',
    'run_tactics',
    'check',
    'cancel',
  ])
})

test('proves a theorem given as text, and one in its place', async () => {
  expect(await call('prove', { theorem: 'theorem t (a b : Nat) (h : a < b) : a + 1 ≤ b' })).toMatchObject({
    status: 'proved',
    theorem: 't',
    proof: expect.stringMatching(/^theorem t .* := by\n {2}\S/),
    axioms: expect.any(Array),
  })
  expect(await call('prove', { file_path: 'Garden.lean', name: 'plants_even' })).toMatchObject({ status: 'proved' })
})

test('verifies what is right, and nothing else', async () => {
  const statement = 'theorem t (a : Nat) : a + 0 = a'
  expect(await call('verify', { statement, source: `${statement} := rfl` })).toMatchObject({ verdict: 'verified' })
  expect(await call('verify', { statement, source: `${statement} := sorry` })).toMatchObject({
    verdict: 'rejected',
    reason: expect.any(String),
  })
})

test('shows goals at a hole, at a tactic and at a theorem, and runs many tactics there', async () => {
  expect(await call('goal', { file_path: 'Garden.lean', line: 5 })).toEqual({
    theorem: 'plants_even',
    kind: 'hole',
    line: 5,
    column: 3,
    goals: ['beds : Nat\n⊢ 4 * beds % 2 = 0'],
  })
  expect(await call('goal', { file_path: 'Garden.lean', line: 7 })).toMatchObject({ kind: 'start', theorem: 'swap' })
  expect(await call('goal', { file_path: 'Garden.lean', line: 10 })).toMatchObject({
    kind: 'step',
    goals: [expect.stringContaining('⊢ p')],
  })
  const snippets = ['omega', 'simp only [Nat.mul_comm]', 'no_such_tactic']
  expect(await call('run_tactics', { file_path: 'Garden.lean', line: 5, snippets })).toMatchObject({
    results: [{ status: 'no goals' }, { status: 'goals' }, { status: 'error', message: expect.any(String) }],
  })
  expect(await call('run_tactics', { theorem: 'theorem t (p : Prop) : p → p', snippets: ['intro h'] })).toMatchObject({
    results: [{ status: 'goals', goals: ['p : Prop\nh : p\n⊢ p'] }],
  })
})

test('a file is read with the files that it imports', async () => {
  writeFileSync(join(folder, 'Beds.lean'), 'def beds (n : Nat) : Nat := n + n\n')
  const text = 'import Beds\n\ntheorem beds_even (n : Nat) : beds n % 2 = 0 := by\n  sorry\n'
  writeFileSync(join(folder, 'Even.lean'), text)
  expect(await call('goal', { file_path: 'Even.lean', line: 4 })).toMatchObject({
    goals: ['n : Nat\n⊢ beds n % 2 = 0'],
  })
  expect(await call('prove', { file_path: 'Even.lean' })).toMatchObject({ status: 'proved' })
  expect(await call('fill_sorries', { file_path: 'Even.lean' })).toMatchObject({ status: 'proved', sorriesFilled: 1 })
})

test('fills a file, and writes it when asked', async () => {
  const answer = await call('fill_sorries', { file_path: 'Garden.lean' })
  expect(answer).toMatchObject({ status: 'proved', sorriesTotal: 1, sorriesFilled: 1, written: false })
  expect(answer.diff).toContain('-  sorry')
  expect(readFileSync(join(folder, 'Garden.lean'), 'utf8')).toBe(FILE)
  expect(await call('fill_sorries', { file_path: 'Garden.lean', write: true })).toMatchObject({ written: true })
  expect(readFileSync(join(folder, 'Garden.lean'), 'utf8')).not.toContain('sorry')
})

test('tells each hole as it is filled', async () => {
  writeFileSync(
    join(folder, 'Two.lean'),
    'theorem one (a b : Nat) (h : a < b) : a + 1 ≤ b := by sorry\ntheorem two (p : Prop) (h : p) : p := by sorry\n',
  )
  const told: (string | undefined)[] = []
  const answer = await call('fill_sorries', { file_path: 'Two.lean' }, ({ message }) => told.push(message))
  expect(answer).toMatchObject({ status: 'proved', sorriesFilled: 2 })
  // The client drops what comes together with the answer.
  expect(told[0]).toBe('one: proved')
})

test('long work goes on by itself, is asked for, and can be ended', async () => {
  const theorem = 'theorem hard (f : Nat → Nat) (h : ∀ n, f (f n) < f (n + 1)) : ∀ n, f n = n'
  const { job_id, status } = await call('prove', { theorem, budget_seconds: 600, wait: false })
  expect(['queued', 'in_progress']).toContain(status)
  while ((await call('check', { job_id })).progress === undefined) await new Promise((done) => setTimeout(done, 100))
  expect(await call('check', { job_id })).toMatchObject({ status: 'in_progress' })
  expect(await call('cancel', { job_id })).toMatchObject({ status: 'cancelled' })
  expect(await call('check', { job_id: 'job-99' })).toEqual({ error: 'there is no job "job-99"' })
})

test('what is wrong is one sentence, and files elsewhere are out of reach', async () => {
  expect(await call('goal', { file_path: '../../etc/passwd', line: 1 })).toEqual({
    error: '../../etc/passwd is not below the folder that the server works in',
  })
  expect(await call('goal', { file_path: 'Other.lean', line: 1 })).toEqual({ error: 'there is no file Other.lean' })
  expect(await call('prove', {})).toEqual({ error: 'give theorem or file_path' })
  expect(await call('prove', { theorem: 'theorem t : nope = 1' })).toMatchObject({
    status: 'error',
    reason: expect.stringContaining('nope'),
  })
})
