import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Plan } from '../../src/ensemble/plan.ts'
import { runTheorem } from '../../src/ensemble/theorem-run.ts'
import type { World } from '../../src/ensemble/world.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import type { RunJournal } from '../../src/results/journal.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { Intake } from '../../src/scale/intake.ts'
import { bodySchema, pack, type Report, type ReportBody, unpack } from '../../src/scale/protocol.ts'
import { Sender } from '../../src/scale/sender.ts'
import { systemClock } from '../../src/search/budget.ts'
import { coinMember, coinWorld, type LivePlan, planOf, provenance, theorems } from '../ensemble/simulated.ts'
import { lastingRows } from '../results/rows.ts'

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

function intakeOf(of: Plan, journal: RunJournal, judge: World | undefined = coinWorld): Intake {
  return new Intake({ plan: of, journal, judge, current: () => 'mine', signal: new AbortController().signal })
}

/** What a worker reports about the first theorem, a unit at a time. */
async function reportsOf(of: LivePlan, work = 'mine'): Promise<Report[]> {
  const reports: Report[] = []
  const sender = new Sender({
    id: work,
    work: { position: 0, theorem: of.theorems[0] as Theorem, units: 0, delivery: 1, last: false },
    known: undefined,
    members: of.members.length,
    worker: 'host:1',
    sendAfterMs: 0,
    send: async (_, report) => void reports.push(JSON.parse(JSON.stringify(report)) as Report),
  })
  const signal = new AbortController().signal
  await runTheorem(0, {
    journal: sender,
    world: coinWorld,
    plan: of,
    members: of.members,
    concurrency: 1,
    clock: systemClock,
    signal,
  })
  await sender.finish()
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
      verify: async () => ({ verified: false, reason: 'no', messages: [] }),
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

test('under a clock only the worker that has the theorem is heard', async () => {
  const clocked = { ...plan, wallClockMs: 60_000 }
  const journal = journalOf(clocked)
  const intake = intakeOf(clocked, journal)
  for (const report of await reportsOf(clocked, 'of another'))
    expect(await intake.take(report)).toEqual({ kind: 'left' })
  for (const report of await reportsOf(clocked)) expect(await intake.take(report)).toMatchObject({ kind: 'written' })
  expect(intake.outcome(0)).toMatchObject({ kind: 'done' })
})
