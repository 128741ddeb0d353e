import { expect, test } from 'vitest'
import { openBudget } from '../../src/search/budget.ts'
import { type ExpansionContext, expandAll } from '../../src/search/expansion.ts'
import { newStatistics } from '../../src/search/outcome.ts'
import { createTree, type Tree } from '../../src/search/tree.ts'
import { checkTree } from './check-tree.ts'
import { error, handClock, seeded, type ToyDomain, toyDomain, turn } from './toy.ts'

const candidates = (...tactics: string[]) => tactics.map((tactic) => ({ tactic, logProb: -1 }))

function context(tree: Tree, domain: ToyDomain, signal?: AbortSignal): ExpansionContext {
  return {
    tree,
    domain,
    meter: openBudget({ signal }, handClock()),
    statistics: newStatistics(),
    concurrency: 2,
    shortFirst: true,
    untilFinished: false,
  }
}

test('only distinct new tactics are sent, in one batch; the rest are hits', async () => {
  const domain = toyDomain('a', (_, tactic) => (tactic === 'x' ? error : { to: tactic }))
  const tree = createTree(domain.root)
  const search = context(tree, domain)
  await expandAll([{ node: tree.root, candidates: candidates('b', 'x', 'b', 'b') }], search)
  const [edges] = await expandAll([{ node: tree.root, candidates: candidates('c', 'x', 'b') }], search)
  expect(domain.batches).toEqual([['b', 'x'], ['c']])
  expect(edges?.map((edge) => edge?.outcome.kind)).toEqual(['open', 'error', 'open'])
  expect(search.statistics).toMatchObject({ tacticsRun: 3, cacheHits: 4, errors: 1 })
  await expandAll([{ node: tree.root, candidates: [{ tactic: 'b', logProb: -0.5 }] }], search)
  expect(tree.root.edges.get('b')?.logProb).toBe(-0.5)
  checkTree(tree)
})

test('time-outs and crashes are remembered too: Lean does not die twice of one tactic', async () => {
  const domain = toyDomain('a', (_, tactic) =>
    tactic === 'slow' ? { kind: 'timeout', limit: 'wallClock' } : { kind: 'crash', message: 'stack overflow' },
  )
  const tree = createTree(domain.root)
  const search = context(tree, domain)
  for (let i = 0; i < 2; i++) await expandAll([{ node: tree.root, candidates: candidates('slow', 'deep') }], search)
  expect(domain.runs).toEqual(['a slow', 'a deep'])
  expect(search.statistics).toMatchObject({ timeouts: 1, crashes: 1, cacheHits: 2 })
  expect([...tree.root.edges.values()].map((edge) => edge?.outcome)).toEqual([
    { kind: 'timeout', limit: 'wallClock' },
    { kind: 'crash', message: 'stack overflow' },
  ])
})

test('searches that ask at the same time share one request', async () => {
  const domain = toyDomain('a', (_, tactic) => ({ to: tactic }), seeded(3))
  const tree = createTree(domain.root)
  const [one, two] = [context(tree, domain), context(tree, domain)]
  await Promise.all([
    expandAll([{ node: tree.root, candidates: candidates('b', 'c') }], one),
    expandAll([{ node: tree.root, candidates: candidates('c', 'd') }], two),
  ])
  expect(domain.runs.sort()).toEqual(['a b', 'a c', 'a d'])
  expect([one.statistics.tacticsRun, two.statistics.tacticsRun]).toEqual([2, 1])
  expect([one.statistics.cacheHits, two.statistics.cacheHits]).toEqual([0, 1])
  checkTree(tree)
})

test('an aborted search does not take down the one that waits for the same tactic', async () => {
  let hangs = true
  const domain = toyDomain('a', (_, tactic) => (hangs ? 'hang' : { to: tactic }))
  const tree = createTree(domain.root)
  const abort = new AbortController()
  const owner = expandAll([{ node: tree.root, candidates: candidates('b') }], context(tree, domain, abort.signal))
  const waiter = expandAll([{ node: tree.root, candidates: candidates('b') }], context(tree, domain))
  await turn()
  expect(domain.runs).toEqual(['a b'])
  hangs = false
  abort.abort()
  expect(await owner).toEqual([undefined])
  expect((await waiter)[0]?.map((edge) => edge?.outcome.kind)).toEqual(['open'])
  expect(domain.runs).toEqual(['a b', 'a b'])
  checkTree(tree)
})

