import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { configOf, type Member, type MemberConfig } from '../ensemble/member.ts'
import { cacheRoot } from '../lean/open.ts'
import { policyFolder } from '../policy/open.ts'
import type { ToldRun } from '../scale/checked-run.ts'
import type { QueueServer } from '../scale/server.ts'
import type { EvaluateParts, EvaluationEngine } from './evaluate.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { listenForInterrupt } from './interrupt.ts'
import { openQueue } from './open-queue.ts'
import { FLAG, time } from './options.ts'
import { programCommit } from './product.ts'

type Options = {
  readonly queue: string
  readonly workers: number
  readonly lean?: string
  readonly policies?: string
  readonly run?: string
  readonly idle?: number
}

const LOOK_MS = 2_000

/** `hedge worker`: works on the theorems of evaluations that run on a queue. */
export function workerCommand(parts: EvaluateParts): Command {
  return new Command('worker')
    .description('work on the theorems of `hedge evaluate --queue`, until it is stopped')
    .requiredOption('--queue <url>', 'the queue of the evaluation, redis://, rediss:// or postgres://')
    .addOption(FLAG.workers())
    .addOption(FLAG.lean())
    .option('--policies <folder>', 'a folder of trained policies that machines share; else they come through the queue')
    .option('--run <key>', 'work only for the run whose key begins so')
    .addOption(time('--idle <time>', 'end after so long without a run to work for (default: never)'))
    .addHelpText(
      'after',
      '\nCtrl-C hands back what is under way.\nExit codes: 0 no run for --idle, 2 bad input or a run for which this machine cannot work, 3 engine failure, 130 interrupted.',
    )
    .action(async (options: Options) => {
      process.exitCode = await orBadInput(() => work(options, parts))
    })
}

async function work(options: Options, parts: EvaluateParts): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const interrupt = listenForInterrupt(say)
  const server = await openQueue(options.queue, say)
  const bench = new Bench(options, parts, server)
  try {
    say(`${server.address.shown}: waiting for theorems, with ${options.workers} Lean processes`)
    return await serve(options, bench, server, interrupt.signal, say)
  } finally {
    await bench.dispose()
    await server.close()
    interrupt.release()
  }
}

async function serve(
  options: Options,
  bench: Bench,
  server: QueueServer,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number> {
  const [{ findRuns, workFor }, { readCard, compareKey }] = await Promise.all([
    import('../scale/worker.ts'),
    import('../scale/checked-run.ts'),
  ])
  const refused = new Map<string, Error>()
  let since = performance.now()
  let last = ''
  while (!signal.aborted) {
    const runs = (await findRuns(server)).map(({ card }) => card).filter(({ key }) => key.startsWith(options.run ?? ''))
    const card = runs.find(({ key }) => !refused.has(key))
    const [why] = refused.values()
    // Nothing here is for this machine: its owner should know now, not after a night of waiting.
    if (card === undefined && runs.length > 0 && why !== undefined) throw why
    if (card === undefined) {
      if (options.idle !== undefined && performance.now() - since > options.idle) return EXIT.done
      await pause(LOOK_MS, undefined, { signal }).catch(() => {})
      continue
    }
    try {
      const told = readCard(card)
      const { engine, members } = await bench.open(told)
      const { leanVersion, libraryHash } = engine
      compareKey(told, { leanVersion, libraryHash, members: members.map(configOf) })
      if (card.commit !== programCommit() && last !== card.key)
        say(`note: run ${card.key.slice(0, 12)} was begun with ${card.commit}, this is ${programCommit()}`)
      if (last !== card.key) say(`working for run ${card.key.slice(0, 12)} (${card.dataset})`)
      last = card.key
      const result = await workFor({
        server,
        card,
        plan: told.plan,
        members,
        world: engine.world,
        processes: options.workers,
        name: `${hostname()}:${process.pid}`,
        signal,
        onTheorem: (name, outcome) => say(`${name}: ${outcome}`),
      })
      if (result.kind === 'broken') {
        say(result.message)
        return EXIT.engineFailure
      }
      // Its coordinator may come back: looked at again, after the others.
      if (result.kind === 'deserted') {
        if (options.idle !== undefined && performance.now() - since > options.idle) return EXIT.done
        continue
      }
      if (result.kind === 'over') say(`run ${card.key.slice(0, 12)} is over`)
    } catch (error) {
      if (!(error instanceof InputError) || signal.aborted) throw error
      if (runs.length > 1) say(error.message)
      refused.set(card.key, error)
    }
    since = performance.now()
  }
  say('handed back what was under way')
  return EXIT.interrupted
}

/** The Lean and the policies of this machine, opened as a run wants them, and kept for the next run with the same wishes. */
class Bench {
  readonly #options: Options
  readonly #parts: EvaluateParts
  readonly #server: QueueServer
  #engine: { readonly limits: string; readonly engine: EvaluationEngine } | undefined
  #members: Member[] = []

  constructor(options: Options, parts: EvaluateParts, server: QueueServer) {
    this.#options = options
    this.#parts = parts
    this.#server = server
  }

  /** @throws InputError, EngineError */
  async open(run: ToldRun): Promise<{ readonly engine: EvaluationEngine; readonly members: readonly Member[] }> {
    const limits = JSON.stringify(run.limits)
    if (this.#engine?.limits !== limits) {
      await this.dispose()
      const engine = await this.#parts.openEngine(this.#options.workers, run.limits, this.#options.lean)
      this.#engine = { limits, engine }
    }
    await this.#forget()
    for (const config of run.members) this.#members.push(await this.#member(run, config))
    return { engine: this.#engine.engine, members: this.#members }
  }

  async dispose(): Promise<void> {
    await this.#forget()
    await this.#engine?.engine.dispose()
    this.#engine = undefined
  }

  async #forget(): Promise<void> {
    for (const member of this.#members.splice(0)) await member.dispose?.()
  }

  async #member(run: ToldRun, config: MemberConfig): Promise<Member> {
    const { policy, checkpointHash, settings } = config
    // What opening it added to the user's settings.
    const { templatehash: _, candidates: __, ...given } = settings
    const place = checkpointHash === null ? policy : await this.#policy(run, policy, checkpointHash)
    const opened = await this.#parts.openMember(
      { ...config, policy: place, settings: given },
      () => this.#engine?.engine,
    )
    return { ...opened, policy }
  }

  async #policy(run: ToldRun, policy: string, hash: string): Promise<string> {
    const { findPolicy } = await import('../scale/policies.ts')
    const given = policyFolder(policy)
    return findPolicy(this.#server, run.card.key, hash, {
      given: given === undefined ? [] : [given],
      shared: this.#options.policies,
      cache: join(cacheRoot(), 'policies'),
    })
  }
}
