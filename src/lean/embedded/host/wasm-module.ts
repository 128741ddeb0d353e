/** An address in the module's memory, or a boxed scalar (lowest bit set): how compiled Lean passes every value. */
export type Obj = number

export type WasmFunction = (...args: number[]) => number

/** Emscripten's file-system object, as far as the host touches it. */
export type EmscriptenFs = {
  mkdirTree(path: string): void
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
  wasm: Record<string, WasmFunction & { value?: number }>
  wasmMem: WebAssembly.Memory
}
