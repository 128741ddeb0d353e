import { readFileSync } from 'node:fs'
import type { Member } from '../src/ensemble/member.ts'
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
 * [--heartbeats 100000] [--policy NAME...] [--search rollouts] [--passes 64] [--against split=true] [--list]`. The budget, too, is
 * processor seconds a theorem, so that other work on the machine changes little. With `--against`, each theorem is
 * searched a second time with these settings of every member, and both are counted beside each other.
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
        policy: { type: 'string', multiple: true, default: [...SHIPPED] },
        search: { type: 'string', default: 'best-first' },
        passes: { type: 'string', default: '1000000' },
        against: { type: 'string', multiple: true, default: [] },
        list: { type: 'boolean', default: false },
      },
    },
  )
  const searches = ['', ...values.against].map((more) => ({
    more,
    specs: values.policy.map((policy) => [policy, `search=${values.search}`, ...(more === '' ? [] : [more])].join()),
  }))
  for (const file of positionals.length === 0 ? ['datasets/core-small.jsonl'] : positionals) {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line, i) => line !== '' && i % Number(values.every) === 0)
    const theorems = lines
      .slice(0, Number(values.limit))
      .map((line): Theorem => ({ header: 'import Init', ...JSON.parse(line) }))
    // Heartbeats end a tactic: a clock would end it sooner on a busy machine.
    const limits = { heartbeats: Number(values.heartbeats), wallClockMs: 600_000 }
    const budgetMs = Number(values.budget) * 1000
    const all = await run(theorems, searches, {
      ...{ budgetMs, passes: Number(values.passes), limits, list: values.list },
    })
    for (const [i, { proved, tactics, timeouts, crashes, verifierMs, ms }] of all.entries()) {
      const seconds = ms / 1000
      console.log(
        `${file}${i === 0 ? '' : ` ${searches[i]?.more}`}: ${proved.size} of ${theorems.length} proved, ${tactics} tactics (${timeouts} timeouts, ${crashes} crashes), ${seconds.toFixed(0)} processor seconds, ` +
          `${((60 * proved.size) / seconds).toFixed(1)} proved per processor minute; ${(verifierMs / 1000).toFixed(0)} of the seconds are the verifier's`,
      )
      if (i > 0) console.log(compared(all[0] as Sum, all[i] as Sum))
    }
  }
}

/** What a search has done on all theorems; of those it proved, the processor time and the tactics each took. */
type Sum = {
  readonly proved: Map<string, { readonly ms: number; readonly tactics: number }>
  tactics: number
  timeouts: number
  crashes: number
  verifierMs: number
  ms: number
}

function compared(one: Sum, other: Sum): string {
  const both = [...one.proved.keys()].filter((name) => other.proved.has(name))
  const total = ({ proved }: Sum, what: 'ms' | 'tactics') =>
    both.reduce((sum, name) => sum + (proved.get(name)?.[what] ?? 0), 0)
  const ratio = (what: 'ms' | 'tactics') => (total(other, what) / total(one, what)).toFixed(2)
  const only = (a: Sum, b: Sum) => [...a.proved.keys()].filter((name) => !b.proved.has(name)).join(' ') || 'none'
  return (
    `  on the ${both.length} that both prove: ${ratio('tactics')} of the tactics, ${ratio('ms')} of the processor time\n` +
    `  only the first: ${only(one, other)}\n  only the second: ${only(other, one)}`
  )
}

async function run(
  theorems: readonly Theorem[],
  searches: readonly { readonly specs: readonly string[] }[],
  how: { readonly budgetMs: number; readonly passes: number; readonly limits: TacticLimits; readonly list: boolean },
): Promise<Sum[]> {
  const { budgetMs, passes, limits, list } = how
  const clock = new ProcessorClock()
  const engine = await openEngine(undefined, { processes: 1, onEvent: (event) => clock.hear(event) })
  const world = engineWorld(engine, limits)
  const ensembles: Member[][] = []
  const sums = searches.map(
    (): Sum => ({ proved: new Map(), tactics: 0, timeouts: 0, crashes: 0, verifierMs: 0, ms: 0 }),
  )
  try {
    for (const { specs } of searches) {
      const search = bestFirst(TUNED_BEST_FIRST.width)
      const configs = parseMembers(specs, { temperature: 1, search, settings: {} })
      if ('problem' in configs) throw new Error(configs.problem)
      ensembles.push(await openMembers(configs, async () => premisesFrom(engine)))
    }
    // Whoever comes second finds Lean warm, so they take turns.
    for (const [n, theorem] of theorems.entries())
      for (const i of n % 2 === 0 ? sums.keys() : [...sums.keys()].reverse()) {
        const [sum, members] = [sums[i] as Sum, ensembles[i] as Member[]]
        const begun = clock.now()
        const opened = await world.open(theorem, new AbortController().signal)
        if (opened.kind === 'rejected') throw new Error(`rejected: ${theorem.statement}: ${opened.message}`)
        const { proved, statistics } = await searchInTurns(theorem, opened, {
          ...{ ...TURNS, members, wallClockMs: budgetMs, passes, depth: 50, seed: '0', concurrency: 1, clock },
          signal: new AbortController().signal,
        })
        await opened.close()
        const ms = clock.now() - begun
        if (proved !== undefined) sum.proved.set(theorem.name, { ms, tactics: statistics.tacticsRun })
        sum.ms += ms
        sum.tactics += statistics.tacticsRun
        sum.timeouts += statistics.timeouts
        sum.crashes += statistics.crashes
        sum.verifierMs += statistics.verifierMs
        if (list) console.log(i + 1, theorem.name, proved?.proof.tactics.join('; ') ?? '-', statistics.tacticsRun)
      }
  } finally {
    for (const members of ensembles) await closeMembers(members)
    await engine.dispose()
  }
  return sums
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
