import { expect, test } from 'vitest'
import { commonPrefix } from '../../src/proof/common-prefix.ts'

test('two texts are compared in blocks, and then to the place where they differ', () => {
  const long = 'é'.repeat(5000)
  for (const [a, b, same] of [
    ['', 'a', 0],
    ['abc', 'abd', 2],
    ['abc', 'abc', 3],
    [long, `${long}x`, 5000],
    [`${long}x${long}`, `${long}y${long}`, 5000],
  ] as const) {
    expect(commonPrefix(a, b)).toBe(same)
    expect(commonPrefix(Buffer.from(b), Buffer.from(a))).toBe(Buffer.byteLength(a.slice(0, same)))
  }
})
