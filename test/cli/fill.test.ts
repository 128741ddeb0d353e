import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { HEDGE } from '../built.ts'

const folder = mkdtempSync(join(tmpdir(), 'hedge-fill-'))
afterAll(() => rmSync(folder, { recursive: true }))
const root = fileURLToPath(new URL('../..', import.meta.url))
const at = (name: string) => join(folder, name)
const lines = (...all: string[]) => `${all.join('\n')}\n`

type Said = { code: number | null; out: string; err: string }
/** Runs `hedge fill` in the folder of the files. @param onError gets all of stderr so far, and may end the process */
function fill(args: readonly string[], onError: (err: string, stop: () => void) => void = () => {}): Promise<Said> {
  return new Promise((resolve) => {
    const line = [join(root, HEDGE), 'fill', ...args, '--policy', 'baseline', '--workers', '1']
    const child = spawn(process.execPath, line, { cwd: folder })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text
      onError(said.err, () => child.kill('SIGINT'))
    })
    child.on('close', (code) => resolve({ code, ...said }))
  })
}

const FILE = lines(
  'def twice (n : Nat) := n + n',
  'theorem t (a b : Nat) (h : a ≤ b) : a < b + 1 := by',
  '  sorry',
  'theorem u (p q : Prop) (hp : p) : p ∧ (q ∨ p) := ⟨sorry, by',
  '  sorry⟩',
  'theorem wrong : twice 1 = 3 := by',
  '  sorry',
)

test('a diff that `git apply` takes; positions; exit code 1 where some are left', async () => {
  writeFileSync(at('A.lean'), FILE)
  const { code, out, err } = await fill(['A.lean', '--budget', '3s'])
  expect([code, err]).toEqual([1, expect.stringContaining('A.lean: 3 of 4 holes filled; 2 theorems verified')])
  expect(err).toMatch(/^A\.lean:3:2: t: proved, .* \(1\/4\)$/m)
  expect(err).toMatch(/^A\.lean:4:50: u: closes its goal, /m)
  expect(err).toMatch(/^A\.lean:5:2: u: proved, /m)
  expect(err).toMatch(/^A\.lean:7:2: wrong: open, /m)
  writeFileSync(at('a.diff'), out)
  execFileSync('git', ['apply', 'a.diff'], { cwd: folder })
  const after = readFileSync(at('A.lean'), 'utf8')
  expect(after.match(/sorry/g)).toHaveLength(1)
  expect(after.split('\n').filter((line) => FILE.split('\n').includes(line)).length).toBeGreaterThanOrEqual(5)
})

test('one theorem into another file; one line as JSON; nothing else is touched', async () => {
  writeFileSync(at('B.lean'), FILE)
  const named = await fill(['B.lean:t', '-o', 'out.lean'])
  expect([named.code, named.out]).toEqual([0, ''])
  const out = readFileSync(at('out.lean'), 'utf8')
  expect(out).not.toBe(FILE)
  expect(
    out
      .split('\n')
      .map((line, i) => (i === 2 ? '  sorry' : line))
      .join('\n'),
  ).toBe(FILE)
  const { code, out: json } = await fill(['B.lean#L7', '--json', '--budget', '1s'])
  expect([code, JSON.parse(json)]).toEqual([
    1,
    {
      file: 'B.lean',
      sorriesTotal: 1,
      sorriesFilled: 0,
      holes: [
        {
          line: 7,
          column: 2,
          theorem: 'wrong',
          goal: '⊢ twice 1 = 3',
          status: 'open',
          replacement: null,
          reason: null,
          seconds: expect.any(Number),
        },
      ],
    },
  ])
  expect(readFileSync(at('B.lean'), 'utf8')).toBe(FILE)
})

test('in place, with CRLF, a byte order mark and tabs as they were', async () => {
  const file =
    `\uFEFF${lines('theorem t\t(a b : Nat) (h : a ≤ b) : a < b + 1 := by -- x\ty', '\tsorry', '-- the end')}`.replaceAll(
      '\n',
      '\r\n',
    )
  writeFileSync(at('C.lean'), file)
  const { code, out } = await fill(['C.lean', '--in-place'])
  expect([code, out]).toEqual([0, ''])
  const after = readFileSync(at('C.lean'), 'utf8')
  expect(after).not.toContain('sorry')
  expect(after.replace(/\t[^\t]+(?=\r\n-- the end)/, '\tsorry')).toBe(file)
})

test('a budget for all, and Ctrl-C, give what is done', async () => {
  writeFileSync(at('D.lean'), FILE)
  const none = await fill(['D.lean', '--total', '0.001s', '--json'])
  expect(none.code).toBe(1)
  // The first may be begun within the time; no other is.
  const statuses: string[] = JSON.parse(none.out).holes.map(({ status }: { status: string }) => status)
  expect(statuses.slice(1)).toEqual(Array(3).fill('not tried'))
  const long = lines(
    FILE.trimEnd(),
    ...Array.from({ length: 9 }, (_, i) => `theorem w${i} (n : Nat) : twice n = ${i} := by sorry`),
  )
  writeFileSync(at('E.lean'), long)
  let once = false
  const stopped = await fill(['E.lean', '--budget', '60s'], (err, stop) => {
    // A second signal would end it at once.
    if (!once && /^E\.lean:5:2: u: /m.test(err)) {
      once = true
      stop()
    }
  })
  expect([stopped.code, stopped.out]).toEqual([130, expect.stringContaining('+++ b/E.lean')])
  expect(stopped.out.match(/^-.*sorry/gm)).toHaveLength(3)
})

test('bad input is one sentence and exit code 2', async () => {
  writeFileSync(at('F.lean'), lines('import Nowhere.At.All', 'theorem t : True := sorry'))
  writeFileSync(at('G.lean'), FILE)
  const cases: [string[], RegExp][] = [
    [['nothing.lean'], /there is no file nothing\.lean/],
    [['notes.txt'], /"notes\.txt" is no \.lean file/],
    [['G.lean', '--in-place', '-o', 'x.lean'], /give --in-place or --out, not both/],
    [['G.lean:nobody'], /G\.lean declares no nobody/],
    [['G.lean:1'], /there is no hole at G\.lean:1/],
    [['F.lean'], /Nowhere\.At\.All/],
  ]
  for (const [args, message] of cases) {
    const { code, out, err } = await fill(args)
    expect([args, code, out, err]).toEqual([args, 2, '', expect.stringMatching(message)])
  }
})
