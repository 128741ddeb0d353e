/** An address in the module's memory, or a boxed scalar (lowest bit set): how compiled Lean passes every value. */
declare const looked: unique symbol
declare const counted: unique symbol
/** The address of a Lean object, or a boxed scalar, borrowed: it may be looked at while somebody keeps it. */
export type Obj = number & { readonly [looked]: true }
/** One that is counted for whoever holds it: to be freed, or given to what takes it, once. It may be looked at too. */
export type Owned = Obj & { readonly [counted]: true }
/** What the module gives back, as an object that is owned. */
export const owned = (address: number): Owned => (address >>> 0) as Owned
/** A Lean function that takes all its arguments; its result is owned. */
export type LeanFunction = (...args: Owned[]) => Owned

export type WasmFunction = (...args: number[]) => number

/** Emscripten's file-system object, as far as the host touches it. */
export type EmscriptenFs = {
  mkdirTree(path: string): void
  lookupPath(path: string): { node: { stream_ops: Record<string, unknown> } }
  mount(type: unknown, options: { root: string }, path: string): void
  ErrnoError: new (errno: number) => Error
} & Record<string, unknown>

/** What the prepared glue leaves on `globalThis.__lean`. */
export type WasmModule = {
  FS: EmscriptenFs
  NODEFS: { node_ops: Record<string, unknown>; stream_ops: Record<string, (...args: never[]) => unknown> }
  _malloc(bytes: number): number
  _free(address: number): void
  /** Puts a JavaScript function into the function table; callable from the main thread only. `signature` is one letter per value, result first. */
  addFunction(f: (...args: number[]) => number, signature: string): number
  /** The few exports that the prepared module has kept. */
  wasm: Record<string, WasmFunction>
  wasmMem: WebAssembly.Memory
  /** The place in the function table of a function by its symbol, and the address of data; 0 where there is none. */
  findSymbol(symbol: string): number
  findData(symbol: string): number
  /** A function by its place in the table. */
  functionAt(slot: number): WasmFunction
}
