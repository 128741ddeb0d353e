import { expect, test } from 'vitest'
import type { Policy } from '../../src/policy/policy.ts'
import type { Proof } from '../../src/proof/proof.ts'
import { type BestFirstOptions, searchBestFirst } from '../../src/search/best-first.ts'
import type { QueueSearchOutcome } from '../../src/search/queue-search.ts'
import { searchRollouts } from '../../src/search/rollouts.ts'
import { createTree, type Tree } from '../../src/search/tree.ts'
import { checkTree } from './check-tree.ts'
import {
  answer,
  cleverJugs,
  error,
  handClock,
  jugs,
  type Rule,
  seeded,
  state,
  type ToyDomain,
  tablePolicy,
  toyDomain,
  turn,
  uniformJugs,
} from './toy.ts'

/** Runs a search and checks what must hold of every one of them. */
async function bestFirst(
  domain: ToyDomain,
  policy: Policy,
  options: Partial<BestFirstOptions> = {},
  tree: Tree = createTree(domain.root),
): Promise<QueueSearchOutcome> {
  const outcome = await searchBestFirst(tree, domain, policy, {
    budget: {},
    accept: async () => ({ kind: 'verified', axioms: [] }),
    width: 8,
    widenings: 0,
    ...options,
  })
  checkTree(tree)
  expect(new Set(domain.runs).size).toBe(domain.runs.length)
  return outcome
}

/** The states in the order of their expansion. */
const expanded = (domain: ToyDomain) => [...new Set(domain.runs.map((run) => run.split(' ')[0]))]

const keys = (tree: Tree) => [...tree.nodes()].map((node) => node.state.key)

test('finds the shortest way to measure 4 with jugs of 3 and 5', async () => {
  const { result, statistics } = await bestFirst(toyDomain('0,0', jugs), uniformJugs)
  expect(result).toEqual({
    kind: 'proved',
    proof: {
      tactics: ['fillBig', 'bigToSmall', 'emptySmall', 'bigToSmall', 'fillBig', 'bigToSmall', 'done'],
    },
  })
  // 16 states can be reached in all; nothing is asked twice.
  expect(statistics.expansions).toBeLessThanOrEqual(16)
  // What stands behind `done` is not run.
  expect(statistics).toMatchObject({ cacheHits: 0, tacticsRun: statistics.expansions * 8 - 1 })
})

/** Letters are appended; a word of three is stuck. */
const words: Rule = (from, tactic) => (from.length < 4 ? { to: from + tactic } : error)

test('expands in the order of the log-probability, and stops when nothing is left', async () => {
  const domain = toyDomain('.', words)
  const policy = tablePolicy(() => ({ a: 0.7, b: 0.2 }))
  const { result, statistics } = await bestFirst(domain, policy, { alpha: 0 })
  expect(result).toEqual({ kind: 'exhausted' })
  expect(expanded(domain).slice(0, 7)).toEqual(['.', '.a', '.aa', '.aaa', '.b', '.ab', '.ba'])
  expect(statistics).toMatchObject({ expansions: 15, tacticsRun: 30, errors: 16 })
})

test('alpha lengthens the reach: the mean per step goes deep first', async () => {
  const order = async (alpha: number) => {
    const domain = toyDomain('.', words)
    await bestFirst(
      domain,
      tablePolicy(() => ({ a: 0.5, b: 0.4 })),
      { alpha },
    )
    return expanded(domain).slice(0, 5)
  }
  expect(await order(0)).toEqual(['.', '.a', '.b', '.aa', '.ab'])
  expect(await order(1)).toEqual(['.', '.a', '.aa', '.aaa', '.aab'])
})

test('ties go to the state that was found first', async () => {
  const domain = toyDomain('.', words)
  await bestFirst(
    domain,
    tablePolicy(() => ({ c: 0.3, a: 0.3, b: 0.3 })),
    { alpha: 0 },
  )
  expect(expanded(domain).slice(0, 6)).toEqual(['.', '.c', '.a', '.b', '.cc', '.ca'])
})

