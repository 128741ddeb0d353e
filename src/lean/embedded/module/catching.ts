import { ByteWriter, MalformedModule } from './bytes.ts'
import { type FunctionType, type Import, KIND, SECTION, type Section, writeSections } from './sections.ts'

const I32 = 0x7f
const FUNCREF = 0x70
const EXTERNREF = 0x6f
const NO_RESULT = 0x40
/** A reference to a function of the type that follows, or none. */
const NULLABLE = 0x63
const END = 0x0b
const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const I32_CONST = 0x41
const CALL = 0x10
const CALL_INDIRECT = 0x11
/** The constant 0 of each type of number: i32, i64, f32, f64. */
const ZERO: Readonly<Record<number, readonly number[]>> = {
  [I32]: [I32_CONST, 0],
  126: [0x42, 0],
  125: [0x43, 0, 0, 0, 0],
  124: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
}
/** What the catching functions need of the module's own, by their place in the second table. */
const OWN = ['emscripten_stack_get_current', '_emscripten_stack_restore', 'setThrew'] as const
const [GET_STACK, RESTORE_STACK, SET_THREW] = [0, 1, 2]

/** Beside the loader. */
export const CATCHING_FILE = 'catching.wasm'

/**
 * C++ code that has something to tidy up calls through imports named `invoke_…`, which the loader has as JavaScript: they
 * call a function of the table and, where that throws a number, which is how C++ exceptions come, take the stack back and
 * leave a note. The way out to JavaScript and back took a seventh of a tactic's time. This is a module that does the same in
 * WebAssembly, with the table, which the module then imports. Some of Lean's functions are called with more than they take, which
 * JavaScript alone forgives: those calls go on by the loader's functions, which this module imports.
 *
 * `OWN` functions come later, by the second table, since the module's instance needs this one's first.
 */
export function catchingModule(
  imports: readonly Import[],
  types: readonly FunctionType[],
  tableLength: number,
): Uint8Array {
  const invokes = imports.flatMap(({ name, kind, type }) =>
    kind === KIND.function && name.startsWith('invoke_') ? [{ name, type: types[type] as FunctionType }] : [],
  )
  const known: FunctionType[] = []
  const typeOf = (parameters: readonly number[], results: readonly number[]): number => {
    const at = known.findIndex((type) => `${type.parameters}:${type.results}` === `${parameters}:${results}`)
    return at < 0 ? known.push({ parameters, results }) - 1 : at
  }
  const thrown = typeOf([EXTERNREF], [])
  const isNumber = typeOf([EXTERNREF], [I32])
  const own = [typeOf([], [I32]), typeOf([I32], []), typeOf([I32, I32], [])]
  const functions = invokes.map(({ name, type: { parameters, results } }, k) => {
    const [result] = results
    if (parameters[0] !== I32 || results.length > 1 || (result !== undefined && ZERO[result] === undefined))
      throw new MalformedModule(`${name} is of an unknown form`)
    const [called, stack, callee] = [typeOf(parameters.slice(1), results), parameters.length, parameters.length + 1]
    const callOwn = (which: number) => [CALL_INDIRECT, ...wide(own[which] as number), 1]
    const others = parameters.slice(1).flatMap((_, i) => [LOCAL_GET, i + 1])
    const code = [
      ...[I32_CONST, GET_STACK, ...callOwn(GET_STACK), LOCAL_SET, stack],
      // try … catch what JavaScript throws
      ...[0x06, result ?? NO_RESULT],
      // Where the function is of the type it is called with, it is called here …
      ...[0x02, FUNCREF, LOCAL_GET, 0, 0x25, 0, ...[0xfb, 0x19, 1, 0, FUNCREF, ...wide(called)], LOCAL_SET, callee],
      ...[...others, LOCAL_GET, callee, 0x14, ...wide(called), 0x0c, 1, END],
      // … and otherwise by the loader, as JavaScript calls: what is too much is left out.
      ...[0x1a, LOCAL_GET, 0, ...others, CALL, k + 1],
      ...[0x07, 0],
      ...[LOCAL_GET, stack, I32_CONST, RESTORE_STACK, ...callOwn(RESTORE_STACK)],
      // if it is no number, rethrow
      ...[CALL, 0, 0x45, 0x04, NO_RESULT, 0x09, 1, END],
      ...[I32_CONST, 1, I32_CONST, 0, I32_CONST, SET_THREW, ...callOwn(SET_THREW)],
      ...(result === undefined ? [] : (ZERO[result] ?? [])),
      ...[END, END],
    ]
    const locals = [2, 1, I32, 1, NULLABLE, ...wide(called)]
    return { name, type: typeOf(parameters, results), body: Uint8Array.from([...locals, ...code]) }
  })
  // Other numbers stand as one byte each above.
  if (known.length > 4096 || invokes.length > 126 || invokes.some(({ type }) => type.parameters.length > 125))
    throw new MalformedModule('there are too many kinds of calls that catch')
  return writeSections([
    part(1, (w) => {
      w.u32(known.length)
      for (const { parameters, results } of known)
        w.byte(0x60)
          .u32(parameters.length)
          .bytes(Uint8Array.from(parameters))
          .u32(results.length)
          .bytes(Uint8Array.from(results))
    }),
    part(SECTION.import, (w) => {
      w.u32(functions.length + 2)
        .name('env')
        .name('isNumber')
        .byte(KIND.function)
        .u32(isNumber)
      for (const { name, type } of functions) w.name('env').name(name).byte(KIND.function).u32(type)
      w.name('env').name('thrown').byte(KIND.tag).byte(0).u32(thrown)
    }),
    part(SECTION.function, (w) => functions.reduce((to, { type }) => to.u32(type), w.u32(functions.length))),
    part(SECTION.table, (w) => w.u32(2).byte(FUNCREF).byte(0).u32(tableLength).byte(FUNCREF).byte(0).u32(OWN.length)),
    part(SECTION.export, (w) => {
      w.u32(functions.length + 2)
        .name('table')
        .byte(KIND.table)
        .u32(0)
        .name('own')
        .byte(KIND.table)
        .u32(1)
      for (const [i, { name }] of functions.entries())
        w.name(name)
          .byte(KIND.function)
          .u32(functions.length + 1 + i)
    }),
    part(10, (w) => {
      w.u32(functions.length)
      for (const { body } of functions) w.u32(body.length).bytes(body)
    }),
  ])
}

/**
 * JavaScript for the loader: `catching` has the functions in place of the loader's, and the table; `catchWith` gives it what
 * it needs of the module's instance.
 * @param file an expression for the file's path
 */
export function catchingLoader(file: string): string {
  const own = OWN.map((name, i) => `own.set(${i},exports["${name}"])`).join(';')
  return (
    `var catching=invokes=>{var {own,...rest}=new WebAssembly.Instance(new WebAssembly.Module(require("fs").readFileSync(${file})),` +
    '{env:{...invokes,isNumber:e=>typeof e=="number"?1:0,thrown:WebAssembly.JSTag}}).exports;' +
    `catchWith=exports=>{${own}};return rest};var catchWith;`
  )
}

/** A number below 2 ** 13 in two bytes, which are the same with and without a sign. */
const wide = (n: number): readonly number[] => [(n & 0x7f) | 0x80, n >> 7]

function part(id: number, write: (writer: ByteWriter) => void): Section {
  return { id, contents: build(write) }
}

function build(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  write(writer)
  return writer.done()
}
