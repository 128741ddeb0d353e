import { describe, expect, test } from 'vitest'
import { storedHeaders, storedSource, wholeHeaders, wholeSource } from '../../src/results/headers.ts'

const line = (i: number) => `theorem t${i} : ${'x'.repeat(60)} = 𝕜${i} := by sorry\n\n`
/** The headers of a file's theorems: what stands before each. */
const fileHeaders = (count: number, begin = 'import Init\n') =>
  Array.from({ length: count }, (_, i) => begin + Array.from({ length: i }, (_, j) => line(j)).join(''))

const asRows = (headers: readonly string[]) =>
  storedHeaders(headers).map(({ header, headerOf, headerChars }, position) => ({
    position,
    header,
    header_of: headerOf,
    header_chars: headerChars,
  }))

describe('headers that begin alike', () => {
  test('come back as they were, whatever stands between them', () => {
    const headers = [
      ...fileHeaders(40),
      'open Nat',
      ...fileHeaders(30, 'import Init\nopen Nat\n'),
      '',
      ...fileHeaders(40),
    ]
    const whole = wholeHeaders(asRows(headers))
    expect(headers.map((_, position) => whole.get(position))).toEqual(headers)
  })

  test('are stored once: ten times the theorems take ten times the place', () => {
    const size = (count: number) => asRows(fileHeaders(count)).reduce((sum, { header }) => sum + header.length, 0)
    expect(size(500) / size(50)).toBeLessThan(12)
  })

  test('short ones stay where they are read', () => {
    expect(asRows(['open Nat', 'open Nat']).map(({ header }) => header)).toEqual(['open Nat', 'open Nat'])
  })
})

test('a proof is stored without the header it begins with, and comes back with it', () => {
  const header = fileHeaders(40).at(-1) as string
  const source = `${header}theorem t : 𝕜 := by\n  simp\n`
  const { source: rest, headerChars } = storedSource(source, header)
  expect(rest).toBe('theorem t : 𝕜 := by\n  simp\n')
  expect(wholeSource({ source: rest, header_chars: headerChars }, header)).toBe(source)
  expect(storedSource('theorem t : True := trivial', header).headerChars).toBeNull()
})
