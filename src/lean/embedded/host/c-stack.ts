import type { WasmModule } from './wasm-module.ts'

/** What compiled Lean's recursion has; V8's own stack, which ends with an exception, is used up long before it. */
const STACK_BYTES = 128 * 1024 * 1024
/** Below the stack, where nothing may be written. */
const GUARD_BYTES = 64 * 1024
const GUARD_WORD = 0x5afe57ac

/** The stack has been overrun, so nothing in the instance's memory can be believed. */
export class StackOverrun extends Error {
  override readonly name = 'StackOverrun'
}

/**
 * Moves the module's C stack, which the build makes 64 KiB large and places right above Lean's static data, to a block
 * of its own with a guard below it. For the calling thread; Lean gives its own threads theirs.
 */
export function moveStack(module: WasmModule): { readonly check: () => void } {
  const base = module._malloc(GUARD_BYTES + STACK_BYTES)
  if (base === 0) throw new Error('there is no memory for the stack')
  const end = base + GUARD_BYTES
  const top = (end + STACK_BYTES) & ~15
  const guard = () => new Int32Array(module.wasmMem.buffer, base, GUARD_BYTES / 4)
  guard().fill(GUARD_WORD)
  const call = (name: string, ...args: number[]): void => {
    const f = module.wasm[name]
    if (f === undefined) throw new Error(`this build of Lean does not export ${name}`)
    f(...args)
  }
  call('emscripten_stack_set_limits', top, end)
  call('_emscripten_stack_restore', top)
  return {
    check: () => {
      if (guard().some((word) => word !== GUARD_WORD)) throw new StackOverrun('the C stack was overrun')
    },
  }
}
