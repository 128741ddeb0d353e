import { expect, test } from 'vitest'
import type { Policy } from '../../src/policy/policy.ts'
import type { Proof } from '../../src/proof/proof.ts'
import { createRandom } from '../../src/proof/random.ts'
import { searchBestFirst } from '../../src/search/best-first.ts'
import { isPart } from '../../src/search/focus.ts'
import { searchRollouts } from '../../src/search/rollouts.ts'
import { createTree, type Tree } from '../../src/search/tree.ts'
import { checkTree } from './check-tree.ts'
import { type GoalDomain, type GoalRule, goalDomain, goalPolicy } from './goals.ts'
import { answer } from './toy.ts'

type How = {
  readonly split: boolean
  readonly expansions?: number
  readonly depth?: number
  readonly accept?: (proof: Proof) => boolean
  readonly tree?: Tree
}

async function bestFirst(domain: GoalDomain, policy: Policy, how: How) {
  const { split, expansions = 2000, depth = 50, accept = () => true } = how
  const tree = how.tree ?? createTree(domain.root)
  const found = await searchBestFirst(tree, domain, policy, {
    budget: { expansions, depth },
    accept: async (proof) => answer(accept(proof)),
    ...{ split, width: 2, widenings: 3, batch: 2, wave: 2, first: 1 },
  })
  checkTree(tree)
  return found
}

async function rollOut(
  domain: GoalDomain,
  policy: Policy,
  how: How & { readonly passes: number; readonly block?: number; readonly stopAtFirstProof?: boolean },
) {
  const { split, passes, depth = 50, block = 8, accept = () => true, stopAtFirstProof = true } = how
  const tree = how.tree ?? createTree(domain.root)
  const found = await searchRollouts(tree, domain, policy, {
    ...{ budget: { passes, depth }, random: createRandom(3), block, split, stopAtFirstProof },
    accept: async (proof) => answer(accept(proof)),
  })
  checkTree(tree)
  return found
}

/** Runs a script on a domain's first state: whether it finishes. */
async function finishes(domain: GoalDomain, { tactics }: Proof): Promise<boolean> {
  let at = domain.root
  for (const [i, tactic] of tactics.entries()) {
    const [result] = await domain.runTactics(at, [tactic])
    if (result?.kind === 'finished') return i === tactics.length - 1
    if (result?.kind !== 'open') return false
    at = result.state
  }
  return false
}

/** `a&b` is split; `n` counts down to 0, which closes. */
const counting: GoalRule = (goal, tactic) => {
  if (tactic === 'both' && goal.includes('&')) return goal.split('&')
  if (tactic === 'close') return goal === '0' ? [] : undefined
  if (tactic === 'down' && Number(goal) > 0) return [String(Number(goal) - 1)]
  if (tactic === 'up' && !goal.includes('&')) return [String(Number(goal) + 1)]
  return undefined
}
const counter = goalPolicy((goal) =>
  goal.includes('&') ? { both: 0.9, all: 0.1 } : { up: 0.3, down: 0.5, close: 0.1, all: 0.1 },
)

test('goals are solved apart, and what is verified is their tactics one after another', async () => {
  const domain = goalDomain(['3&2'], counting)
  const asked: Proof[] = []
  const { result, tree } = await bestFirst(domain, counter, {
    split: true,
    accept: (proof) => asked.push(proof) > 0,
  })
  if (result.kind !== 'proved') throw new Error(result.kind)
  expect(asked).toEqual([result.proof])
  expect(result.proof.tactics.slice(0, 4)).toEqual(['both', 'down', 'down', 'down'])
  expect(await finishes(goalDomain(['3&2'], counting), result.proof)).toBe(true)
  const marks = [...tree.nodes()].flatMap((node) => [...node.edges.keys()].filter((tactic) => tactic.startsWith('· ')))
  expect(marks).toEqual(['· goal 1', '· goal 2'])
})

test('a goal that was met before is not searched again: neither in another state nor by another search', async () => {
  const both: GoalRule = (goal, tactic) =>
    tactic === 'left' ? ['7&3'] : tactic === 'right' ? ['9&3'] : counting(goal, tactic)
  const policy = goalPolicy((goal) =>
    goal === 'start' ? { left: 0.5, right: 0.5 } : goal.includes('&') ? { both: 1 } : { down: 0.6, close: 0.4 },
  )
  const domain = goalDomain(['start'], both)
  const runs = async (how: How, tree = createTree(domain.root)) => {
    const before = domain.runs.length
    const { statistics } = await bestFirst(domain, policy, { ...how, accept: () => false, tree })
    return { ran: domain.runs.slice(before), statistics, tree }
  }
  const first = await runs({ split: true })
  // Goal 3 is behind 7 and behind 9; its way down was looked for once, and each merged script runs it once more.
  const solo = first.ran.filter((run) => run === '3 down').length
  expect(solo).toBeLessThanOrEqual(4)
  const again = await runs({ split: true }, first.tree)
  expect(again.ran).toEqual([])
  expect(again.statistics.cacheHits).toBeGreaterThan(0)
})

