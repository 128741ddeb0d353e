/** An address in the module's memory, or a boxed scalar (lowest bit set): how compiled Lean passes every value. */
export type Obj = number

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