test('the same tree for any number of workers and any order of answers', async () => {
  const trees = new Set<string>()
  const orders = new Set<string>()
  for (const [concurrency, delay] of [
    [1, 0],
    [2, 1],
    [4, 2],
    [4, 3],
  ] as const) {
    const domain = toyDomain('.', words, delay === 0 ? undefined : seeded(delay))
    const policy = tablePolicy(() => ({ a: 0.5, b: 0.3, c: 0.1 }))
    const { tree, statistics } = await bestFirst(domain, policy, {
      batch: 4,
      concurrency,
      budget: { expansions: 25 },
    })
    trees.add(JSON.stringify([keys(tree), statistics.expansions, statistics.tacticsRun]))
    orders.add(domain.answered.join())
    expect(domain.busiest).toBe(concurrency)
  }
  expect(trees.size).toBe(1)
  expect(orders.size).toBeGreaterThan(1)
})

test('a state reached again is not expanded again, but a likelier path moves it forward', async () => {
  // d waits with an unlikely path until b shows a likely one: then it comes before c.
  const edges: Record<string, Record<string, [string, number]>> = {
    a: { toD: ['d', 0.05], toB: ['b', 0.5], toC: ['c', 0.3] },
    b: { toD: ['d', 0.9], back: ['a', 0.05] },
    c: {},
    d: { back: ['b', 0.5] },
  }
  const domain = toyDomain('a', (from, tactic) => ({ to: edges[from]?.[tactic]?.[0] as string }))
  const policy = tablePolicy((at) =>
    Object.fromEntries(Object.entries(edges[at] ?? {}).map(([tactic, [, p]]) => [tactic, p])),
  )
  const best: (string | undefined)[] = []
  const { tree, result, statistics } = await bestFirst(domain, policy, {
    alpha: 0,
    onProgress: (progress) => best.push(progress.best?.state.key),
  })
  expect(best).toEqual(['b', 'd', 'c', undefined])
  expect(result).toEqual({ kind: 'exhausted' })
  expect(statistics.expansions).toBe(4)
  const d = tree.node('d')
  if (d === undefined) throw new Error('d is missing')
  expect(tree.reach(d).depth).toBe(1)
  expect(tree.reach(d).logProb).toBeCloseTo(Math.log(0.45))
})

test('the depth limit is reported only when it alone emptied the frontier', async () => {
  const policy = tablePolicy(() => ({ a: 0.7, b: 0.2 }))
  const domain = toyDomain('.', words)
  const cut = await bestFirst(domain, policy, { budget: { depth: 2 } })
  expect(cut.result).toEqual({ kind: 'outOfBudget', limit: 'depth' })
  expect(expanded(domain).sort()).toEqual(['.', '.a', '.b'])
  expect(domain.released.filter((key) => key.length === 3).sort()).toEqual(['.aa', '.ab', '.ba', '.bb'])
  expect((await bestFirst(toyDomain('.', words), policy, { budget: { depth: 4 } })).result.kind).toBe('exhausted')
})

test('a shortcut brings a state back that was too deep', async () => {
  // x is found at depth 2 by way of b, and at depth 1 only when the root is widened to its third tactic.
  const rule: Rule = (_, tactic) =>
    tactic === 'end' ? { kind: 'finished' } : tactic === 'bad' ? error : { to: tactic === 'toB' ? 'b' : 'x' }
  const policy = tablePolicy((at): Record<string, number> => {
    if (at === 'a') return { toB: 0.8, bad: 0.15, toX: 0.04 }
    return at === 'b' ? { toX: 1 } : { end: 1 }
  })
  const options = { budget: { depth: 2 }, width: 2 }
  expect((await bestFirst(toyDomain('a', rule), policy, options)).result).toEqual({
    kind: 'outOfBudget',
    limit: 'depth',
  })
  expect((await bestFirst(toyDomain('a', rule), policy, { ...options, widenings: 1 })).result).toEqual({
    kind: 'proved',
    proof: { tactics: ['toX', 'end'] },
  })
})

test('the expansions limit is exact, also within a batch', async () => {
  const policy = tablePolicy(() => ({ a: 0.7, b: 0.2 }))
  const { result, statistics } = await bestFirst(toyDomain('.', words), policy, {
    budget: { expansions: 6 },
    batch: 4,
  })
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'expansions' })
  expect(statistics.expansions).toBe(6)
})

test('a proof found with the last expansion counts', async () => {
  const domain = toyDomain('a', () => ({ kind: 'finished' }))
  const { result } = await bestFirst(
    domain,
    tablePolicy(() => ({ end: 1 })),
    { budget: { expansions: 1 } },
  )
  expect(result.kind).toBe('proved')
})

