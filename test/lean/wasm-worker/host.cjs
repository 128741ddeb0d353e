// Starts the patched glue (see peer.ts) as `lean` with the arguments given, the library mounted where that Lean looks for it.
'use strict'
const { loadModule } = require('../../../src/lean/embedded/host/code.ts')
const [glue, wasm, library, code, ...args] = process.argv.slice(2)
const { module: compiled } = loadModule(wasm, code || undefined)
const settings = {
  arguments: args,
  instantiateWasm: (imports, done) => done(new WebAssembly.Instance(compiled, imports), compiled),
  onRuntimeInitialized() {
    const { FS, NODEFS } = settings
    FS.mkdirTree('/lean/lib/lean')
    FS.mkdirTree('/lean/bin')
    FS.writeFile('/lean/bin/lean', '')
    FS.mount(NODEFS, { root: library }, '/lean/lib/lean')
  },
}
globalThis.__lean = settings
// Lean finds its library from the path of the program.
process.argv = [process.argv[0], glue, ...args]
require(glue)
