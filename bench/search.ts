import { readFileSync } from 'node:fs'
import { bestFirst, parseMembers } from '../src/ensemble/member-spec.ts'
import { closeMembers, openMembers } from '../src/ensemble/open-member.ts'
import { searchInTurns, TURNS } from '../src/ensemble/turns.ts'
import { engineWorld } from '../src/ensemble/world.ts'
import type { EngineEvent, TacticLimits } from '../src/lean/engine.ts'
import { openEngine } from '../src/lean/open.ts'
import { premisesFrom } from '../src/policy/open.ts'
import { SHIPPED } from '../src/policy/shipped.ts'
import type { Theorem } from '../src/proof/theorem.ts'
import { TUNED_BEST_FIRST } from '../src/search/best-first.ts'
import type { Clock } from '../src/search/budget.ts'
import { flagsOf } from './flags.ts'

/**
 * What the search of `hedge prove` gets out of a processor: theorems proved per minute of processor time, all processes
 * together, by `npm run bench:search -- [FILE.jsonl...] [--budget 10] [--every 1] [--limit 60]
 * [--heartbeats 100000]`. The budget, too, is
 * processor seconds a theorem, so that other work on the machine changes little.
 */
async function main(): Promise<void> {
  const { values, positionals } = flagsOf(
    'Theorems proved per minute of processor time by the search of hedge prove, on the files given.',
    {
      allowPositionals: true,
      options: {
        budget: { type: 'string', default: '10' },
        limit: { type: 'string', default: '60' },
        every: { type: 'string', default: '1' },
        heartbeats: { type: 'string', default: '100000' },
      },
    },
  )
  for (const file of positionals.length === 0 ? ['datasets/core-small.jsonl'] : positionals) {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line, i) => line !== '' && i % Number(values.every) === 0)
    const theorems = lines
      .slice(0, Number(values.limit))
      .map((line): Theorem => ({ header: 'import Init', ...JSON.parse(line) }))
    // Heartbeats end a tactic: a clock would end it sooner on a busy machine.
    const limits = { heartbeats: Number(values.heartbeats), wallClockMs: 600_000 }
    const { proved, tactics, timeouts, verifierMs, seconds } = await run(theorems, Number(values.budget) * 1000, limits)
    console.log(
      `${file}: ${proved} of ${theorems.length} proved, ${tactics} tactics (${timeouts} timeouts), ${seconds.toFixed(0)} processor seconds, ` +
        `${((60 * proved) / seconds).toFixed(1)} proved per processor minute; ${(verifierMs / 1000).toFixed(0)} of the seconds are the verifier's`,
    )
  }
}

async function run(theorems: readonly Theorem[], budgetMs: number, limits: TacticLimits) {
  const search = bestFirst(TUNED_BEST_FIRST.width)
  const configs = parseMembers([...SHIPPED], { temperature: 1, search, settings: {} })
  if ('problem' in configs) throw new Error(configs.problem)
  const clock = new ProcessorClock()
  const engine = await openEngine(undefined, { processes: 1, onEvent: (event) => clock.hear(event) })
  const world = engineWorld(engine, limits)
  const members = await openMembers(configs, async () => premisesFrom(engine))
  const sum = { proved: 0, tactics: 0, timeouts: 0, verifierMs: 0, seconds: 0 }
  const begun = clock.now()
  try {
    for (const theorem of theorems) {
      const opened = await world.open(theorem, new AbortController().signal)
      if (opened.kind === 'rejected') throw new Error(`rejected: ${theorem.statement}`)
      const { proved, statistics } = await searchInTurns(theorem, opened, {
        ...{ ...TURNS, members, wallClockMs: budgetMs, passes: 1, depth: 50, seed: '0', concurrency: 1, clock },
        signal: new AbortController().signal,
      })
      await opened.close()
      if (proved !== undefined) sum.proved++
      sum.tactics += statistics.tacticsRun
      sum.timeouts += statistics.timeouts
      sum.verifierMs += statistics.verifierMs
    }
    sum.seconds = (clock.now() - begun) / 1000
  } finally {
    await closeMembers(members)
    await engine.dispose()
  }
  return sum
}

/** Goes as this process and its Lean processes use processors. */
class ProcessorClock implements Clock {
  readonly #alive = new Set<number>()

  hear(event: EngineEvent): void {
    if (event.kind === 'started') this.#alive.add(event.pid)
    else this.#alive.delete(event.pid)
  }

  now(): number {
    // Those that have ended count for their parent.
    let ms = processorMs('self', 4)
    for (const pid of this.#alive) ms += processorMs(pid, 2)
    return ms
  }

  after(ms: number, call: () => void): () => void {
    const end = this.now() + ms
    const timer = setInterval(() => {
      if (this.now() < end) return
      clearInterval(timer)
      call()
    }, 50)
    return () => clearInterval(timer)
  }
}

/** User and system time, and with four fields that of children that have ended; ticks are hundredths of a second. */
function processorMs(pid: number | 'self', count: 2 | 4): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return fields.slice(11, 11 + count).reduce((sum, ticks) => sum + 10 * Number(ticks), 0)
  } catch {
    return 0
  }
}

await main()
