import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUILT, HEDGE } from '../built.ts'
import { treeInside } from '../view/inside.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hedge-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string, text?: string | Buffer): string => {
  const path = join(folder, name)
  if (text !== undefined) writeFileSync(path, text)
  return path
}

type Ended = { code: number | null; out: string; err: string }

/** The command line as a user runs it, in a process of its own. */
function hedge(
  args: readonly string[],
  input?: string,
  onError: (child: ChildProcess, err: string) => void = () => {},
  main: string = HEDGE,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: root })
    const ended: Ended = { code: null, out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ended.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.err += text
      onError(child, ended.err)
    })
    child.on('close', (code) => resolve({ ...ended, code }))
    child.stdin.end(input ?? '')
  })
}

const STATEMENT = 'theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q'

describe('prove', () => {
  test('prints a proof, writes it and draws the tree; verify accepts what was written', async () => {
    const [out, tree] = [at('proof.lean'), at('tree.html')]
    const proved = await hedge(
      ['prove', '-', '--out', out, '--tree', tree, '--workers', '1'],
      `open Nat\n${STATEMENT} := by sorry`,
    )
    expect(proved).toMatchObject({ code: 0 })
    expect(proved.out).toContain('t: proved')
    expect(proved.out).toContain(`${STATEMENT} := by\n  `)
    expect(readFileSync(out, 'utf8')).toMatch(/^open Nat\n\ntheorem t/)
    const accepted = { kind: 'finished', verdict: { kind: 'accepted', proof: expect.anything() } }
    expect(treeInside(tree).edges.map(({ outcome }) => outcome)).toContainEqual(accepted)
    expect(await hedge(['verify', out, '--statement', STATEMENT])).toMatchObject({ code: 0 })
    const other = await hedge([
      'verify',
      `${out}:t`,
      '--statement',
      'theorem t (p q : Prop) (hp : p) : p ∧ q',
      '--json',
    ])
    expect(other).toMatchObject({ code: 1 })
    expect(JSON.parse(other.out)).toMatchObject({
      verdict: { kind: 'rejected', reason: expect.stringContaining('another statement') },
    })
  })

  test('--json says how it was proved, the same seed gives the same, a variable that Lean binds by itself is pointed out', async () => {
    const args = [
      'prove',
      at(
        'set.jsonl',
        `${JSON.stringify({ name: 'a', statement: 'theorem a : 1 = 1 := by' })}\n${JSON.stringify({ name: 'b', statement: 'theorem b (x : Nat) (h : x = prime) : prime = x' })}\n`,
      ),
    ]
    const run = () =>
      hedge([
        `${args[0]}`,
        `${args[1]}:b`,
        '--json',
        '--search',
        'rollouts',
        '--seed',
        '7',
        '--passes',
        '200',
        '--workers',
        '1',
        '--allow-auto-bound',
      ])
    const [first, second] = [await run(), await run()]
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('`prime` is not declared') })
    const result = JSON.parse(first.out)
    expect(result).toMatchObject({
      result: 'proved',
      theorem: { name: 'b' },
      verdict: { kind: 'verified' },
      // The shipped ensemble, where nothing else is said.
      config: {
        seed: '7',
        members: [1, 4, 8, 16, 32].map((nEff) => ({
          policy: `neff-${nEff}`,
          nEff,
          checkpointHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        })),
      },
    })
    expect(result.source).toContain('theorem b (x : Nat) (h : x = prime) : prime = x := by\n')
    expect(JSON.parse(second.out)).toMatchObject({ proof: result.proof, passes: result.passes })
  })

  test('a false statement exits 4, with what refutes it', async () => {
    const said = await hedge(['prove', 'theorem t (a : Nat) (h : 3 ∣ a) : 6 ∣ a', '--workers', '1'])
    expect(said).toMatchObject({ code: 4, out: expect.stringMatching(/^t: false: a = 3\n.*¬.*Verified by Lean/s) })
  })

  // False as well, but not at any small value.
  const HARD = 'theorem t (f : Nat → Nat) (h : ∀ n, f (n + 1) = f n + 7) : f 0 = 5'
  test('what cannot be proved exits 1 and names the limit', async () => {
    const byPasses = await hedge(['prove', HARD, '--search', 'rollouts', '--passes', '3', '--workers', '1'])
    expect(byPasses).toMatchObject({
      code: 1,
      out: expect.stringContaining('not proved: all 3 passes of each member are used up'),
    })
    const byClock = await hedge(['prove', HARD, '--budget', '1s', '--workers', '1'])
    expect(byClock).toMatchObject({
      code: 1,
      out: expect.stringContaining('not proved: the wall clock of 1.0 s ran out'),
    })
  })

  test('Ctrl-C ends a search at once, with what is known', async () => {
    let sent = false
    const ended = await hedge(
      ['prove', 'theorem t (f : Nat → Nat) (a b : Nat) : f (a * b) = a + 1', '--budget', '10m', '--workers', '1'],
      '',
      (child, err) => {
        if (!sent && err.includes('searching')) {
          sent = true
          setTimeout(() => child.kill('SIGINT'), 500)
        }
      },
    )
    expect(ended).toMatchObject({ code: 130, out: expect.stringContaining('not proved: interrupted') })
  })

  test('a statement that does not elaborate shows the message of Lean with a caret', async () => {
    const ended = await hedge(['prove', 'theorem t (a : Nat) : a = Foo.bar', '--workers', '1'])
    expect(ended.code).toBe(2)
    expect(ended.err).toMatch(
      /1:26: error: [Uu]nknown .*`Foo\.bar`.*\n {2}theorem t \(a : Nat\) : a = Foo\.bar := by\n {28}\^/,
    )
  })
})