test('goals with a metavariable in common stay together', async () => {
  const rule: GoalRule = (goal, tactic) => {
    if (tactic === 'some' && goal === 'some') return ['?v = 2', '?v < 3']
    return tactic === 'close' && ['2 = 2', '2 < 3'].includes(goal) ? [] : undefined
  }
  const policy = goalPolicy((goal) =>
    goal === 'some' ? { some: 1 } : goal.includes('?v') ? { 'value := 2': 1 } : { close: 1 },
  )
  const { result, tree } = await bestFirst(goalDomain(['some'], rule), policy, { split: true })
  expect(result).toEqual({ kind: 'proved', proof: { tactics: ['some', 'value := 2', 'close', 'close'] } })
  const together = [...tree.nodes()].find(({ state }) => state.goals[0]?.text === '⊢ ?v = 2')
  expect([...(together?.edges.keys() ?? [])]).toEqual(['value := 2'])
})

test('a tactic that works on all goals is kept to one, and its proof is written so that it stays there', async () => {
  const policy = goalPolicy((goal) => (goal.includes('&') ? { both: 1 } : goal === '0' ? { all: 1 } : { down: 1 }))
  const domain = goalDomain(['0&1'], counting)
  const { result } = await bestFirst(domain, policy, { split: true })
  if (result.kind !== 'proved') throw new Error(result.kind)
  expect(await finishes(goalDomain(['0&1'], counting), result.proof)).toBe(true)
})

test('where merged proofs are refused the state is searched as a whole', async () => {
  const domain = goalDomain(['0&0'], counting)
  const asked: string[] = []
  const { result } = await bestFirst(domain, counter, {
    split: true,
    accept: ({ tactics }) => asked.push(tactics.join(' ')) > 1,
  })
  expect(result.kind).toBe('proved')
  expect(new Set(asked).size).toBe(asked.length)
})

/** A random world: what each tactic does to each goal is drawn once. */
function randomWorld(seed: number): { rule: GoalRule; policy: Policy; root: string } {
  const random = createRandom(seed)
  const names = Array.from({ length: 7 }, (_, i) => `g${i}`)
  const tactics = ['t0', 't1', 't2']
  const table = new Map<string, readonly string[] | undefined>()
  for (const name of names)
    for (const tactic of tactics) {
      const draw = random.next()
      const pick = () => names[Math.floor(random.next() * names.length)] as string
      const made =
        draw < 0.35
          ? undefined
          : draw < 0.45
            ? []
            : draw < 0.7
              ? [pick()]
              : draw < 0.9
                ? [pick(), pick()]
                : [pick(), pick(), pick()]
      table.set(`${name} ${tactic}`, made)
    }
  return {
    rule: (goal, tactic) => table.get(`${goal} ${tactic}`),
    policy: goalPolicy(() => ({ t0: 0.5, t1: 0.3, t2: 0.15, all: 0.05 })),
    root: 'g0',
  }
}

test('in made-up worlds all that is proved with goals together is proved with goals apart, and with fewer tactics', async () => {
  let [proved, together, apart, tactics, fewer] = [0, 0, 0, 0, 0]
  for (let seed = 0; seed < 40; seed++) {
    const { rule, policy, root } = randomWorld(seed)
    const search = async (split: boolean) => {
      const domain = goalDomain([root], rule)
      const { result, statistics } = await bestFirst(domain, policy, { split, expansions: 150, depth: 8 })
      if (result.kind === 'proved') expect(await finishes(goalDomain([root], rule), result.proof)).toBe(true)
      return { kind: result.kind, ran: statistics.tacticsRun }
    }
    const [whole, split] = [await search(false), await search(true)]
    if (whole.kind === 'proved') {
      proved++
      expect(split.kind, `world ${seed}`).toBe('proved')
      tactics += whole.ran
      fewer += split.ran
    }
    together += Number(whole.kind === 'proved')
    apart += Number(split.kind === 'proved')
  }
  expect(fewer).toBeLessThan(tactics)
  expect(proved).toBeGreaterThan(12)
  expect(apart).toBeGreaterThanOrEqual(together)
})

test('passes go on with what is not solved yet', async () => {
  const rare = goalPolicy((goal) =>
    goal.includes('&') ? { both: 1 } : goal === '0' ? { close: 0.2, down: 0.8 } : { down: 0.5, up: 0.5 },
  )
  const count = async (split: boolean) => {
    const domain = goalDomain(['1&2&3'], counting)
    const { passes } = await rollOut(domain, rare, { split, passes: 400, stopAtFirstProof: false, depth: 12 })
    return passes.filter(({ end }) => end.kind === 'proved').length
  }
  const [together, apart] = [await count(false), await count(true)]
  expect(apart).toBeGreaterThan(together)
})

test('the passes are the same again, and every proof among them finishes', async () => {
  const once = async () => {
    const domain = goalDomain(['2&1'], counting)
    return rollOut(domain, counter, { split: true, passes: 60, stopAtFirstProof: false, depth: 20 })
  }
  const [one, two] = [await once(), await once()]
  expect(two.passes).toEqual(one.passes)
  expect(one.proofs.length).toBeGreaterThan(0)
  for (const proof of one.proofs) expect(await finishes(goalDomain(['2&1'], counting), proof)).toBe(true)
  for (const { end, tactics } of one.passes)
    if (end.kind === 'proved') expect(tactics.some((tactic) => tactic.startsWith('· goal'))).toBe(false)
})

test('without the choice no state is taken apart', async () => {
  const { tree } = await bestFirst(goalDomain(['3&2'], counting), counter, { split: false })
  expect([...tree.nodes()].some(({ state }) => isPart(state))).toBe(false)
})
