import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PassRecord } from '../../src/ensemble/journal.ts'
import { type MemberProgress, NO_PROGRESS, type Plan } from '../../src/ensemble/plan.ts'
import { runTheorem } from '../../src/ensemble/theorem-run.ts'
import type { World } from '../../src/ensemble/world.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { createRandom } from '../../src/proof/random.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import type { RunJournal } from '../../src/results/journal.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { Intake } from '../../src/scale/intake.ts'
import { blocksOf, isSplittable, Pieces, pieceKey, progressBefore } from '../../src/scale/pieces.ts'
import {
  type Block,
  bodySchema,
  type Piece,
  pack,
  type Report,
  type ReportBody,
  unpack,
  unpackKnown,
} from '../../src/scale/protocol.ts'
import { Sender } from '../../src/scale/sender.ts'
import { TreeMark } from '../../src/scale/tree-mark.ts'
import { systemClock } from '../../src/search/budget.ts'
import { restoreTree, type TreeRecord } from '../../src/search/tree-record.ts'
import { coinMember, coinWorld, type LivePlan, member, planOf, provenance, theorems } from '../ensemble/simulated.ts'
import { lastingRows } from '../results/rows.ts'
import { cleverJugs, jugs, toyDomain } from '../search/toy.ts'

let folder: string
let files = 0
const opened: RunJournal[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-intake-'))
})
afterEach(async () => {
  for (const journal of opened.splice(0)) journal.database.close()
  await rm(folder, { recursive: true, force: true })
})

const plan = planOf({
  theorems: theorems(2),
  members: [coinMember('a', () => 0.3), coinMember('b', () => 0.1)],
  passes: 16,
  block: 4,
})

function journalOf(of: Plan): RunJournal {
  const journal = beginRun(openResults(join(folder, `${files++}.sqlite`)), of, provenance)
  opened.push(journal)
  return journal
}

function intakeOf(of: Plan, journal: RunJournal, world: World = coinWorld): Intake {
  const signal = new AbortController().signal
  return new Intake({ plan: of, journal, world, trust: false, current: () => 'mine', signal })
}

/** What a worker reports about the first theorem, a unit at a time, after what a file knows of it. */
async function reportsOf(of: LivePlan, work = 'mine', world = coinWorld, after?: RunJournal): Promise<Report[]> {
  const reports: Report[] = []
  const recorded = after?.read(0)
  const units = recorded?.progress.reduce((sum, { turns }) => sum + turns, 0) ?? 0
  const sender = new Sender({
    id: work,
    work: { position: 0, theorem: of.theorems[0] as Theorem, units, delivery: 1, last: false },
    known: recorded && unpackKnown(pack({ ...recorded, answers: [] })),
    members: of.members.length,
    worker: 'host:1',
    sendAfterMs: 0,
    send: async (_, report) => void reports.push(JSON.parse(JSON.stringify(report)) as Report),
  })
  const signal = new AbortController().signal
  await runTheorem(0, {
    journal: sender,
    world,
    plan: of,
    members: of.members,
    concurrency: 1,
    clock: systemClock,
    signal,
  })
  await sender.finish(false)
  // Answers are sent as they come; here they go with the unit they are of.
  const merged: Report[] = []
  let early: ReportBody['parts'] = []
  for (const report of reports) {
    const body = unpack(report.body, bodySchema) as ReportBody
    early = [...early, ...body.parts]
    if (!body.parts.some(({ kind }) => kind === 'unit') && report.end.kind === 'working') continue
    merged.push({ ...report, body: pack({ ...body, parts: early }) })
    early = []
  }
  return merged
}

function changed(report: Report, change: (body: ReportBody) => unknown): Report {
  return { ...report, body: pack(change(unpack(report.body, bodySchema) as ReportBody)) }
}

test('reports give the rows of a local run, whatever comes twice or out of turn', async () => {
  const local = journalOf(plan)
  const signal = new AbortController().signal
  await runTheorem(0, {
    journal: local,
    world: coinWorld,
    plan,
    members: plan.members,
    concurrency: 1,
    clock: systemClock,
    signal,
  })
  const reports = await reportsOf(plan)
  expect(reports.length).toBeGreaterThan(8)
  const journal = journalOf(plan)
  const intake = intakeOf(plan, journal)
  const [first, second, third, ...rest] = reports as [Report, Report, Report, ...Report[]]
  expect(await intake.take(second)).toEqual({ kind: 'left' })
  expect(await intake.take(first)).toMatchObject({ kind: 'written' })
  const units = intake.units(0)
  expect(await intake.take(first)).toEqual({ kind: 'written', units: [], outcome: undefined })
  expect(intake.units(0)).toBe(units)
  await intake.take(second)
  // Another coordinator, which knows the file alone.
  const next = intakeOf(plan, journal)
  for (const report of [first, third, second, ...rest, ...rest]) await next.take(report)
  expect(next.outcome(0)).toEqual({ kind: 'done', completion: 'complete' })
  expect(lastingRows(journal.database)).toEqual(lastingRows(local.database))
})