test('widening goes on where a narrow search ends, and runs only what is new', async () => {
  const rule: Rule = (from, tactic) => (tactic === 't6' ? { kind: 'finished' } : from === 'a' ? { to: tactic } : error)
  const ranks = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`t${i}`, 0.5 / 2 ** i]))
  const policy = tablePolicy(() => ranks)
  const narrow = await bestFirst(
    toyDomain('a', (from, tactic) => (from === 'a' ? rule(from, tactic) : error)),
    policy,
    {
      width: 2,
    },
  )
  expect(narrow.result).toEqual({ kind: 'exhausted' })

  const domain = toyDomain('a', (from, tactic) => (from === 'a' ? rule(from, tactic) : error))
  const wide = await bestFirst(domain, policy, { width: 2, widenings: 2 })
  expect(wide.result).toEqual({ kind: 'proved', proof: { tactics: ['t6'] } })
  // The last stands behind the proof.
  const all = Object.keys(ranks).map((tactic) => `a ${tactic}`)
  expect(domain.runs.filter((run) => run.startsWith('a '))).toEqual(all.slice(0, 7))
  expect(wide.statistics.cacheHits).toBe(0)
})

test('a state cut for its depth and brought back later is no excuse for an empty frontier', async () => {
  const rule: Rule = (_, tactic) =>
    tactic === 'end' || tactic === 'bad' ? error : { to: tactic === 'toB' ? 'b' : 'x' }
  const policy = tablePolicy((at): Record<string, number> => {
    if (at === 'a') return { toB: 0.8, bad: 0.15, toX: 0.04 }
    return at === 'b' ? { toX: 1 } : { end: 1 }
  })
  const options = { budget: { depth: 2 }, width: 2, widenings: 1 }
  expect((await bestFirst(toyDomain('a', rule), policy, options)).result).toEqual({ kind: 'exhausted' })
})

/** d is expanded with x, comes back in line for its fourth tactic, and y then shows a likelier path to it. */
function lateGain(fillers: number) {
  const table: Record<string, Record<string, number>> = {
    a: { x: 0.5, d: 0.3, bad: 0.001 },
    x: { y: 0.9, ...Object.fromEntries(Array.from({ length: fillers }, (_, i) => [`z${i}`, 0.0071 - i * 0.0001])) },
    d: { bad1: 0.01, bad2: 0.01, bad3: 0.01, bad4: 0.009 },
    y: { d: 0.9 },
  }
  const domain = toyDomain('a', (_, tactic) => (tactic.startsWith('bad') ? error : { to: tactic }))
  return { domain, policy: tablePolicy((at) => table[at] ?? {}) }
}

test('a likelier path moves a state forward that waits to be widened', async () => {
  const { domain, policy } = lateGain(2)
  const best: (string | undefined)[] = []
  const onProgress: BestFirstOptions['onProgress'] = (progress) => best.push(progress.best?.state.key)
  await bestFirst(domain, policy, { alpha: 0, batch: 2, width: 3, widenings: 1, onProgress })
  // Without the gain, x and z1 (0.5 * 0.0070) would come before d (0.3 * 0.01); with it d stands at 0.405 * 0.01.
  expect(best).toEqual(['x', 'y', 'd', 'z1', undefined])
})

test('a gain found in the very batch that uses a state up does not bring it back', async () => {
  const { domain, policy } = lateGain(0)
  const { statistics, result } = await bestFirst(domain, policy, { alpha: 0, batch: 2, width: 3, widenings: 1 })
  // a, x and d, y and d, and a once more to see that it has no fourth tactic.
  expect([statistics.expansions, result.kind]).toEqual([6, 'exhausted'])
})

test('everything cached: the user is still heard', async () => {
  const domain = toyDomain('.', words)
  const policy = tablePolicy(() => ({ a: 0.4, b: 0.3, c: 0.2 }))
  const { tree } = await bestFirst(domain, policy)
  const abort = new AbortController()
  setImmediate(() => abort.abort())
  const again = await bestFirst(domain, policy, { budget: { signal: abort.signal } }, tree)
  expect(again.result).toEqual({ kind: 'interrupted' })
  expect(again.statistics.tacticsRun).toBe(0)
})

