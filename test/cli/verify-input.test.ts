import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUILT } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hedge-verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const file = (content: string | Uint8Array): string => {
  const path = join(folder, `${++files}.lean`)
  writeFileSync(path, content)
  return path
}
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

const STATEMENT = 'theorem t : 1 = 1'
const PROOF = `${STATEMENT} := rfl\n`
const verify = (path: string, statement = STATEMENT, ...more: string[]): string[] => [
  'verify',
  path,
  '--statement',
  statement,
  ...more,
]

type Said = [code: number, out: string, err: string]
const hedge = async (lines: readonly (readonly string[])[]): Promise<Said[]> => {
  const args = [`${BUILT.test}/cli/verify-input-child.js`, JSON.stringify(lines)]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    maxBuffer: 1 << 26,
    timeout: 280_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Said[]
}

/** What is no Lean text, or no theorem, is seen before any Lean is asked. */
const BAD_INPUT: readonly (readonly [what: string, args: string[], sentence: RegExp])[] = [
  ['a file that is no UTF-8', verify(file(bytes('-- ', [0xff, 0xfe], `\n${PROOF}`))), /UTF-8/],
  ['a file in UTF-16', verify(file(Buffer.from(`\ufeff${PROOF}`, 'utf16le'))), /UTF-8|NUL/],
  ['a letter cut in two', verify(file(bytes(`${PROOF}-- `, [0xe2, 0x84]))), /UTF-8/],
  ['an overlong letter', verify(file(bytes(`${PROOF}-- `, [0xc0, 0xaf]))), /UTF-8/],
  ['a surrogate in UTF-8', verify(file(bytes(`${PROOF}-- `, [0xed, 0xa0, 0x80]))), /UTF-8/],
  ['a NUL in the file', verify(file(`${PROOF}\0theorem u : False := trivial\n`)), /NUL/],
  ['a NUL in a comment of the file', verify(file(`-- a\0b\n${PROOF}`)), /NUL/],
  ['an unclosed comment in the statement', verify(file(PROOF), 'theorem t : True /- ∧ False'), /comment/],
  ['an unclosed comment in a comment', verify(file(PROOF), 'theorem t : True /- ∧ /- False -/'), /comment/],
  ['an unclosed comment in --header', verify(file(PROOF), STATEMENT, '--header', '/- open'), /comment/],
  ['two theorems in the statement', verify(file(PROOF), `${PROOF}theorem u : False`), /2 theorems/],
  ['a statement without a type', verify(file(PROOF), 'theorem t'), /states nothing/],
  ['a definition for a statement', verify(file(PROOF), 'def t : Nat'), /no `theorem`/],
  ['an empty statement', verify(file(PROOF), ''), /no `theorem`/],
  ['a folder for a file', verify(folder), /cannot read .*EISDIR/],
]

describe('bad input of verify is one sentence and exit 2, without starting Lean', () => {
  let said: Said[]
  beforeAll(async () => {
    said = await hedge(BAD_INPUT.map(([, args]) => args))
  })
  test.each(
    BAD_INPUT.map(([what, , sentence], index) => [what, index, sentence] as const),
  )('%s', (_what, index, sentence) => {
    const [code, out, err] = said[index] as Said
    expect(code).toBe(2)
    expect(err).toMatch(sentence)
    expect(out).toBe('')
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2)
  })
})

/** What only Lean can see, said so that one knows what to do. */
const EXPLAINED: readonly (readonly [what: string, args: string[], codes: readonly number[], sentence: RegExp])[] = [
  [
    'an import of the file that --header does not give',
    verify(
      file('import Std.Data.HashMap\ntheorem t (m : Std.HashMap Nat Nat) : m = m := rfl\n'),
      'theorem t (m : Std.HashMap Nat Nat) : m = m',
    ),
    [2],
    /--header/,
  ],
  [
    'bv_decide',
    verify(
      file('import Std.Tactic.BVDecide\ntheorem t (a b : BitVec 8) : a + b = b + a := by bv_decide\n'),
      'theorem t (a b : BitVec 8) : a + b = b + a',
      '--header',
      'import Std.Tactic.BVDecide',
    ),
    [1],
    /bv_decide/,
  ],
  ['an unclosed string in the statement', verify(file(PROOF), 'theorem t : "a" = "a'), [2], /does not elaborate/],
  ['an unclosed bracket in the statement', verify(file(PROOF), 'theorem t : (1 = 1'), [2], /does not elaborate/],
  [
    'a theorem inside --header',
    verify(file(PROOF), STATEMENT, '--header', 'theorem u : True := trivial'),
    [0],
    /^verified: t/m,
  ],
  [
    'the theorem itself inside --header',
    verify(file(PROOF), STATEMENT, '--header', PROOF),
    [2],
    /already been declared/,
  ],
  ['a file without the theorem', verify(file('theorem u : 1 = 1 := rfl\n')), [1, 2], /does not declare t|no theorem t/],
  ['an empty file', verify(file('')), [1, 2], /does not declare t|no theorem t|empty/],
]

describe('what only Lean can see is explained', () => {
  let said: Said[]
  beforeAll(async () => {
    said = await hedge(EXPLAINED.map(([, args]) => args))
  })
  test.each(
    EXPLAINED.map(([what, , codes, sentence], index) => [what, index, codes, sentence] as const),
  )('%s', (_what, index, codes, sentence) => {
    const [code, out, err] = said[index] as Said
    expect(codes).toContain(code)
    expect(out + err).toMatch(sentence)
  })
})