test('the waiting one can be aborted alone', async () => {
  const domain = toyDomain('a', () => 'hang')
  const tree = createTree(domain.root)
  const [abortOwner, abortWaiter] = [new AbortController(), new AbortController()]
  const owner = expandAll([{ node: tree.root, candidates: candidates('b') }], context(tree, domain, abortOwner.signal))
  const waiter = expandAll(
    [{ node: tree.root, candidates: candidates('b') }],
    context(tree, domain, abortWaiter.signal),
  )
  await turn()
  abortWaiter.abort()
  expect(await waiter).toEqual([undefined])
  expect(domain.runs).toEqual(['a b'])
  abortOwner.abort()
  expect(await owner).toEqual([undefined])
})

test('what another search ran while this one was busy is not run again', async () => {
  const gates: Record<string, () => void> = {}
  const domain = toyDomain('a', (_, tactic) => ({ to: tactic }))
  const { runTactics } = domain
  let hangs = true
  domain.runTactics = async (from, tactics, signal) => {
    const results = await runTactics(from, tactics)
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    if (tactics[0] === 'c' || hangs)
      await Promise.race([aborted, new Promise<void>((go) => (gates[tactics[0] ?? ''] = go))])
    return results
  }
  const tree = createTree(domain.root)
  const abort = new AbortController()
  const owner = expandAll([{ node: tree.root, candidates: candidates('b') }], context(tree, domain, abort.signal))
  const busy = expandAll([{ node: tree.root, candidates: candidates('b', 'c') }], context(tree, domain))
  const other = expandAll([{ node: tree.root, candidates: candidates('b') }], context(tree, domain))
  await turn()
  hangs = false
  abort.abort()
  expect(await owner).toEqual([undefined])
  await other
  gates.c?.()
  expect((await busy)[0]?.map((edge) => edge?.tactic)).toEqual(['b', 'c'])
  expect(domain.runs).toEqual(['a b', 'a c', 'a b'])
})

test('a broken domain fails the search, and the jobs answered before keep their edges', async () => {
  const domain = toyDomain('a', (from, tactic) => {
    if (from === 'b') throw new Error('no Lean')
    return { to: tactic }
  })
  const tree = createTree(domain.root)
  const search = context(tree, domain)
  const [edges] = await expandAll([{ node: tree.root, candidates: candidates('b') }], search)
  const outcome = edges?.[0]?.outcome
  if (outcome?.kind !== 'open') throw new Error('not open')
  const jobs = [outcome.node, tree.root].map((node) => ({ node, candidates: candidates('c') }))
  await expect(expandAll(jobs, search)).rejects.toThrow('no Lean')
  expect(tree.root.edges.get('c')?.outcome.kind).toBe('open')
  checkTree(tree)
})

test('edges are added in job order, whichever answer comes first', async () => {
  const orders = new Set<string>()
  for (let seed = 0; seed < 12; seed++) {
    const domain = toyDomain('a', (from, tactic) => ({ to: from + tactic }), seeded(seed))
    const tree = createTree(domain.root)
    const search = context(tree, domain)
    const [edges] = await expandAll([{ node: tree.root, candidates: candidates('b', 'c', 'd') }], search)
    const nodes = edges?.flatMap((edge) => (edge?.outcome.kind === 'open' ? [edge.outcome.node] : [])) ?? []
    await expandAll(
      nodes.map((node) => ({ node, candidates: candidates('e') })),
      search,
    )
    expect([...tree.nodes()].map((node) => node.state.key)).toEqual(['a', 'ab', 'ac', 'ad', 'abe', 'ace', 'ade'])
    expect(domain.busiest).toBe(2)
    orders.add(domain.answered.join())
  }
  expect(orders.size).toBeGreaterThan(1)
})