test('one report with all the units is taken up where the record ends', async () => {
  const reports = await reportsOf(plan)
  const bodies = reports.map(({ body }) => unpack(body, bodySchema) as ReportBody)
  const whole: Report = {
    ...(reports.at(-1) as Report),
    first: 0,
    body: pack({ parts: bodies.flatMap(({ parts }) => parts), tree: bodies.findLast(({ tree }) => tree)?.tree }),
  }
  const [one, other] = [journalOf(plan), journalOf(plan)]
  await intakeOf(plan, one).take(whole)
  const intake = intakeOf(plan, other)
  for (const report of reports.slice(0, 3)) await intake.take(report)
  expect(await intake.take(whole)).toMatchObject({ outcome: { kind: 'done' } })
  expect(lastingRows(other.database)).toEqual(lastingRows(one.database))
})

test('no word of a worker makes a proof', async () => {
  const reports = await reportsOf(plan)
  const strict: World = {
    open: async (theorem, signal) => ({
      ...((await coinWorld.open(theorem, signal)) as Extract<Awaited<ReturnType<World['open']>>, { kind: 'opened' }>),
      verify: async () => ({ kind: 'rejected', reason: 'no', messages: [] }),
    }),
  }
  const journal = journalOf(plan)
  const intake = intakeOf(plan, journal, strict)
  const answers = []
  for (const report of reports) answers.push(await intake.take(report))
  expect(answers).toContainEqual({ kind: 'refused', reason: 'a proof in it is refused here: no' })
  expect(journal.database.prepare('SELECT count(*) FROM proofs').pluck().get()).toBe(0)
  // What is written as verified is what the verifier here has said, not the worker.
  const own = journalOf(plan)
  const second = intakeOf(plan, own)
  for (const report of reports)
    await second.take(
      changed(report, ({ parts, ...rest }) => ({
        ...rest,
        parts: parts.map((part) =>
          part.kind === 'answers'
            ? part
            : {
                kind: 'unit',
                unit: {
                  ...part.unit,
                  proofs: part.unit.proofs.map((proof) => ({ ...proof, source: 'lies', axioms: [] })),
                },
              },
        ),
      })),
    )
  const sources = own.database.prepare('SELECT source FROM proofs').pluck().all()
  expect(sources.length).toBeGreaterThan(0)
  expect(sources).not.toContain('lies')
})

test('what no worker sends is refused, and nothing of it written', async () => {
  const reports = await reportsOf(plan)
  const [first] = reports as [Report, ...Report[]]
  const refused = async (report: Report) => {
    const journal = journalOf(plan)
    const answer = await intakeOf(plan, journal).take(report)
    expect(journal.database.prepare('SELECT count(*) FROM units').pluck().get()).toBe(0)
    return answer.kind === 'refused' ? answer.reason : answer.kind
  }
  const unit = (change: object) => (body: ReportBody) => ({
    ...body,
    parts: body.parts.map((part) => (part.kind === 'unit' ? { ...part, unit: { ...part.unit, ...change } } : part)),
  })
  expect(await refused({ ...first, body: 'x' })).toBe('it cannot be read')
  expect(await refused(changed(first, () => ({ parts: [{ kind: 'unit' }] })))).toBe('it cannot be read')
  expect(await refused(changed(first, unit({ member: 1 })))).toContain('is due, not member 1')
  expect(await refused(changed(first, unit({ firstPass: 4 })))).toContain('is due, not member 0 from pass 4 on')
  const pass = { index: 0, end: 'proved', depth: 1, tactics: ['win'] }
  expect(await refused(changed(first, unit({ passes: [pass], proofs: [] })))).toContain('without a proof')
  expect(await refused(changed(first, unit({ passes: [{ ...pass, proof: 'p' }], proofs: [] })))).toContain('not there')
  expect(await refused(changed(first, unit({ passes: [{ ...pass, end: 'error', index: 99 }] })))).toContain(
    '99 is not due',
  )
  expect(
    await refused({ ...first, end: { kind: 'ended', outcome: { kind: 'done', completion: 'complete' } } }),
  ).toContain('some passes are missing')
})

