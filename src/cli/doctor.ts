import { freemem, totalmem } from 'node:os'
import { Command } from 'commander'
import { inspectNodeBinary } from '../lean/embedded/node-binary.ts'
import { LeanPool } from '../lean/embedded/pool.ts'
import { cacheRoot, clearCache, inspectCache } from '../lean/embedded/prepare.ts'
import { projectFindings } from './doctor-project.ts'
import { EXIT } from './failure.ts'
import { seconds, showSteps } from './terminal.ts'

/** A Lean process with the core library open, as the operating system counts it. */
const BYTES_PER_PROCESS = 1e9

export type Finding = {
  readonly what: string
  readonly state: 'ok' | 'note' | 'bad'
  readonly detail: string
  readonly remedy?: string
}

type Flags = { readonly clear?: true; readonly json?: true; readonly lean?: string }

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at what hedge needs: versions, cache, memory, and a Lean that tests itself')
    .option('--clear', 'remove the cache; the next run prepares it again')
    .option('--lean <project>', 'look at a Lake project and its toolchain instead of the embedded Lean')
    .option('--json', 'print the findings as JSON')
    .action(async (flags: Flags) => {
      process.exitCode = await doctor(flags)
    })
}

async function doctor(flags: Flags): Promise<number> {
  if (flags.clear === true) {
    await clearCache()
    console.log(`removed ${cacheRoot()}`)
    return EXIT.done
  }
  const findings: Finding[] = []
  const say = (finding: Finding) => {
    findings.push(finding)
    if (flags.json === true) return
    console.log(`${{ ok: 'ok  ', note: 'note', bad: 'BAD ' }[finding.state]}  ${finding.what}: ${finding.detail}`)
    if (finding.remedy !== undefined) console.log(`      ${finding.remedy}`)
  }
  const conclude = (): number => {
    if (flags.json === true) console.log(JSON.stringify(findings, null, 2))
    return findings.some((finding) => finding.state === 'bad') ? EXIT.engineFailure : EXIT.done
  }
  say({ what: 'Node', state: 'ok', detail: `${process.versions.node} on ${process.platform}-${process.arch}` })
  if (flags.lean !== undefined) {
    for await (const finding of projectFindings(flags.lean)) say(finding)
    return conclude()
  }
  const node = await inspectNodeBinary()
  say(
    node === undefined
      ? {
          what: 'Node for Lean',
          state: 'note',
          detail: 'Lean needs Node 24 or newer; it will be fetched from npm once',
        }
      : {
          what: 'Node for Lean',
          state: 'ok',
          detail: `${node.version} (${node.source === 'own' ? 'this one' : node.path})`,
        },
  )
  const cache = await inspectCache()
  if (cache.kind === 'damaged') {
    const files = cache.damaged.slice(0, 3).join(', ')
    say({
      what: 'cache',
      state: 'bad',
      detail: `${cache.damaged.length} files differ from what was prepared: ${files}`,
      remedy: 'run `hedge doctor --clear`',
    })
  } else if (cache.kind === 'absent') {
    say({ what: 'cache', state: 'note', detail: `nothing prepared yet in ${cacheRoot()}` })
  } else {
    say({
      what: 'cache',
      state: 'ok',
      detail: `${cache.files} files, library ${cache.lean.libraryHash.slice(0, 12)}, all as prepared, in ${cache.lean.directory}`,
    })
  }
  const memory = `${(freemem() / 1e9).toFixed(1)} of ${(totalmem() / 1e9).toFixed(1)} GB free; a Lean process takes about 1 GB`
  const enough = freemem() > 3 * BYTES_PER_PROCESS
  say({
    what: 'memory',
    state: enough ? 'ok' : 'note',
    detail: memory,
    ...(enough ? {} : { remedy: 'use fewer processes: --workers 1' }),
  })
  say(await bootFinding(flags.json === true))
  return conclude()
}

/** Boots a Lean process, which tests itself before it answers. */
async function bootFinding(quiet: boolean): Promise<Finding> {
  const steps = showSteps(quiet)
  const begun = performance.now()
  try {
    const pool = await LeanPool.create({ processes: 1, onProgress: steps.step })
    try {
      const { residentBytes } = await pool.withWorker(({ process }) => process.request('memory', {}, 30_000))
      const took = seconds(performance.now() - begun)
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
  } finally {
    steps.stop()
  }
}
