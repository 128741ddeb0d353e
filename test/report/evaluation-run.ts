import type { Database } from 'better-sqlite3'
import { schedule } from '../../src/ensemble/scheduler.ts'
import type { World } from '../../src/ensemble/world.ts'
import { createRandom } from '../../src/proof/random.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { member, planOf, provenance, theorems } from '../ensemble/simulated.ts'
import { jugs, tablePolicy, toyDomain } from '../search/toy.ts'

/** Jug players of different skill: `skill` is how much of the time they know what to do. */
function player(name: string, skill: (theorem: string) => number) {
  return member(name, async ({ name: theorem }) =>
    tablePolicy((at): Record<string, number> => {
      const [small, big] = at.split(',').map(Number) as [number, number]
      const know = skill(theorem)
      const rest = (1 - know) / 7
      const all = {
        fillSmall: rest,
        fillBig: rest,
        emptySmall: rest,
        emptyBig: rest,
        smallToBig: rest,
        bigToSmall: rest,
        done: rest,
      }
      const best = big === 4 ? 'done' : small === 3 ? 'emptySmall' : big === 5 || big === 2 ? 'bigToSmall' : 'fillBig'
      return { ...all, [best]: know + rest }
    }),
  )
}

/** A run of three members on many puzzles, two of which end in errors, as `hedge evaluate` records it. */
export async function sampleRun(path: string, count = 40): Promise<Database> {
  const random = createRandom('skills')
  const difficulty = new Map(theorems(count).map(({ name }) => [name, random.next()]))
  const skill = (strength: number) => (theorem: string) =>
    Math.max(0, strength - (difficulty.get(theorem) ?? 0) * createRandom(`${theorem} ${strength}`).next())
  const members = [player('cross-entropy', skill(0.62)), player('n8', skill(0.58)), player('n32', skill(0.5))]
  const plan = planOf({ theorems: theorems(count), members, passes: 64, block: 32, depth: 20, matched: true })
  const world: World = {
    async open(theorem) {
      if (theorem.name === 't5')
        return { kind: 'rejected', message: 'the statement does not elaborate: <b>unknown</b> identifier' }
      if (theorem.name === 't6') throw new Error('Lean does not start')
      return {
        kind: 'opened',
        domain: toyDomain('0,0', jugs),
        verify: async ({ tactics }) => ({
          kind: 'verified',
          source: `theorem ${theorem.name} : 4 := by\n  ${tactics.join('\n  ')}\n`,
          axioms: [],
        }),
        close: async () => {},
      }
    },
  }
  const database = openResults(path)
  const journal = beginRun(database, plan, { ...provenance, dataset: 'jugs.jsonl' })
  await schedule({ plan, members: plan.members, world, journal, positions: journal.open(false), workers: 2 })
  return database
}