test('a node whose policy has no more tactics is not widened', async () => {
  const domain = toyDomain('a', () => error)
  const { result, statistics } = await bestFirst(
    domain,
    tablePolicy(() => ({ x: 0.5, y: 0.5 })),
    {
      width: 2,
      widenings: 50,
    },
  )
  expect(result).toEqual({ kind: 'exhausted' })
  // Once with two tactics, once more to see that there is no third.
  expect(statistics.expansions).toBe(2)
})

test('a refused proof is marked and the search goes on', async () => {
  const rule: Rule = (from, tactic) => (tactic === 'end' ? { kind: 'finished' } : { to: from + tactic })
  const asked: Proof[] = []
  const { result, tree, statistics } = await bestFirst(
    toyDomain('.', rule),
    tablePolicy(() => ({ end: 0.6, a: 0.3 })),
    {
      accept: async (proof) => {
        asked.push(proof)
        return answer(proof.tactics.length === 3)
      },
    },
  )
  expect(asked.map((proof) => proof.tactics.join(' '))).toEqual(['end', 'a end', 'a a end'])
  expect(result).toEqual({ kind: 'proved', proof: { tactics: ['a', 'a', 'end'] } })
  expect(statistics.refused).toBe(2)
  expect(tree.root.edges.get('end')?.outcome).toEqual({
    kind: 'finished',
    verdict: { kind: 'refused', reason: 'it rests on an axiom' },
  })
})

test('spent states are released, those in line are not', async () => {
  const domain = toyDomain('.', words)
  await bestFirst(
    domain,
    tablePolicy(() => ({ a: 0.7, b: 0.2 })),
    { alpha: 0, budget: { expansions: 3 } },
  )
  expect(expanded(domain)).toEqual(['.', '.a', '.aa'])
  expect(domain.released).toEqual(['.a', '.aa'])
})

test('the end of the wall clock aborts the running tactic; what was known stays', async () => {
  const clock = handClock()
  const domain = toyDomain('.', (from, tactic) => (from === '.' ? { to: from + tactic } : 'hang'))
  const search = bestFirst(
    domain,
    tablePolicy(() => ({ a: 1 })),
    { budget: { wallClockMs: 50 }, clock },
  )
  while (domain.runs.length < 2) await turn()
  clock.advance(50)
  const { result, tree, statistics } = await search
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'wallClock' })
  expect(keys(tree)).toEqual(['.', '.a'])
  expect(statistics).toMatchObject({ totalMs: 50, tacticsRun: 1 })
})

test('a proof is not lost to the clock, even when another node of its batch hangs', async () => {
  const clock = handClock()
  const domain = toyDomain('.', (from, tactic) => {
    if (from === '.') return { to: tactic }
    return from === 'a' ? { kind: 'finished' } : 'hang'
  })
  const search = bestFirst(
    domain,
    tablePolicy(() => ({ a: 0.5, b: 0.5 })),
    {
      budget: { wallClockMs: 50 },
      batch: 2,
      concurrency: 2,
      clock,
    },
  )
  while (domain.answered.length < 3) await turn()
  clock.advance(50)
  expect((await search).result).toEqual({ kind: 'proved', proof: { tactics: ['a', 'a'] } })
})

test("the user's abort is an interruption, in the policy and in a tactic", async () => {
  const abort = new AbortController()
  const domain = toyDomain('a', () => 'hang')
  const search = bestFirst(
    domain,
    tablePolicy(() => ({ t: 1 })),
    { budget: { signal: abort.signal } },
  )
  while (domain.runs.length < 1) await turn()
  abort.abort()
  expect((await search).result).toEqual({ kind: 'interrupted' })

  const later = new AbortController()
  const slow: Policy = {
    ...uniformJugs,
    rank: (_, __, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        later.abort()
      }),
  }
  const ranked = await bestFirst(toyDomain('0,0', jugs), slow, { budget: { signal: later.signal } })
  expect(ranked.result).toEqual({ kind: 'interrupted' })
})

