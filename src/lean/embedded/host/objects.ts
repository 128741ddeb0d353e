import { type LeanFunction, type Obj, type Owned, owned, type WasmFunction, type WasmModule } from './wasm-module.ts'

/**
 * Lean objects seen from JavaScript, in the wasm32 layout of `lean.h` (Lean 4.28): an 8-byte header
 * {rc i32, size u16, other u8, tag u8}, then the object fields, then unboxed scalars.
 *
 * Ownership: every function here borrows its arguments unless it says "takes"; results that are objects are owned by
 * the caller only where the name is `own*`, `make*` or `call`.
 */
export type Objects = ReturnType<typeof createObjects>

const HEADER = 8
const TAG_CLOSURE = 245
const TAG_ARRAY = 246
const TAG_STRING = 249
/** Constructors have tags up to here; only they keep their size in the header. */
const TAG_MAX_CTOR = 244

/** Scalars are counted nowhere: they may be given away as often as one likes. */
export const box = (n: number): Owned => (((n << 1) | 1) >>> 0) as Owned
export const isScalar = (o: Obj): boolean => (o & 1) === 1
/** The empty list, `none`, `()`, the anonymous name, and the world token. */
export const UNIT = box(0)

export function createObjects(module: WasmModule) {
  let u8 = new Uint8Array(module.wasmMem.buffer)
  let u32 = new Uint32Array(module.wasmMem.buffer)
  // Memory growth replaces the buffer, and any call into Lean may grow it.
  const refresh = () => {
    if (u8.buffer !== module.wasmMem.buffer) {
      u8 = new Uint8Array(module.wasmMem.buffer)
      u32 = new Uint32Array(module.wasmMem.buffer)
    }
  }
  const functions = new Map<string, WasmFunction>()
  const find = (name: string): WasmFunction | undefined => {
    const known = functions.get(name)
    if (known !== undefined) return known
    const slot = module.findSymbol(name)
    if (slot === 0) return undefined
    const found = module.functionAt(slot)
    functions.set(name, found)
    return found
  }
  const native = (name: string): WasmFunction => {
    const f = find(name)
    if (f === undefined) throw new Error(`this build of Lean does not export ${name}`)
    return f
  }
  const decRefCold = native('lean_dec_ref_cold')
  const allocObject = native('lean_alloc_object')
  const mkString = native('lean_mk_string_from_bytes')

  const stRefGet = native('lean_st_ref_get')
  /** What a reference (borrowed) holds, owned. */
  const refGet = (reference: Obj): Owned => owned(stRefGet(reference))

  const tag = (o: Obj): number => {
    refresh()
    return u8[o + 7] as number
  }
  /** The constructor's number, for constructors without fields (boxed scalars) too. */
  const ctorTag = (o: Obj): number => (isScalar(o) ? o >>> 1 : tag(o))
  const fieldCount = (o: Obj): number => {
    refresh()
    return u8[o + 6] as number
  }
  const field = (o: Obj, i: number): Obj => {
    refresh()
    return u32[(o + HEADER + 4 * i) >> 2] as Obj
  }
  /** A byte among the unboxed scalars that follow the object fields of a constructor. */
  const scalarByte = (o: Obj, offset: number): number => u8[o + HEADER + 4 * fieldCount(o) + offset] as number

  // rc > 0: owned by one thread; rc < 0: shared, counts towards zero; rc = 0: lives for ever.
  const inc = (o: Obj): Owned => {
    if (!isScalar(o)) {
      refresh()
      const rc = (u32[o >> 2] as number) | 0
      if (rc > 0) u32[o >> 2] = rc + 1
      else if (rc < 0) Atomics.sub(new Int32Array(u32.buffer, o, 1), 0, 1)
    }
    return o as Owned
  }
  const dec = (o: Owned): void => {
    if (isScalar(o)) return
    refresh()
    const rc = (u32[o >> 2] as number) | 0
    if (rc > 1) u32[o >> 2] = rc - 1
    else if (rc !== 0) decRefCold(o)
  }

  /** Never freed: part of the imported library. */
  const isImmortal = (o: Obj): boolean => {
    refresh()
    return u32[o >> 2] === 0
  }

  const alloc = (bytes: number, tagByte: number, other: number): Owned => {
    const size = (bytes + 7) & ~7
    const o = owned(allocObject(size))
    refresh()
    u8.fill(0, o, o + size)
    u32[o >> 2] = 1
    u32[(o >> 2) + 1] = ((tagByte <= TAG_MAX_CTOR ? size & 0xffff : 0) | (other << 16) | (tagByte << 24)) >>> 0
    return o
  }
  /** Takes the fields. `scalars` are the bytes after them. */
  const makeCtor = (tagByte: number, fields: readonly Owned[], scalars: readonly number[] = []): Owned => {
    const o = alloc(HEADER + 4 * fields.length + scalars.length, tagByte, fields.length)
    fields.forEach((x, i) => {
      u32[(o + HEADER + 4 * i) >> 2] = x
    })
    scalars.forEach((x, i) => {
      u8[o + HEADER + 4 * fields.length + i] = x
    })
    return o
  }
  /** A copy of a constructor object with some fields replaced (the replacements are taken) and scalar bytes overwritten. */
  const makeCopy = (o: Obj, fields: Record<number, Owned>, scalars: Record<number, number> = {}): Owned => {
    const count = fieldCount(o)
    const size = (u32[(o >> 2) + 1] as number) & 0xffff
    const bytes = u8.slice(o + HEADER + 4 * count, o + size)
    const copy = makeCtor(
      tag(o),
      Array.from({ length: count }, (_, i) => fields[i] ?? inc(field(o, i))),
      [...bytes].map((byte, i) => scalars[i] ?? byte),
    )
    return copy
  }
  /** Takes the items. */
  const makeArray = (items: readonly Owned[] = []): Owned => {
    const capacity = Math.max(items.length, 4)
    const o = alloc(HEADER + 8 + 4 * capacity, TAG_ARRAY, 0)
    u32[(o + HEADER) >> 2] = items.length
    u32[(o + HEADER + 4) >> 2] = capacity
    items.forEach((x, i) => {
      u32[(o + HEADER + 8 + 4 * i) >> 2] = x
    })
    return o
  }
  /** Takes the items. */
  const makeList = (items: readonly Owned[]): Owned =>
    items.reduceRight<Owned>((tail, x) => makeCtor(1, [x, tail]), UNIT)
  /** A function value from a table index. Takes the fixed arguments. */
  const makeClosure = (index: number, arity: number, fixed: readonly Owned[] = []): Owned => {
    const o = alloc(HEADER + 8 + 4 * fixed.length, TAG_CLOSURE, 0)
    u32[(o + HEADER) >> 2] = index
    u32[(o + HEADER + 4) >> 2] = arity | (fixed.length << 16)
    fixed.forEach((x, i) => {
      u32[(o + HEADER + 8 + 4 * i) >> 2] = x
    })
    return o
  }
  /** Any text, byte for byte: its length travels with it. @throws where it holds a lone surrogate, which no UTF-8 says */
  const makeString = (text: string): Owned => {
    if (!text.isWellFormed()) throw new Error('a string with a lone surrogate is no text')
    const bytes = Buffer.from(text)
    const address = module._malloc(bytes.length + 1)
    refresh()
    u8.set(bytes, address)
    const o = owned(mkString(address, bytes.length))
    module._free(address)
    return o
  }
  /** A natural number of any size from its decimal digits. */
  const makeBigNat = (digits: string): Owned => {
    const bytes = Buffer.from(`${digits}\0`)
    const address = module._malloc(bytes.length)
    refresh()
    u8.set(bytes, address)
    const o = owned(native('lean_cstr_to_nat')(address))
    module._free(address)
    return o
  }
  const some = (o: Owned): Owned => makeCtor(1, [o])

  // Nothing is dropped or replaced: a byte order mark is a character like others.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const stringValue = (o: Obj): string => {
    refresh()
    // The memory is shared between threads, which TextDecoder refuses to read; slice copies.
    return decoder.decode(u8.slice(o + HEADER + 12, o + HEADER + 11 + (u32[(o + HEADER) >> 2] as number)))
  }
  /** A copy of a string's UTF-8, without the byte that ends it. */
  const stringBytes = (o: Obj): Uint8Array => {
    refresh()
    return u8.slice(o + HEADER + 12, o + HEADER + 11 + (u32[(o + HEADER) >> 2] as number))
  }
  /** Like `stringValue`, and gives the string back. */
  const takeString = (o: Owned): string => {
    const text = stringValue(o)
    dec(o)
    return text
  }
  const isString = (o: Obj): boolean => !isScalar(o) && tag(o) === TAG_STRING
  const arrayItems = (o: Obj): Obj[] => {
    refresh()
    const start = (o + HEADER + 8) >> 2
    return Array.from(u32.subarray(start, start + (u32[(o + HEADER) >> 2] as number))) as Obj[]
  }
  const arrayItem = (o: Obj, i: number): Obj => {
    refresh()
    return u32[((o + HEADER + 8) >> 2) + i] as Obj
  }
  /** @throws where another object stands in place of a list: code can put one there, and following it might never end */
  const listItems = (o: Obj): Obj[] => {
    const items: Obj[] = []
    for (let l = o; !isScalar(l); l = field(l, 1)) {
      if (tag(l) !== 1 || u8[l + 6] !== 2) throw new Error('an object of another kind stands where a list belongs')
      items.push(field(l, 0))
    }
    return items
  }
  const persistentArrayItems = (o: Obj): Obj[] => {
    const items: Obj[] = []
    const visit = (node: Obj): void => {
      if (tag(node) === 0) arrayItems(field(node, 0)).forEach(visit)
      else items.push(...arrayItems(field(node, 0)))
    }
    visit(field(o, 0))
    items.push(...arrayItems(field(o, 1)))
    return items
  }

  /** `Nat` or `Int`-free natural number; big ones are not read. */
  const natValue = (o: Obj): number | undefined => (isScalar(o) ? o >>> 1 : undefined)

  const callers = new Map<string, LeanFunction>()
  /**
   * A Lean function by its exported name. All arguments are taken, the result is owned; missing trailing arguments
   * (a world token, erased types) are filled with unit. Where `f___boxed` exists it is the one that takes all its
   * arguments; where it does not, `f` itself does.
   */
  const fn = (name: string): LeanFunction => {
    const known = callers.get(name)
    if (known !== undefined) return known
    const target = find(`${name}___boxed`) ?? native(name)
    const arity = target.length
    const caller: LeanFunction = (...args) => {
      while (args.length < arity) args.push(UNIT)
      return owned(target(...args))
    }
    callers.set(name, caller)
    return caller
  }
  /** The value of an exported Lean constant (borrowed: it lives for ever). */
  const constant = (name: string): Obj => {
    const address = module.findData(name)
    if (address === 0) throw new Error(`this build of Lean does not export ${name}`)
    refresh()
    return u32[address >> 2] as Obj
  }
  /** A table index for an exported function, to make closures of it. */
  const tableIndex = (name: string): { index: number; arity: number } => ({
    index: module.findSymbol(name),
    arity: native(name).length,
  })

  return {
    tag,
    ctorTag,
    fieldCount,
    field,
    scalarByte,
    inc,
    dec,
    makeCtor,
    makeCopy,
    makeArray,
    makeList,
    makeClosure,
    makeString,
    makeBigNat,
    some,
    isImmortal,
    isScalarValue: isScalar,
    stringValue,
    stringBytes,
    takeString,
    isString,
    arrayItems,
    arrayItem,
    listItems,
    persistentArrayItems,
    natValue,
    native,
    fn,
    refGet,
    constant,
    tableIndex,
    addFunction: module.addFunction,
    heapBytes: () => module.wasmMem.buffer.byteLength,
  }
}
