import { freemem, totalmem } from 'node:os'
import { inspectNodeBinary } from '../embedded/node-binary.ts'
import { LeanPool } from '../embedded/pool.ts'
import { cacheRoot, clearCache, inspectCache } from '../embedded/prepare.ts'
import type { StartProgress } from '../engine.ts'
import type { Finding } from './finding.ts'

/** A Lean process with the core library open, as the operating system counts it. */
const BYTES_PER_PROCESS = 1e9
const MEMORY_DEADLINE_MS = 30_000

/** Removes what the embedded Lean has prepared on this machine; gives the folder. */
export async function clearPrepared(): Promise<string> {
  await clearCache()
  return cacheRoot()
}

/** What the embedded Lean needs, ending with a process that tests itself. */
export async function* embeddedFindings(onProgress: StartProgress): AsyncGenerator<Finding> {
  const node = await inspectNodeBinary()
  yield node === undefined
    ? { what: 'Node for Lean', state: 'note', detail: 'Lean needs Node 24 or newer; it will be fetched from npm once' }
    : {
        what: 'Node for Lean',
        state: 'ok',
        detail: `${node.version} (${node.source === 'own' ? 'this one' : node.path})`,
      }
  yield await cacheFinding()
  const enough = freemem() > 3 * BYTES_PER_PROCESS
  yield {
    what: 'memory',
    state: enough ? 'ok' : 'note',
    detail: `${(freemem() / 1e9).toFixed(1)} of ${(totalmem() / 1e9).toFixed(1)} GB free; a Lean process takes about 1 GB`,
    ...(enough ? {} : { remedy: 'use fewer processes: --workers 1' }),
  }
  yield await bootFinding(onProgress)
}

async function cacheFinding(): Promise<Finding> {
  const cache = await inspectCache()
  switch (cache.kind) {
    case 'damaged':
      return {
        what: 'cache',
        state: 'bad',
        detail: `${cache.damaged.length} files differ from what was prepared: ${cache.damaged.slice(0, 3).join(', ')}`,
        remedy: 'run `hedge doctor --clear`',
      }
    case 'absent':
      return { what: 'cache', state: 'note', detail: `nothing prepared yet in ${cacheRoot()}` }
    default:
      return {
        what: 'cache',
        state: 'ok',
        detail: `${cache.files} files, library ${cache.lean.libraryHash.slice(0, 12)}, all as prepared, in ${cache.lean.directory}`,
      }
  }
}

/** Boots a Lean process, which tests itself before it answers. */
async function bootFinding(onProgress: StartProgress): Promise<Finding> {
  const begun = performance.now()
  try {
    const pool = await LeanPool.create({ processes: 1, verifies: false, onProgress })
    try {
      const { residentBytes } = await pool.withWorker(({ process }) =>
        process.request('memory', {}, MEMORY_DEADLINE_MS),
      )
      const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`
      return {
        what: 'Lean',
        state: 'ok',
        detail: `${pool.leanVersion}; self-test passed; up in ${took}; ${Math.round(residentBytes / 1e6)} MB`,
      }
    } finally {
      await pool.dispose()
    }
  } catch (error) {
    return { what: 'Lean', state: 'bad', detail: error instanceof Error ? error.message : String(error) }
  }
}