test('on a shared tree a search goes its own way, and runs nothing that is known', async () => {
  const options = { budget: { expansions: 6 } }
  const alone = await bestFirst(toyDomain('0,0', jugs), cleverJugs, options)
  const domain = toyDomain('0,0', jugs)
  const tree = createTree(domain.root)
  await searchRollouts(tree, domain, uniformJugs, {
    budget: { passes: 3000 },
    random: seeded(1),
    accept: async () => ({ kind: 'verified', axioms: [] }),
    stopAtFirstProof: false,
  })
  const runs = domain.runs.length
  const orders: (string | undefined)[][] = [[], []]
  const shared = await bestFirst(
    domain,
    cleverJugs,
    { ...options, onProgress: ({ best }) => orders[0]?.push(best?.state.key) },
    tree,
  )
  await bestFirst(toyDomain('0,0', jugs), cleverJugs, {
    ...options,
    onProgress: ({ best }) => orders[1]?.push(best?.state.key),
  })
  expect(orders[0]).toEqual(orders[1])
  expect(orders[0]?.length).toBeGreaterThan(3)
  expect(shared.result).toEqual(alone.result)
  expect(shared.statistics.expansions).toBe(alone.statistics.expansions)
  expect(shared.statistics.cacheHits).toBeGreaterThan(0)
  expect(domain.runs.length - runs).toBe(shared.statistics.tacticsRun)
})

test('bad options are refused', async () => {
  const domain = toyDomain('0,0', jugs)
  await expect(bestFirst(domain, uniformJugs, { batch: 0 })).rejects.toThrow('batch')
  await expect(bestFirst(domain, uniformJugs, { width: 0 })).rejects.toThrow('width')
  await expect(bestFirst(domain, uniformJugs, { alpha: -1 })).rejects.toThrow('alpha')
  await expect(bestFirst(domain, uniformJugs, { first: 0 })).rejects.toThrow('first')
  await expect(bestFirst(domain, uniformJugs, {}, createTree(state('x')))).rejects.toThrow('another theorem')
})

test('a tactic that finishes spares those after it, and concurrency changes nothing', async () => {
  const rule: Rule = (from, tactic) => (from === '.' && tactic === 'c' ? { kind: 'finished' } : error)
  const policy = tablePolicy(() => ({ a: 0.4, b: 0.3, c: 0.2, d: 0.05, e: 0.05 }))
  const trees = []
  for (const concurrency of [1, 2, 3]) {
    const domain = toyDomain('.', rule)
    const { result, tree, statistics } = await bestFirst(domain, policy, { wave: 2, concurrency })
    expect(result).toEqual({ kind: 'proved', proof: { tactics: ['c'] } })
    expect(statistics).toMatchObject({ expansions: 1, tacticsRun: 3 })
    trees.push([...tree.root.edges.keys()])
  }
  expect(trees).toEqual([trees[0], trees[0], trees[0]])
})

test('the likeliest tactics of a theorem may go first and alone', async () => {
  const closing: Rule = (from, tactic) => (from === '.' && tactic === 'a' ? { kind: 'finished' } : error)
  const policy = tablePolicy(() => ({ a: 0.4, b: 0.3, c: 0.2 }))
  const first = await bestFirst(toyDomain('.', closing), policy, { wave: 2, first: 1 })
  expect(first.statistics.tacticsRun).toBe(1)
  // Where it closes nothing, the search is the same.
  const open: Rule = (from, tactic) => (tactic === 'a' && from.length < 4 ? { to: `${from}a` } : error)
  const trees = []
  for (const choice of [{}, { first: 1 }]) {
    const { tree } = await bestFirst(toyDomain('.', open), policy, { wave: 2, ...choice })
    trees.push([...tree.nodes()].map(({ edges }) => [...edges.keys()]))
  }
  expect(trees[1]).toEqual(trees[0])
})

