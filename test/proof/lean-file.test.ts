import { describe, expect, test } from 'vitest'
import { decodeLean, unclosedComment } from '../../src/proof/lean-file.ts'

const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))))

describe('a Lean file', () => {
  test.each([
    ['plain text', bytes('theorem t : True'), 'theorem t : True'],
    ['a byte order mark at the head', bytes('\ufeffa'), 'a'],
    ['two of them', bytes('\ufeff\ufeffa'), '\ufeffa'],
    ['one further on', bytes('a\ufeffb'), 'a\ufeffb'],
    ['line ends of Windows, tabs, astral letters', bytes('a\r\n\tb 𝔸'), 'a\r\n\tb 𝔸'],
    ['nothing', bytes(), ''],
  ])('%s', (_, file, text) => expect(decodeLean(file)).toEqual({ text }))

  test.each([
    ['a stray byte', bytes('ab\ncd', 0xff, 'e'), 'byte 0xff in line 2, 2 bytes from its beginning'],
    ['a surrogate', bytes('a', 0xed, 0xa0, 0x80), 'byte 0xa0 in line 1, 2 bytes from its beginning'],
    ['a letter in two bytes too many', bytes(0xc0, 0x80), 'byte 0xc0 in line 1, 0 bytes from its beginning'],
    ['a letter cut at the end', bytes('\n\nx', 0xe2, 0x88), 'not valid UTF-8'],
    ['a NUL', bytes('a\nbc\0d'), 'NUL character in line 2, column 3'],
    ['UTF-16', Buffer.from('\ufeffab', 'utf16le'), 'byte 0xff in line 1, 0 bytes'],
  ])('that is none: %s', (_, file, problem) =>
    expect(decodeLean(file)).toEqual({ problem: expect.stringContaining(problem) }))
})

test.each([
  ['a /- b', 'line 1, column 3'],
  ['a\n b /- /- -/', 'line 2, column 4'],
  ['/--', 'line 1, column 1'],
  ['-- /-\n/- x -/ /- y', 'line 2, column 9'],
])('an unclosed comment in %j', (text, place) => expect(unclosedComment(text)).toBe(place))

test.each([
  '',
  'a /- b -/',
  '/- /- -/ -/',
  '-- /- x',
  '"/-" x',
  'a --',
  '/- -/',
  '«/-» x',
])('no unclosed comment in %j', (text) => expect(unclosedComment(text)).toBeUndefined())
