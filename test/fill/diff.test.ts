import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../src/fill/diff.ts'
import { sourceText, type TextEdit } from '../../src/proof/source-text.ts'

/** Every `?` of a text is a place to fill; the texts are used in turn. */
function editsOf(text: string, fills: readonly string[]): TextEdit[] {
  return [...text.matchAll(/\?/g)].map(({ index }, i) => ({
    start: index,
    end: index + 1,
    text: fills[i % fills.length] as string,
  }))
}

const MANY = Array.from({ length: 40 }, (_, i) => (i % 9 === 4 ? `line ${i} ? and ?` : `line ${i}`)).join('\n')
const FILES = [
  'one ?\n',
  '?',
  'a\nb\n? c ?\nd\n',
  'no break at the end\n?',
  '∀ α ? β\n\n\n\n\n\n\n\n\n? ?\n',
  MANY,
  `${MANY}\n`,
]

test('`git apply` makes of the file what the edits make of it, byte for byte', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hedge-diff-'))
  try {
    for (const plain of FILES)
      for (const file of [plain, plain.replaceAll('\n', '\r\n'), `\uFEFF${plain}`])
        for (const fills of [['x'], ['x\ny'], ['z', 'long\n  text\n  of ∀ lines']]) {
          const source = sourceText(file)
          const edits = editsOf(source.text, fills)
          const after = source.edited(edits)
          writeFileSync(join(folder, 'f.lean'), file)
          const patch = unifiedDiff('f.lean', source.text, edits, file, after)
          execFileSync('git', ['apply', '-'], { cwd: folder, input: patch })
          expect(readFileSync(join(folder, 'f.lean'), 'utf8')).toBe(after)
        }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what is not edited stays as it is, whatever its line ends', () => {
  const file = '\uFEFFa\r\nb ?\nc ?\r\n'
  const { text, edited } = sourceText(file)
  expect(edited(editsOf(text, ['x\ny']))).toBe('\uFEFFa\r\nb x\r\ny\nc x\r\ny\r\n')
  expect(edited([])).toBe(file)
})
