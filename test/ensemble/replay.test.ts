import type { Database } from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import type { Member } from '../../src/ensemble/member.ts'
import type { Mode } from '../../src/ensemble/plan.ts'
import { recordedTheorem } from '../../src/ensemble/recorded-world.ts'
import { type Replay, replayTheorem } from '../../src/ensemble/replay.ts'
import { schedule } from '../../src/ensemble/scheduler.ts'
import type { World } from '../../src/ensemble/world.ts'
import { NO_USAGE } from '../../src/policy/policy.ts'
import { ModelServer } from '../../src/policy/remote/model-server.ts'
import { RemotePolicy } from '../../src/policy/remote/remote-policy.ts'
import { readRemoteSettings } from '../../src/policy/remote/settings.ts'
import { createRandom } from '../../src/proof/random.ts'
import { RunJournal } from '../../src/results/journal.ts'
import { mergeResults } from '../../src/results/merge.ts'
import { listRuns } from '../../src/results/read-run.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { readPlan } from '../../src/results/stored-plan.ts'
import {
  type Script,
  type ScriptedServer,
  sendChoices,
  sendJson,
  startModelServer,
} from '../policy/remote/model-server.ts'
import { lastingRows } from '../results/rows.ts'
import { cleverJugs, handClock, jugMoves, jugs, type Rule, toyDomain } from '../search/toy.ts'
import { type LivePlan, member, planOf, provenance, theorems } from './simulated.ts'

/** Some moves take long. */
const slowJugs: Rule = (from, tactic) => {
  const answer = jugs(from, tactic)
  return tactic === 'emptySmall' && from !== '3,5' && typeof answer === 'object' && !('slow' in answer)
    ? { slow: answer }
    : answer
}

/** Every theorem is the jug puzzle; a proof of more than 12 moves is refused. */
const jugWorld: World = {
  open: async () => ({
    kind: 'opened',
    domain: toyDomain('0,0', slowJugs),
    verify: async ({ tactics }) =>
      tactics.length <= 12
        ? { kind: 'verified', source: tactics.join('; '), axioms: [] }
        : { kind: 'rejected', reason: `${tactics.length} are too many`, messages: ['one', 'two'] },
    close: async () => {},
  }),
}

const jugMember = (name: string): Member => member(name, async () => cleverJugs)

async function run(database: Database, plan: LivePlan, retry = false, onUnit: () => void = () => {}) {
  const journal = beginRun(database, plan, provenance)
  const clock = handClock()
  const onEvent = ({ kind }: { kind: string }) => {
    if (kind !== 'progress') return
    clock.advance(1)
    onUnit()
  }
  return schedule({
    plan,
    members: plan.members,
    world: jugWorld,
    journal,
    positions: journal.open(retry),
    workers: 1,
    clock,
    onEvent,
  })
}

/** Everything on record, done again from what is in the file alone. */
async function replayAll(database: Database): Promise<Replay[]> {
  const [row] = listRuns(database)
  if (row === undefined) throw new Error('no run')
  const { plan } = readPlan(database, row)
  const journal = new RunJournal(database, row.id, '')
  return Promise.all(
    plan.theorems.map((_, position) => {
      const recorded = journal.recorded(position)
      if (recorded.tree === undefined) throw new Error('no tree')
      const opened = recordedTheorem(recorded.tree, recorded.proofs, recorded.refusals)
      return replayTheorem(plan, position, recorded, opened, new AbortController().signal)
    }),
  )
}

const bestFirst = {
  kind: 'best-first',
  settings: { width: 2, alpha: 0.5, widenings: 2, batch: 2, wave: 2, expansions: 30 },
} as const

test.each<[Mode, number | undefined]>([
  ['union', undefined],
  ['first-proof', undefined],
  ['union', 40],
  ['slices', 300],
])('a run in mode %s (wall clock %s) can be done again from its file', async (mode, wallClockMs) => {
  const members = [jugMember('a'), jugMember('b'), { ...jugMember('c'), search: bestFirst }]
  const plan = planOf({
    theorems: theorems(4),
    members,
    mode,
    passes: 60,
    block: 8,
    depth: 14,
    wallClockMs,
    sliceMs: 7,
  })
  const database = openResults(':memory:')
  await run(database, plan)
  const ends = database.prepare('SELECT DISTINCT ending FROM passes').pluck().all()
  expect(ends.length).toBeGreaterThan(1)
  const replays = await replayAll(database)
  expect(replays.flatMap(({ differences }) => differences)).toEqual([])
  expect(replays.some(({ cut }) => cut > 0)).toBe(wallClockMs !== undefined)
  expect(replays.reduce((sum, { units }) => sum + units.length, 0)).toBe(
    database.prepare('SELECT count(*) FROM units').pluck().get(),
  )
  // Merged into another file, it has all that is needed with it.
  const merged = openResults(':memory:')
  mergeResults(merged, database)
  expect((await replayAll(merged)).map(({ differences, units }) => [differences, units.length])).toEqual(
    replays.map(({ units }) => [[], units.length]),
  )
  merged.close()
  database.close()
})

