import { describe, expect, test } from 'vitest'
import type { DeclarationExport } from '../../src/proof/declarations/export.ts'
import { fromNdjson, toNdjson } from '../../src/proof/declarations/ndjson.ts'
import { MalformedExport, validateExport } from '../../src/proof/declarations/validate.ts'

const META = { exporter: { name: 'hedge-prover', version: 'test' }, lean: { version: '4.28.0', githash: 'abc' } }
const HUGE = '123456789012345678901234567890'

const example: DeclarationExport = {
  names: [
    { str: { pre: 0, str: 'Nat' } },
    { str: { pre: 0, str: '\ufeffa b.«c»\u0000𝔸"\\\u2028' } },
    { num: { pre: 2, i: 7 } },
    { num: { pre: 3, i: HUGE } },
    { str: { pre: 0, str: 'u' } },
    { str: { pre: 1, str: '"num":{"pre":0,"i":99999999999999999999}' } },
  ],
  levels: [{ param: 5 }, { succ: 1 }, { max: [1, 2] }, { imax: [2, 0] }],
  terms: [
    { const: { name: 1, us: [] } },
    { natVal: HUGE.repeat(100) },
    { strVal: '\ufeff\u0000𝔸\n"natVal":1' },
    { sort: 3 },
    { bvar: 0 },
    { lam: { name: 5, type: 0, body: 4, binderInfo: 'strictImplicit' } },
    { app: { fn: 5, arg: 1 } },
    { forallE: { name: 0, type: 0, body: 0, binderInfo: 'instImplicit' } },
    { letE: { name: 2, type: 0, value: 1, body: 4, nondep: true } },
    { proj: { typeName: 1, idx: 3, struct: 2 } },
    { sort: 0 },
  ],
  declarations: [
    { axiom: { name: 1, levelParams: [], type: 10, isUnsafe: false } },
    {
      def: {
        name: 4,
        levelParams: [5],
        type: 3,
        value: 3,
        hints: { regular: 4_294_967_295 },
        safety: 'safe',
        all: [4],
      },
    },
    { thm: { name: 2, levelParams: [], type: 0, value: 6, all: [2] } },
  ],
}

describe('an export as lines of JSON', () => {
  test('comes back to the bit', () => {
    expect(validateExport(example)).toEqual(example)
    const lines = [...toNdjson(example, META)]
    expect(fromNdjson(lines)).toEqual(example)
    expect([...toNdjson(fromNdjson(lines), META)]).toEqual(lines)
    expect(fromNdjson(`${lines.join('\n')}\n`.split('\n'))).toEqual(example)
  })

  test('has the lines of the format', () => {
    const lines = [...toNdjson(example, META)]
    expect(JSON.parse(lines[0] ?? '')).toEqual({ meta: { ...META, format: { version: '3.1.0' } } })
    expect(lines[1]).toBe('{"in":1,"str":{"pre":0,"str":"Nat"}}')
    expect(lines[4]).toBe(`{"in":4,"num":{"pre":3,"i":${HUGE}}}`)
    expect(lines[7]).toBe('{"il":1,"param":5}')
    expect(lines[11]).toBe('{"ie":0,"const":{"name":1,"us":[]}}')
    for (const line of lines) expect(line).not.toContain('\n')
    expect(lines.length).toBe(1 + 6 + 4 + 11 + 3)
  })

  test('may have its keys in another order, as lean4export writes them', () => {
    const lines = [...toNdjson(example, META)].map((line) => {
      if (!line.startsWith('{"in":4')) return line
      return `{"in":4,"num":{"i":${HUGE},"pre":3}}`
    })
    expect(fromNdjson(lines)).toEqual(example)
  })

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['nothing', () => [], /empty/],
    ['no first line', (lines) => lines.slice(1), /line 1 does not say that the format/],
    ['another format', (lines) => [lines[0]?.replace('3.1.0', '2.0.0') ?? '', ...lines.slice(1)], /lean4export's 3.1/],
    ['a line missing', (lines) => lines.toSpliced(3, 1), /line 4 has number 4 out of order/],
    ['a line twice', (lines) => lines.toSpliced(3, 0, lines[3] ?? ''), /out of order/],
    ['no JSON', (lines) => [...lines, '{'], /line 26 is not JSON/],
    ['no object', (lines) => [...lines, '3'], /line 26 is no object/],
    ['an unknown kind', (lines) => [...lines, '{"mdata":{}}'], /declaration 3 is of no known kind/],
    ['a term twice numbered', (lines) => [...lines, '{"ie":11,"il":5,"bvar":0}'], /level|unknown|kind/],
  ])('is refused: %s', (_, change, message) => {
    const lines = change([...toNdjson(example, META)])
    expect(() => fromNdjson(lines)).toThrow(MalformedExport)
    expect(() => fromNdjson(lines)).toThrow(message)
  })
})
