import { writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { Command } from 'commander'
import { searchWith } from '../api/fill-search.ts'
import { bringImports } from '../api/imports.ts'
import { leanTarget, readLeanFile } from '../api/lean-file.ts'
import { wantedHoles } from '../api/wanted-holes.ts'
import { chosenMembers } from '../ensemble/chosen-members.ts'
import type { Member } from '../ensemble/member.ts'
import { bestFirst, MEMBER_SYNTAX } from '../ensemble/member-spec.ts'
import { closeMembers, once, openMembers } from '../ensemble/open-member.ts'
import { unifiedDiff } from '../fill/diff.ts'
import { type FillResult, fillFile } from '../fill/fill-file.ts'
import type { FilledHole } from '../fill/holes.ts'
import type { Engine } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import { premisesFrom } from '../policy/open.ts'
import { SHIPPED } from '../policy/shipped.ts'
import type { SourceText } from '../proof/source-text.ts'
import { plural } from '../report/plural.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { listenForInterrupt } from './interrupt.ts'
import { addLimitOptions, FLAG, judgingOf, type LimitFlags, time } from './options.ts'
import { seconds, showSteps } from './terminal.ts'

type Flags = LimitFlags & {
  policy?: readonly string[]
  budget: number
  total?: number
  depth: number
  width: number
  seed: string
  workers: number
  lean?: string
  root?: string
  inPlace?: true
  out?: string
  json?: true
}

export function fillCommand(): Command {
  return addLimitOptions(
    new Command('fill')
      .description('fill the `sorry`s of a Lean file with proofs; prints a diff')
      .argument('<file>', 'file.lean, file.lean:name, file.lean:line or file.lean#Lline')
      .addOption(FLAG.policy())
      .addOption(FLAG.budget('wall clock for the search at one hole', 10_000))
      .addOption(time('--total <time>', 'wall clock for all holes: none is begun after it'))
      .addOption(FLAG.depth())
      .addOption(FLAG.width())
      .addOption(FLAG.seed())
      .addOption(FLAG.lean())
      .addOption(FLAG.root())
      .addOption(FLAG.workers())
      .option('--in-place', 'write what was filled into the file')
      .addOption(FLAG.out('write the file with what was filled to another file'))
      .addOption(FLAG.json('what became of each hole'))
      .addHelpText(
        'after',
        `\nPolicies: ${MEMBER_SYNTAX}\n\nExit codes: 0 all filled, 1 some or none, 2 bad input, 3 Lean cannot run, 130 interrupted.`,
      )
      .action(async (what: string, flags: Flags) => {
        process.exitCode = await orBadInput(() => fill(what, flags))
      }),
  )
}

async function fill(what: string, flags: Flags): Promise<number> {
  const target = leanTarget(what)
  if (target === undefined) throw new InputError(`${JSON.stringify(what)} is no .lean file`)
  if (flags.inPlace === true && flags.out !== undefined) throw new InputError('give --in-place or --out, not both')
  const file = await readLeanFile(target.path)
  const configs = chosenMembers(flags.policy ?? SHIPPED, {
    temperature: 1,
    search: bestFirst(flags.width),
    settings: {},
  })
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const interrupt = listenForInterrupt(say)
  const steps = showSteps(flags.json === true)
  const lean = once(() =>
    openEngine(flags.lean, {
      processes: flags.workers,
      ...judgingOf(flags),
      onProgress: steps.step,
    }).finally(steps.stop),
  )
  let members: readonly Member[] = []
  let opened: Engine | undefined
  try {
    members = await openMembers(
      configs,
      once(async () => premisesFrom(await lean(), true)),
    )
    const engine = await lean()
    opened = engine
    await bringImports(engine.modules, target.path, file.text, flags.root)
    const reading = await engine
      .readFile(file.text, {
        onProgress: (share) => steps.step(`reading ${target.path}`, share),
        signal: interrupt.signal,
      })
      .finally(steps.stop)
    const wanted = wantedHoles(target, reading)
    const begun = performance.now()
    const total = flags.total
    const result = await fillFile(engine, file.text, reading, wanted, {
      limits: { heartbeats: flags.heartbeats, wallClockMs: flags.tacticTimeout },
      search: searchWith(members, engine.processes, flags, interrupt.signal),
      outOfTime: () => total !== undefined && performance.now() - begun > total,
      signal: interrupt.signal,
      onHole: (hole, done, all) => say(`${line(target.path, hole)} (${done}/${all})`),
    })
    await show(target.path, file, result, flags)
    if (flags.json !== true) say(summary(target.path, result))
    const filled = result.holes.every(({ replacement }) => replacement !== undefined)
    return interrupt.signal.aborted ? EXIT.interrupted : filled ? EXIT.done : EXIT.negative
  } finally {
    interrupt.release()
    await closeMembers(members)
    await opened?.dispose()
  }
}

async function show(path: string, file: SourceText, result: FillResult, flags: Flags): Promise<void> {
  const before = file.edited([])
  const after = file.edited(result.edits)
  if (flags.inPlace === true && after !== before) await writeFile(path, after)
  if (flags.out !== undefined) await writeFile(flags.out, after)
  if (flags.json === true) console.log(JSON.stringify(asJson(path, result), null, 2))
  else if (flags.inPlace !== true && flags.out === undefined) {
    const near = relative(process.cwd(), path)
    process.stdout.write(unifiedDiff(near.startsWith('..') ? path : near, file.text, result.edits, before, after))
  }
}

function asJson(path: string, { holes }: FillResult): object {
  return {
    file: path,
    sorriesTotal: holes.length,
    sorriesFilled: holes.filter(({ replacement }) => replacement !== undefined).length,
    holes: holes.map(({ goal, replacement, reason, ...hole }) => ({
      ...hole,
      goal: goal ?? null,
      replacement: replacement ?? null,
      reason: reason ?? null,
    })),
  }
}

function line(path: string, hole: FilledHole): string {
  const what = hole.theorem === '' ? 'a hole' : hole.theorem
  const why = hole.reason === undefined ? '' : `: ${hole.reason.split('\n')[0]}`
  return `${path}:${hole.line}:${hole.column}: ${what}: ${hole.status}${why}, ${seconds(hole.seconds * 1000)}`
}

function summary(path: string, { holes }: FillResult): string {
  const filled = holes.filter(({ replacement }) => replacement !== undefined).length
  const proved = new Set(
    holes.filter(({ status }) => status === 'proved').map(({ theorem, line: at }) => theorem || at),
  )
  return `${path}: ${filled} of ${plural(holes.length, 'hole')} filled; ${plural(proved.size, 'theorem')} verified`
}