const jugWorld: World = {
  open: async () => ({
    kind: 'opened',
    domain: toyDomain('0,0', jugs),
    verify: async ({ tactics }) => ({ kind: 'verified', source: tactics.join('; '), axioms: [] }),
    close: async () => {},
  }),
}

/** What a worker reports that was given one block. */
async function blockReport(of: LivePlan, block: Block, world: World = coinWorld): Promise<Report> {
  const reports: Report[] = []
  const progress = progressBefore(block, of.members.length)
  const sender = new Sender({
    id: pieceKey({ position: 0, block }),
    work: { position: 0, block, theorem: of.theorems[0] as Theorem, units: 0, delivery: 1, last: false },
    known: { progress, proofs: [], answers: [] },
    members: of.members.length,
    worker: 'host:1',
    sendAfterMs: 1e9,
    send: async (_, report) => void reports.push(JSON.parse(JSON.stringify(report)) as Report),
  })
  const signal = new AbortController().signal
  await runTheorem(0, {
    journal: sender,
    world,
    plan: of,
    members: of.members,
    concurrency: 1,
    clock: systemClock,
    signal,
    onlyOneUnit: true,
  })
  await sender.finish(false)
  expect(reports).toHaveLength(1)
  return reports[0] as Report
}

/** Jugs, of which fills and pours lead to the same states by many ways. */
const jugPlan = planOf({
  theorems: theorems(1),
  members: ['a', 'b'].map((name) => member(name, async () => cleverJugs)),
  passes: 24,
  block: 2,
  depth: 30,
})
const treeParts = (report: Report) =>
  (unpack(report.body, bodySchema) as ReportBody).parts.flatMap((part) =>
    part.kind === 'unit' ? (part.tree ?? []) : [],
  )
/** Where each tactic leads, by the states' own names. */
const edgesOf = (tree: TreeRecord | undefined) =>
  new Map(
    tree?.edges.map(({ from, tactic, outcome }) => [
      `${tree.states[from]?.key} ${tactic}`,
      outcome.kind === 'open' ? tree.states[outcome.to]?.key : outcome.kind,
    ]),
  )
async function localJugs(): Promise<RunJournal> {
  const journal = journalOf(jugPlan)
  const { members } = jugPlan
  const { signal } = new AbortController()
  await runTheorem(0, { journal, world: jugWorld, plan: jugPlan, members, concurrency: 1, clock: systemClock, signal })
  return journal
}

test('of a tree reports say what is new, and the last one all of it', async () => {
  const local = await localJugs()
  const reports = await reportsOf(jugPlan, 'mine', jugWorld)
  const keys = reports.flatMap((report) => treeParts(report).flatMap(({ states }) => states.map(({ key }) => key)))
  expect(keys.length).toBeGreaterThan(8)
  expect(new Set(keys).size).toBe(keys.length)
  const last = reports.at(-1) as Report
  expect(last.end.kind).toBe('ended')
  expect((unpack(last.body, bodySchema) as ReportBody).tree).toEqual(local.read(0).tree)
  const journal = journalOf(jugPlan)
  const intake = intakeOf(jugPlan, journal, jugWorld)
  for (const report of reports) {
    await intake.take(report)
    // What is on record meanwhile is good to go on from.
    const tree = journal.read(0).tree as TreeRecord
    expect(restoreTree(tree, tree.states[0] as ProofState).counts.nodes).toBe(tree.states.length)
  }
  expect(lastingRows(journal.database)).toEqual(lastingRows(local.database))
  expect(journal.read(0).tree).toEqual(local.read(0).tree)
})

test('a part of a tree is left out where another worker has written in between', async () => {
  const local = await localJugs()
  const truth = edgesOf(local.read(0).tree)
  const journal = journalOf(jugPlan)
  const intake = intakeOf(jugPlan, journal, jugWorld)
  const slow = await reportsOf(jugPlan, 'slow', jugWorld)
  const half = slow.length >> 1
  for (const report of slow.slice(0, half)) await intake.take(report)
  const [first, ...others] = (await reportsOf(jugPlan, 'quick', jugWorld, journal)) as [Report, ...Report[]]
  const [whole] = treeParts(first)
  expect(whole?.after).toBeUndefined()
  // Breadth first is not the order in which states were found.
  const found = slow.slice(0, half + 1).flatMap((report) => treeParts(report).flatMap(({ states }) => states))
  expect(whole?.states.map(({ key }) => key)).not.toEqual(found.map(({ key }) => key))
  await intake.take(first)
  const trees = () => Number(journal.database.prepare('SELECT count(*) FROM tree_parts').pluck().get())
  const before = trees()
  for (const report of slow.slice(half, -1)) expect((await intake.take(report)).kind).toBe('written')
  expect(trees()).toBe(before)
  for (const [edge, to] of edgesOf(journal.read(0).tree)) expect(truth.get(edge)).toBe(to)
  for (const report of [...others, slow.at(-1) as Report]) await intake.take(report)
  expect(intake.outcome(0)).toEqual({ kind: 'done', completion: 'complete' })
  expect(journal.read(0).tree).toEqual(local.read(0).tree)
  expect(lastingRows(journal.database)).toEqual(lastingRows(local.database))
})