describe('bad input is one sentence and exit 2, without starting Lean', () => {
  const list = at(
    'two.jsonl',
    ['a', 'b'].map((name) => `${JSON.stringify({ name, statement: `theorem ${name} : True` })}\n`).join(''),
  )
  const two = at('two.lean', 'theorem a : True := trivial\ntheorem b : True := trivial\n')
  const cases: [string, string[], RegExp][] = [
    ['no theorem in the text', ['prove', 'hello'], /hedge: the text: .*"hello"/],
    ['a file that is not there', ['prove', 'nowhere.lean:t'], /there is no file nowhere\.lean/],
    ['a file with several theorems', ['prove', list], /holds 2 theorems.*a, b/],
    ['a name that is not in the file', ['prove', `${list}:c`], /has no theorem c; it has a, b/],
    [
      'a picture of another kind',
      ['prove', STATEMENT, '--tree', 'x.png'],
      /draws \.svg, \.html or \.txt, not "x\.png"/,
    ],
    ['a time that is none', ['prove', STATEMENT, '--budget', 'soon'], /'soon' is invalid/],
    ['an unknown search', ['prove', STATEMENT, '--search', 'magic'], /'magic' is invalid/],
    ['an unknown flag', ['prove', STATEMENT, '--frobnicate'], /unknown option '--frobnicate'/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    [
      'verify without a file',
      ['verify', 'nowhere.lean', '--statement', STATEMENT],
      /cannot read nowhere\.lean: ENOENT/,
    ],
    [
      'verify a file that is not UTF-8',
      ['verify', at('latin.lean', Buffer.from([0x61, 0xe9, 0x0a])), '--statement', STATEMENT],
      /latin\.lean cannot be read as Lean: it is not valid UTF-8: byte 0x0a in line 1, 2 bytes/,
    ],
    [
      'verify a file with a NUL',
      ['verify', at('nul.lean', 'a\nb\0c'), '--statement', STATEMENT],
      /nul\.lean cannot be read as Lean: it holds a NUL character in line 2, column 2/,
    ],
    [
      'verify with an open comment in the statement',
      ['verify', list, '--statement', `${STATEMENT} /- x`],
      /--statement: the comment that begins in line 1, column 50 is never closed/,
    ],
    [
      'verify with an open comment in the header',
      ['verify', list, '--statement', STATEMENT, '--header', 'open Nat\n/-- x'],
      /--header: the comment that begins in line 2, column 1 is never closed/,
    ],
    [
      'prove with an open comment in the header',
      ['prove', STATEMENT, '--header', '/-'],
      /the header: the comment that begins in line 1, column 1 is never closed/,
    ],
    ['verify with two names in quotes', ['verify', `${two}:«a»`, '--statement', STATEMENT], /is about t, not «a»/],
    ['verify with two names', ['verify', `${two}:a`, '--statement', STATEMENT], /is about t, not a/],
  ]
  let said: [number, string][]
  beforeAll(async () => {
    const lines = JSON.stringify(cases.map(([, args]) => args))
    const ended = await hedge([lines], '', undefined, `${BUILT.test}/cli/commands-child.js`)
    said = JSON.parse(ended.out)
  })
  test.each(
    cases.map(([what, , sentence], index) => [what, index, sentence] as const),
  )('%s', (_what, index, sentence) => {
    const [code, err] = said[index] ?? []
    expect(code).toBe(2)
    expect(err).toMatch(sentence)
    expect(err?.trim().split('\n').length).toBeLessThanOrEqual(2)
  })
})

test('a theorem of a file that is not the one, and a name that Lean bound by itself, are bad input', async () => {
  const file = at('two.lean', 'theorem a : True := trivial\ntheorem b (h : x = 1) : 1 = x := by sorry\n')
  expect(await hedge(['prove', `${file}:c`])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/has no theorem c; it has a .*, b /),
  })
  expect(await hedge(['prove', `${file}:b`])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/`x` is not declared.*--allow-auto-bound/),
  })
})

test('doctor looks at everything and says it is well', async () => {
  const ended = await hedge(['doctor', '--json'])
  expect(ended.code).toBe(0)
  const findings = JSON.parse(ended.out) as { what: string; state: string }[]
  expect(findings.map(({ what }) => what)).toEqual(['Node', 'Node for Lean', 'cache', 'memory', 'Lean'])
  expect(findings.at(-1)).toMatchObject({ state: 'ok', detail: expect.stringContaining('4.28.0') })
})