test('what is kept of a wave depends on the order of its tactics alone; a refused proof does not end it', async () => {
  const proofs = ['c', 'e']
  const rule: Rule = (from, tactic) =>
    from !== '.' ? error : proofs.includes(tactic) ? { kind: 'finished' } : { to: tactic }
  const policy = tablePolicy(
    (at): Record<string, number> => (at === '.' ? { a: 0.3, b: 0.25, c: 0.2, d: 0.1, e: 0.05, f: 0.04 } : {}),
  )
  const seen = new Set<string>()
  const orders = new Set<string>()
  for (const [concurrency, delay] of [
    [1, 0],
    [2, 1],
    [6, 2],
    [6, 3],
    [6, 4],
  ] as const) {
    const domain = toyDomain('.', rule, delay === 0 ? undefined : seeded(delay))
    const asked: string[] = []
    const outcome = await searchBestFirst(createTree(domain.root), domain, policy, {
      budget: {},
      accept: async ({ tactics }) => answer(asked.push(tactics.join()) === 2),
      width: 8,
      concurrency,
    })
    checkTree(outcome.tree)
    const { totalMs, engineMs, policyMs, verifierMs, ...counts } = outcome.statistics
    seen.add(JSON.stringify([outcome.result, asked, counts, [...outcome.tree.root.edges.keys()], keys(outcome.tree)]))
    orders.add(domain.runs.join())
  }
  expect(seen.size).toBe(1)
  expect([...seen][0]).toContain('["c","e"]')
  expect([...seen][0]).toContain('["a","b","c","d","e"]')
  expect(orders.size).toBeGreaterThan(1)
})

/** `s` takes long everywhere and proves at the root; the others lead on, and `end` is a proof three steps away. */
const slowWorld: Rule = (from, tactic) => {
  if (tactic === 's') return from === '.' ? { slow: { kind: 'finished' } } : { slow: error }
  if (tactic === 'end') return from === '.aaa' ? { kind: 'finished' } : error
  return from.length < 5 ? { to: from + tactic } : error
}

test('a tactic that reaches the short limit is run to its end only when its turn comes', async () => {
  const end = await bestFirst(
    toyDomain('.', slowWorld),
    tablePolicy(() => ({ s: 0.4, a: 0.5, end: 0.1 })),
  )
  expect(end.result).toEqual({ kind: 'proved', proof: { tactics: ['a', 'a', 'a', 'end'] } })
  expect(end.tree.root.edges.get('s')?.outcome).toEqual({ kind: 'timeout', limit: 'short' })
  expect(end.statistics.timeouts).toBe(0)

  // Nothing else is likelier than a twentieth of it.
  const domain = toyDomain('.', slowWorld)
  const slow = await bestFirst(
    domain,
    tablePolicy(() => ({ s: 0.9, a: 0.01 })),
  )
  expect(slow.result).toEqual({ kind: 'proved', proof: { tactics: ['s'] } })
  expect(domain.runs).toEqual(['. s', '. a', '. s whole'])
  expect(slow.tree.root.edges.get('s')).toMatchObject({ slow: true, outcome: { kind: 'finished' } })
})

test('the expansions limit is one for slow tactics too', async () => {
  const policy = tablePolicy(() => ({ s: 0.9, a: 0.01 }))
  const domain = toyDomain('.', slowWorld)
  const { result } = await bestFirst(domain, policy, { budget: { expansions: 1 } })
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'expansions' })
  expect(domain.runs).toEqual(['. s', '. a'])
})

test('what reached the short limit on the way to a state waits there without being tried', async () => {
  const domain = toyDomain('.', slowWorld)
  const policy = tablePolicy((at): Record<string, number> => (at.length < 3 ? { s: 0.4, a: 0.5 } : { end: 0.5 }))
  const { result } = await bestFirst(domain, policy, { accept: async () => answer(false) })
  expect(result).toEqual({ kind: 'exhausted' })
  // At `.a` it comes after all that is likelier; then it gets the short limit first, there too.
  expect(domain.runs).toEqual(['. a', '. s', '.a a', '.aa end', '.a s', '.a s whole', '. s whole'])
})

test('a search goes its own way also where another has run what is slow for it', async () => {
  const policy = tablePolicy(() => ({ s: 0.3, a: 0.3, end: 0.3 }))
  const other = tablePolicy((at): Record<string, number> => (at === '.' ? { s: 1 } : {}))
  const refusing = { accept: async () => answer(false) }
  const order = async (before: boolean) => {
    const domain = toyDomain('.', slowWorld)
    const tree = createTree(domain.root)
    if (before) await bestFirst(domain, other, refusing, tree)
    const next: (string | undefined)[] = []
    const { result, statistics } = await searchBestFirst(tree, domain, policy, {
      budget: {},
      accept: async ({ tactics }) => answer(tactics.length > 1),
      width: 8,
      onProgress: ({ best }) => next.push(best?.state.key),
    })
    return { next, result, asked: statistics.tacticsRun + statistics.cacheHits }
  }
  expect(await order(true)).toEqual(await order(false))
})