test('a part that speaks of states that are not there is left out', () => {
  const mark = new TreeMark()
  const state = (key: string): ProofState => ({ key, goals: [], path: [] })
  const edge = { from: 0, tactic: 't', logProb: 0, outcome: { kind: 'open', to: 1 } } as const
  expect(mark.take({ states: [state('a')], edges: [edge], left: 0 })).toBeUndefined()
  const whole = { states: [state('a'), state('b')], edges: [edge], left: 0 }
  expect(mark.take(whole)).toEqual(whole)
  const part = { states: [], edges: [{ ...edge, from: 2 }], left: 0, after: 2, base: mark.digest }
  expect(mark.take(part)).toBeUndefined()
  expect(mark.take({ ...part, edges: [], after: 1 })).toBeUndefined()
  expect(mark.take({ ...part, edges: [], base: 'another' })).toBeUndefined()
  expect(mark.take({ ...part, edges: [] })).toEqual({ states: [], edges: [], left: 0, after: 2 })
})

test.each([
  'in turn',
  'backwards',
  'by chance',
])('blocks of a theorem that were done apart, and come %s, give the rows of a local run', async (order) => {
  // Jugs, of which fills and pours lead to the same states by many ways.
  const matched = planOf({
    theorems: theorems(1),
    members: ['a', 'b'].map((name) => member(name, async () => cleverJugs)),
    matched: true,
    passes: 10,
    block: 4,
    depth: 30,
  })
  const local = journalOf(matched)
  const signal = new AbortController().signal
  await runTheorem(0, {
    journal: local,
    world: jugWorld,
    plan: matched,
    members: matched.members,
    concurrency: 1,
    clock: systemClock,
    signal,
  })
  const blocks = [...blocksOf(matched, [NO_PROGRESS, NO_PROGRESS])]
  // The first member has its own ten passes, and then ten more.
  expect(blocks.map(({ member, firstPass }) => `${member}:${firstPass}`).join(' ')).toBe(
    '0:0 1:0 0:4 1:4 0:8 1:8 0:10 0:12 0:16',
  )
  const reports = await Promise.all(blocks.map((block) => blockReport(matched, block, jugWorld)))
  const random = createRandom('order of blocks')
  if (order === 'backwards') reports.reverse()
  if (order === 'by chance') reports.sort(() => random.next() - 0.5)
  const journal = journalOf(matched)
  const intake = intakeOf(matched, journal, jugWorld)
  // As the coordinator does: what was kept is taken when its turn comes, and everything comes twice.
  for (const report of [...reports, ...reports])
    for (let next: Report | undefined = report; next !== undefined; next = intake.due(0))
      if ((await intake.take(next)).kind !== 'written') break
  expect(intake.outcome(0)).toEqual({ kind: 'done', completion: 'complete' })
  expect(lastingRows(journal.database)).toEqual(lastingRows(local.database))
  expect(local.read(0).tree?.states.length).toBeGreaterThan(8)
  expect(journal.read(0).tree).toEqual(local.read(0).tree)
})

test('of a block only the whole of it is taken, and only where a run may be split', async () => {
  const [first] = [...blocksOf(plan, [NO_PROGRESS, NO_PROGRESS])]
  const report = await blockReport(plan, first as Block)
  const refused = async (bad: Report, of: Plan = plan) => {
    const journal = journalOf(of)
    const answer = await intakeOf(of, journal).take(bad)
    expect(journal.database.prepare('SELECT count(*) FROM units').pluck().get()).toBe(0)
    return answer.kind === 'refused' ? answer.reason : answer.kind
  }
  const units = (change: (passes: readonly PassRecord[]) => readonly PassRecord[]) => (body: ReportBody) => ({
    ...body,
    parts: body.parts.map((part) =>
      part.kind === 'unit' ? { ...part, unit: { ...part.unit, passes: change(part.unit.passes) } } : part,
    ),
  })
  expect(
    await refused(
      changed(
        report,
        units((passes) => passes.slice(1)),
      ),
    ),
  ).toBe('its block has 3 of 4 passes')
  expect(await refused({ ...report, block: { member: 1, firstPass: 0 } })).toBe('it has not the block that it names')
  expect(await refused(changed(report, ({ parts }) => ({ parts })))).toBe('it has no tree')
  expect(await refused({ ...report, end: { kind: 'ended', outcome: { kind: 'done', completion: 'complete' } } })).toBe(
    'it is no whole block',
  )
  const byTurns: Plan = { ...plan, mode: 'first-proof' }
  expect(await refused({ ...report, work: 'mine' }, byTurns)).toBe('this run is not split')
})

