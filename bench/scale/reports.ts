import { runTheorem } from '../../src/ensemble/theorem-run.ts'
import type { World } from '../../src/ensemble/world.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { bodySchema, pack, type ReportBody, unpack } from '../../src/scale/protocol.ts'
import { Sender } from '../../src/scale/sender.ts'
import { systemClock } from '../../src/search/budget.ts'
import { GrownTree } from '../../src/search/tree-record.ts'
import { member, planOf } from '../cheap-run.ts'
import { chance, outcome, stateOf, TACTICS } from '../throughput/pretended.ts'

const root = stateOf('t', [])
const world: World = {
  open: async () => ({
    kind: 'opened',
    domain: {
      root,
      runTactics: async (state, asked) => asked.map((tactic) => outcome(state, tactic)),
      release: () => {},
    },
    verify: async ({ tactics }) => ({ kind: 'verified', source: tactics.join('\n'), axioms: [] }),
    close: async () => {},
  }),
}

/** Draws the first of a state's tactics most often. */
function drawing(name: string): Policy {
  return {
    name,
    rank: async () => [],
    sample: async (state, count, random) =>
      Array.from({ length: count }, () => {
        const number = Math.floor(TACTICS * random.next() ** 2 * (0.5 + chance(`${name} ${state.key}`) / 2))
        return { tactic: `nlinarith [sq_nonneg (x - ${number})]`, logProb: -2 }
      }),
  }
}

/** One theorem that a worker reports on, a report after every few units: bytes as they are sent, and with all of the tree in each. */
export async function reportBytes(passes: number, unitsPerReport: number): Promise<void> {
  const theorem = { name: 't', header: '', statement: 'theorem t (x y : ℝ) : x = y' }
  const members = ['a', 'b', 'c', 'd', 'e'].map((name) => member(name, drawing(name)))
  const plan = { ...planOf([theorem], members, passes), matched: false, depth: 50, seed: '0' }
  const tree = new GrownTree()
  let [reports, sent, whole] = [0, 0, 0]
  let parts: ReportBody['parts'] = []
  const sender = new Sender({
    id: 't',
    work: { position: 0, theorem, units: 0, delivery: 1, last: false },
    known: undefined,
    members: members.length,
    worker: 'one',
    sendAfterMs: 0,
    send: async (_, report) => {
      // Of a worker that reports by time many units come together.
      const body = unpack(report.body, bodySchema) as ReportBody
      parts = [...parts, ...body.parts]
      const units = parts.filter(({ kind }) => kind === 'unit').length
      if (units < unitsPerReport && report.end.kind === 'working') return
      for (const part of parts) if (part.kind === 'unit' && part.tree !== undefined) tree.add(part.tree)
      if (body.tree !== undefined) tree.add(body.tree)
      const bare = parts.map((part) => (part.kind === 'unit' ? { kind: part.kind, unit: part.unit } : part))
      sent += pack({ parts: body.tree === undefined ? parts : bare, tree: body.tree }).length
      whole += pack({ parts: bare, tree: tree.record() }).length
      reports++
      parts = []
    },
  })
  const signal = new AbortController().signal
  await runTheorem(0, { journal: sender, world, plan, members, concurrency: 1, clock: systemClock, signal })
  await sender.finish(false)
  console.log(`| ${passes} | ${reports} | ${tree.record().states.length} | ${kilo(whole)} | ${kilo(sent)} |`)
}

const kilo = (bytes: number) => `${Math.round(bytes / 1000)} kB`
