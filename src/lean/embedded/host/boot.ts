import { createRequire } from 'node:module'
import { type MovedStack, moveStack } from './c-stack.ts'
import { compiledCode, loadModule } from './code.ts'
import { createObjects, type Objects } from './objects.ts'
import { endPart } from './start-clock.ts'
import type { WasmModule } from './wasm-module.ts'

/** Where the library is seen from inside the instance. */
const LIBRARY = '/lean'
/** Where compiled modules of the user's are seen; they lie in the instance's memory. */
const MODULES = '/modules'
const EROFS = 69 // Emscripten's number for "read-only file system"

export type HostPaths = {
  /** Prepared `lean.cjs`. */
  readonly glueFile: string
  /** `lean.wasm` */
  readonly wasmFile: string
  /** The folder with `Init.olean`. */
  readonly libraryDir: string
  /** The module's machine code, where it was kept. */
  readonly codeFile: string | undefined
}

export type Booted = {
  readonly lean: Objects
  readonly stack: MovedStack
  /** The code file was of use. */
  readonly codeTaken: boolean
  /** The contents of a new one. */
  readonly compiledCode: () => Promise<Buffer>
  readonly moduleFolder: ModuleFolder
}

/** Files inside the instance that the host alone can write. */
export type ModuleFolder = {
  /** Has `work` write a module's file, whose path it is given. Nothing of the user's may run meanwhile. */
  readonly write: (module: readonly string[], work: (path: string) => void) => void
}

/** Loads the prepared glue and the module, mounts the library read-only, and initialises Lean. */
export async function boot({ glueFile, wasmFile, libraryDir, codeFile }: HostPaths): Promise<Booted> {
  endPart('Node and the host')
  const { module, codeTaken } = loadModule(wasmFile, codeFile)
  endPart('reading module and machine code')
  const instance = await instantiate(glueFile, module)
  endPart('instance')
  const moduleFolder = mountLibrary(instance, libraryDir)
  const stack = moveStack(instance)
  const lean = createObjects(instance)
  lean.native('lean_initialize')()
  lean.native('lean_enable_initializer_execution')()
  lean.native('lean_io_mark_end_initialization')()
  // Promises need a task manager to exist.
  lean.native('lean_init_task_manager_using')(1)
  const path = lean.makeList([lean.makeString(LIBRARY), lean.makeString(MODULES)])
  lean.dec(lean.fn('l_Lean_initSearchPath')(lean.makeString('/'), path))
  endPart('initialising Lean')
  return { lean, stack, codeTaken, compiledCode: () => compiledCode(module), moduleFolder }
}

function instantiate(glueFile: string, module: WebAssembly.Module): Promise<WasmModule> {
  return new Promise((resolve) => {
    const settings = {
      noInitialRun: true,
      arguments: [],
      instantiateWasm: (
        imports: WebAssembly.Imports,
        done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ) => done(new WebAssembly.Instance(module, imports), module),
      // Lean's stdout is full of this build's debug lines.
      print: () => {},
      onRuntimeInitialized: () => resolve(settings as unknown as WasmModule),
    }
    ;(globalThis as { __lean?: unknown }).__lean = settings
    createRequire(import.meta.url)(glueFile)
  })
}

/** Operations by which a file or a folder changes, or appears. */
const CHANGES = [
  'mknod',
  'mkdir',
  'mkdev',
  'symlink',
  'rename',
  'rmdir',
  'unlink',
  'chmod',
  'chown',
  'truncate',
  'ftruncate',
  'utime',
  'mount',
  'unmount',
]

/**
 * Mounts the library and then makes every way to change a file fail, in the mount and in the in-memory file system
 * around it: whatever runs inside Lean reads the library and writes nothing.
 */
function mountLibrary(module: WasmModule, libraryDir: string): ModuleFolder {
  const { FS, NODEFS } = module
  FS.mkdirTree(LIBRARY)
  FS.mkdirTree(MODULES)
  FS.mount(NODEFS, { root: libraryDir }, LIBRARY)
  const refuse = () => {
    throw new FS.ErrnoError(EROFS)
  }
  for (const operation of ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'])
    NODEFS.node_ops[operation] = refuse
  NODEFS.stream_ops.write = refuse
  const open = NODEFS.stream_ops.open as (stream: { flags: number }) => void
  NODEFS.stream_ops.open = (stream: { flags: number }) => {
    const O_ACCMODE_WRITE = 0o3
    const O_CREAT_OR_TRUNC = 0o100 | 0o1000
    if ((stream.flags & (O_ACCMODE_WRITE | O_CREAT_OR_TRUNC)) !== 0) refuse()
    open(stream)
  }
  const changes = new Map(CHANGES.map((operation) => [operation, FS[operation]]))
  const refuseChanges = () => {
    for (const operation of CHANGES) FS[operation] = refuse
  }
  refuseChanges()
  return {
    write: (name, work) => {
      for (const [operation, change] of changes) FS[operation] = change
      try {
        const folder = [MODULES, ...name.slice(0, -1)].join('/')
        FS.mkdirTree(folder)
        const path = `${folder}/${name.at(-1)}.olean`
        work(path)
        const { node } = FS.lookupPath(path)
        node.stream_ops = { ...node.stream_ops, write: refuse }
      } finally {
        refuseChanges()
      }
    },
  }
}