test('what nobody proves is called false by the coordinator, not by a worker', async () => {
  const hopeless = planOf({ theorems: theorems(1), members: [coinMember('a', () => 0)], passes: 4, block: 4 })
  const world: World = {
    open: async (theorem, signal) => ({
      ...((await coinWorld.open(theorem, signal)) as Extract<Awaited<ReturnType<World['open']>>, { kind: 'opened' }>),
      refute: async () => 'n = 1',
    }),
  }
  const journal = journalOf(hopeless)
  const intake = intakeOf(hopeless, journal, world)
  for (const report of await reportsOf(hopeless)) await intake.take(report)
  expect(journal.read(0).outcome).toEqual({ kind: 'done', completion: 'complete', refuted: 'n = 1' })
})

test('theorems go whole while there are many, and in blocks where they are few: first blocks first', () => {
  const many = planOf({ theorems: theorems(8), members: plan.members, passes: 8, block: 4 })
  const done = Array.from({ length: 8 }, () => [NO_PROGRESS, NO_PROGRESS])
  const pieces = (positions: number[]) =>
    new Pieces({ plan: many, positions, split: true, progress: (position) => done[position] as MemberProgress[] })
  const keys = (taken: Piece[]) => taken.map(pieceKey).join(' ')
  const of = pieces([0, 1, 2, 3, 4, 5, 6, 7])
  expect(keys(of.take(4, 1))).toBe('0 1 2 3')
  // Two workers more: one of them would have nothing to do soon.
  expect(of.few(3)).toBe(false)
  for (const position of [0, 1, 2]) of.close(position)
  expect(of.few(3)).toBe(true)
  expect(keys(of.take(6, 3))).toBe('4/0/0 4/1/0 5/0/0 5/1/0 6/0/0 6/1/0')
  expect(keys(of.take(99, 3))).toBe('7/0/0 7/1/0 4/0/4 4/1/4 5/0/4 5/1/4 6/0/4 6/1/4 7/0/4 7/1/4')
  expect(of.isEmpty).toBe(true)
  of.putBack({ position: 6, block: { member: 1, firstPass: 4 } })
  expect(keys(of.take(99, 3))).toBe('6/1/4')
  // Another coordinator: what is out stays out, what is written is not done again.
  done[1] = [{ ...NO_PROGRESS, passes: 4, turns: 1 }, NO_PROGRESS]
  const next = pieces([0, 1])
  expect(next.adopt({ position: 1, block: { member: 0, firstPass: 4 } }, 'x', 2)).toBe(true)
  expect(next.adopt({ position: 1, block: { member: 0, firstPass: 0 } }, 'y', 1)).toBe(false)
  expect(next.adopt({ position: 1 }, 'z', 1)).toBe(false)
  expect(keys(next.take(99, 9))).toBe('1/1/0 0/0/0 0/1/0 1/1/4 0/0/4 0/1/4')
  expect(next.close(1)).toEqual(['x'])
})

test('a theorem whose goals are solved one by one is not dealt out in blocks: its passes need each other', () => {
  const [first, ...others] = plan.members
  if (first === undefined) throw new Error('no member')
  const split = { ...first, search: { kind: 'rollouts', settings: { split: 1 } } } as const
  expect(isSplittable(plan)).toBe(true)
  expect(isSplittable({ ...plan, members: [split, ...others] })).toBe(false)
})

test('under a clock only the worker that has the theorem is heard', async () => {
  const clocked = { ...plan, wallClockMs: 60_000 }
  const journal = journalOf(clocked)
  const intake = intakeOf(clocked, journal)
  for (const report of await reportsOf(clocked, 'of another'))
    expect(await intake.take(report)).toEqual({ kind: 'left' })
  for (const report of await reportsOf(clocked)) expect(await intake.take(report)).toMatchObject({ kind: 'written' })
  expect(intake.outcome(0)).toMatchObject({ kind: 'done' })
})