test('a run of before short limits can be done again from its file', async () => {
  const members = [jugMember('a'), { ...jugMember('c'), search: bestFirst }]
  const changes = { theorems: theorems(4), members, mode: 'first-proof', passes: 40, block: 8, depth: 14 } as const
  for (const shortFirst of [false, true]) {
    const database = openResults(':memory:')
    await run(database, planOf({ ...changes, shortFirst }))
    expect(String(database.prepare('SELECT config FROM runs').pluck().get()).includes('shortFirst')).toBe(shortFirst)
    expect((await replayAll(database)).flatMap(({ differences }) => differences)).toEqual([])
    const journal = new RunJournal(database, 1, '')
    const edges = [0, 1, 2, 3].flatMap((position) => journal.recorded(position).tree?.edges ?? [])
    expect(edges.some(({ slow }) => slow === true)).toBe(shortFirst)
    database.close()
  }
})

test('a replay says which pass or edge is not the one on record, and cannot do without the answers', async () => {
  const plan = planOf({ theorems: theorems(1), members: [jugMember('a')], passes: 60, depth: 14 })
  const database = openResults(':memory:')
  await run(database, plan)
  const differences = async () => (await replayAll(database)).flatMap((replay) => replay.differences)
  const journal = beginRun(database, plan, provenance)
  const answers = journal.answers(0, 0)
  const rewrite = (change: (logProb: number) => number, keep = answers.length) => {
    database.exec('DELETE FROM answers')
    const changed = answers.slice(0, keep).map((answer) => ({
      ...answer,
      candidates: answer.candidates.map(({ tactic, logProb }) => ({ tactic, logProb: change(logProb) })),
    }))
    journal.writeAnswers(0, 0, { answers: changed, usage: NO_USAGE })
  }
  rewrite((logProb) => logProb)
  expect(await differences()).toEqual([])
  rewrite((logProb) => logProb - 1)
  expect(await differences()).toEqual([
    expect.stringMatching(/^edge 0 of the tree was `(\w+)` at state 0 \(open, .* and is `\1` at state 0 \(open, /),
  ])
  rewrite((logProb) => logProb, answers.length - 1)
  await expect(replayAll(database)).rejects.toThrow('no answer of a is on record')
  rewrite((logProb) => logProb)
  database.exec('UPDATE passes SET depth = depth + 1 WHERE pass = 9')
  expect(await differences()).toEqual([expect.stringContaining('the passes of a from pass 8 on differ')])
  database.close()
})

const servers: ScriptedServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

test('a server that goes down is an error of its theorems; when it is back, nothing is asked for or paid for twice', async () => {
  const answer: Script = (asked, response) => {
    const random = createRandom(`${asked.body.seed}/${asked.body.prompt}`)
    const move = jugMoves[Math.floor(random.next() * jugMoves.length)] ?? ''
    sendChoices(asked, response, [{ text: move, tokens: [[move, -2]] }])
  }
  const server = await startModelServer(answer)
  servers.push(server)
  const settings = await readRemoteSettings(`${server.url}#m`, {
    temperature: 1,
    seed: 0,
    settings: { n: 1, retries: 0, inprice: 1, concurrency: 1 },
  })
  let model = new ModelServer(settings, undefined)
  const remote = member('remote', async () => new RemotePolicy(model, settings))
  const plan = planOf({ theorems: theorems(2), members: [remote, jugMember('local')], passes: 8, block: 8, depth: 10 })
  const smooth = openResults(':memory:')
  await run(smooth, plan)
  const needed = server.asked.length
  const cost = (database: Database) =>
    database.prepare('SELECT sum(requests), round(1e6 * sum(cost)) FROM answers').raw().get()
  expect(cost(smooth)).toEqual([needed, 10 * needed])

  server.asked.length = 0
  server.script = (asked, response, number) =>
    number < needed / 2 ? answer(asked, response, number) : sendJson(response, { error: { message: 'down' } }, 503)
  const stumbling = openResults(':memory:')
  await run(stumbling, plan)
  const outcomes = stumbling.prepare('SELECT DISTINCT outcome, message FROM theorems').all()
  const message = `the model server ${server.url} (m) answered 503: down`
  expect(outcomes).toContainEqual({ outcome: 'engineError', message })
  const answered = stumbling.prepare('SELECT sum(requests) FROM answers').pluck().get()
  expect(answered).toBe(Math.ceil(needed / 2))

  server.script = answer
  // As a new process would.
  model.close()
  model = new ModelServer(settings, undefined)
  await run(stumbling, plan, true)
  expect(cost(stumbling)).toEqual(cost(smooth))
  expect(lastingRows(stumbling)).toEqual(lastingRows(smooth))
  expect((await replayAll(stumbling)).flatMap(({ differences }) => differences)).toEqual([])
  smooth.close()
  stumbling.close()
})
