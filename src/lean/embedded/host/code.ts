import { createHash, hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'

const HASH_BYTES = 32

export type LoadedModule = { readonly module: WebAssembly.Module; readonly codeTaken: boolean }

/**
 * The module, with the machine code of `codeFile` where V8 accepts it: code of its own version, for its flags and this
 * processor. A damaged file is not shown to it.
 */
export function loadModule(wasmFile: string, codeFile: string | undefined): LoadedModule {
  const bytes = readFileSync(wasmFile)
  const code = codeFile === undefined ? undefined : readCode(codeFile)
  if (code !== undefined) {
    const module = native('DeserializeWasmModule', code, bytes)
    if (module instanceof WebAssembly.Module) return { module, codeTaken: true }
  }
  return { module: new WebAssembly.Module(bytes), codeTaken: false }
}

/** How long the threads that optimise must have done next to nothing. */
const QUIET_MS = 300
/** Share of that time, as `process.cpuUsage` counts it, that is next to nothing. */
const QUIET_SHARE = 0.1

/** What a code file holds: all functions that have been optimised when the threads that optimise have nothing left to do. */
export async function compiledCode(module: WebAssembly.Module): Promise<Buffer> {
  for (let busyMs = QUIET_MS; busyMs > QUIET_MS * QUIET_SHARE; ) {
    const before = process.cpuUsage()
    await sleep(QUIET_MS)
    const { user, system } = process.cpuUsage(before)
    busyMs = (user + system) / 1000
  }
  // V8 would compile at every start, before it begins, each function that had run and is not optimised: most are not needed at a start.
  try {
    native('FlushLiftoffCode')
  } catch (error) {
    // A version of V8 without it keeps them: starts are slower there.
    if (!(error instanceof SyntaxError)) throw error
  }
  const code = Buffer.from(native('SerializeWasmModule', module) as ArrayBuffer)
  return Buffer.concat([createHash('sha256').update(code).digest(), code])
}

/** The code alone, in memory of its own as V8 wants it. */
function readCode(file: string): ArrayBuffer | undefined {
  const fd = openSync(file, 'r')
  try {
    const expected = new Uint8Array(HASH_BYTES)
    const code = new Uint8Array(Math.max(0, fstatSync(fd).size - HASH_BYTES))
    readSync(fd, expected, 0, HASH_BYTES, 0)
    for (let at = 0; at < code.length; ) {
      const count = readSync(fd, code, at, code.length - at, HASH_BYTES + at)
      if (count === 0) return undefined
      at += count
    }
    return hash('sha256', code, 'buffer').equals(expected) ? code.buffer : undefined
  } finally {
    closeSync(fd)
  }
}

/** A function inside V8, for which there is no other name. The syntax is allowed for this call alone. */
function native(name: string, ...values: unknown[]): unknown {
  setFlagsFromString('--allow-natives-syntax')
  try {
    const names = values.map((_, index) => `value${index}`)
    return new Function(...names, `return %${name}(${names})`)(...values)
  } finally {
    setFlagsFromString('--no-allow-natives-syntax')
  }
}
