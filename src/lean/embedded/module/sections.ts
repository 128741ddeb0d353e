import { ByteReader, ByteWriter, MalformedModule } from './bytes.ts'

/** Sections of a WebAssembly module by their number in the binary format; custom sections have 0. */
export const SECTION = { type: 1, import: 2, function: 3, table: 4, global: 6, export: 7, element: 9 } as const
export type Section = { readonly id: number; readonly contents: Uint8Array }

/** What an import or export is, by its number in the binary format. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const
export type Export = { readonly name: string; readonly kind: number; readonly index: number }
/** `type` is a function's, by its number; of other imports it says nothing. */
export type Import = { readonly module: string; readonly name: string; readonly kind: number; readonly type: number }
export type FunctionType = { readonly parameters: readonly number[]; readonly results: readonly number[] }

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const FUNCREF = 0x70
const FUNCTION_TYPE = 0x60
const I32_CONST = 0x41
const END = 0x0b
/** Numbers that stand behind an instruction of a constant expression, by the instruction: how many bytes, or 0 for LEB128. */
const CONSTANTS: Record<number, number> = { [I32_CONST]: 0, 66: 0, 67: 4, 68: 8, 35: 0 }

/** The sections of a module, as they stand; their contents are not copied. @throws MalformedModule */
export function readSections(module: Uint8Array): Section[] {
  const reader = new ByteReader(module)
  if (MAGIC.some((byte) => reader.byte() !== byte)) throw new MalformedModule('this is no WebAssembly module')
  const sections: Section[] = []
  while (!reader.atEnd) {
    const id = reader.byte()
    sections.push({ id, contents: reader.take(reader.u32()) })
  }
  return sections
}

export function writeSections(sections: readonly Section[]): Uint8Array {
  const writer = new ByteWriter().bytes(Uint8Array.from(MAGIC))
  for (const { id, contents } of sections) writer.byte(id).u32(contents.length).bytes(contents)
  return writer.done()
}

export function readExports(contents: Uint8Array): Export[] {
  return list(contents, (reader) => ({ name: reader.name(), kind: reader.byte(), index: reader.u32() }))
}

export function writeExports(exports: readonly Export[]): Uint8Array {
  const writer = new ByteWriter().u32(exports.length)
  for (const { name, kind, index } of exports) writer.name(name).byte(kind).u32(index)
  return writer.done()
}

export function readImports(contents: Uint8Array): Import[] {
  return list(contents, (reader) => {
    const [module, name, kind] = [reader.name(), reader.name(), reader.byte()]
    let type = 0
    if (kind === KIND.function) type = reader.u32()
    else if (kind === KIND.global || kind === KIND.tag) reader.take(2)
    else if (kind === KIND.memory) limits(reader)
    else if (kind === KIND.table) {
      reader.byte()
      limits(reader)
    } else throw new MalformedModule(`import ${module}.${name} is of the unknown kind ${kind}`)
    return { module, name, kind, type }
  })
}

/** The import section with the module's one table of functions imported, behind all that is imported already. */
export function withTable(imports: Uint8Array, module: string, name: string, length: number): Uint8Array {
  const reader = new ByteReader(imports)
  const count = reader.u32()
  const writer = new ByteWriter().u32(count + 1).bytes(imports.subarray(reader.at))
  return writer.name(module).name(name).byte(KIND.table).byte(FUNCREF).byte(0).u32(length).done()
}

export function readTypes(contents: Uint8Array): FunctionType[] {
  return list(contents, (reader) => {
    if (reader.byte() !== FUNCTION_TYPE) throw new MalformedModule('a type is not that of a function')
    return { parameters: [...reader.take(reader.u32())], results: [...reader.take(reader.u32())] }
  })
}

/** The address for each of the module's own globals that is a 32-bit constant. */
export function readGlobals(contents: Uint8Array): (number | undefined)[] {
  return list(contents, (reader) => {
    const [, mutable, instruction] = [reader.byte(), reader.byte(), reader.byte()]
    const width = CONSTANTS[instruction]
    if (width === undefined) throw new MalformedModule(`a global begins with instruction ${instruction}`)
    const value = instruction === I32_CONST ? reader.s32() >>> 0 : undefined
    if (value === undefined) {
      if (width > 0) reader.take(width)
      else while (reader.byte() >= 0x80);
    }
    if (reader.byte() !== END) throw new MalformedModule('a global has a longer expression')
    return mutable === 0 ? value : undefined
  })
}

/** How many places the module's one table of functions has; it may grow without limit. */
export function readTable(contents: Uint8Array): number {
  const [table, ...others] = list(contents, (reader) => ({ type: reader.byte(), ...limits(reader) }))
  if (table === undefined || others.length > 0 || table.type !== FUNCREF || table.flags !== 0)
    throw new MalformedModule('there is not exactly one table of functions without a limit')
  return table.least
}

/** Functions that are put into the table from `start` on. */
export type Elements = { readonly start: number; readonly functions: readonly number[] }

export function readElements(contents: Uint8Array): Elements[] {
  return list(contents, (reader) => {
    if (reader.u32() !== 0 || reader.byte() !== I32_CONST)
      throw new MalformedModule(
        'a part of the table is filled in another way than with functions from a fixed place on',
      )
    const start = reader.s32()
    if (reader.byte() !== END) throw new MalformedModule('the place in the table is a longer expression')
    return { start, functions: Array.from({ length: reader.u32() }, () => reader.u32()) }
  })
}

export function writeElements(segments: readonly Elements[]): Uint8Array {
  const writer = new ByteWriter().u32(segments.length)
  for (const { start, functions } of segments) {
    writer.u32(0).byte(I32_CONST).s32(start).byte(END).u32(functions.length)
    for (const index of functions) writer.u32(index)
  }
  return writer.done()
}

function list<T>(contents: Uint8Array, read: (reader: ByteReader) => T): T[] {
  const reader = new ByteReader(contents)
  const items = Array.from({ length: reader.u32() }, () => read(reader))
  if (!reader.atEnd) throw new MalformedModule(`a section goes on behind its last entry, at byte ${reader.at}`)
  return items
}

function limits(reader: ByteReader): { flags: number; least: number } {
  const flags = reader.byte()
  const least = reader.u32()
  if ((flags & 1) !== 0) reader.u32()
  return { flags, least }
}
