import { expect, test } from 'vitest'
import type { Policy } from '../../src/policy/policy.ts'
import type { Proof } from '../../src/proof/proof.ts'
import { type RolloutOptions, type RolloutOutcome, searchRollouts } from '../../src/search/rollouts.ts'
import { createTree, type Tree } from '../../src/search/tree.ts'
import { checkTree } from './check-tree.ts'
import {
  answer,
  cleverJugs,
  error,
  handClock,
  jugs,
  type Rule,
  scriptedRandom,
  seeded,
  state,
  type ToyDomain,
  tablePolicy,
  toyDomain,
  turn,
  uniformJugs,
} from './toy.ts'

/** Runs a search on a fresh world and checks what must hold of every one of them. */
async function rollOut(
  domain: ToyDomain,
  policy: Policy,
  options: Partial<RolloutOptions> & Pick<RolloutOptions, 'budget'>,
  tree: Tree = createTree(domain.root),
): Promise<RolloutOutcome> {
  const outcome = await searchRollouts(tree, domain, policy, {
    random: seeded(7),
    accept: async () => ({ kind: 'verified', axioms: [] }),
    stopAtFirstProof: false,
    ...options,
  })
  checkTree(tree)
  expect(new Set(domain.runs).size).toBe(domain.runs.length)
  expect(outcome.passes.map((pass) => pass.index)).toEqual(outcome.passes.map((_, i) => i))
  return outcome
}

/** What a tree holds, whatever the order in which it came. */
const contents = (tree: Tree) =>
  [...tree.nodes()]
    .flatMap((node) =>
      [...node.edges.values()].map((edge) => `${node.state.key} ${edge.tactic} ${edge.outcome.kind} ${edge.logProb}`),
    )
    .sort()

test('each way for a pass to end', async () => {
  const rule: Rule = (from, tactic) => {
    switch (tactic) {
      case 'win':
        return { kind: 'finished' }
      case 'slow':
        return { kind: 'timeout', limit: 'heartbeats' }
      case 'die':
        return { kind: 'crash', message: 'dead' }
      case 'step':
        return { to: `${from}+` }
      case 'round':
        return { to: from.endsWith('!') ? from.slice(0, -1) : `${from}!` }
      case 'stay':
        return { to: from }
      default:
        return error
    }
  }
  const endOf = async (tactic: string, accepted = true) => {
    const policy = tablePolicy(() => (tactic === 'none' ? {} : { [tactic]: 1 }))
    const budget = { passes: 1, depth: 3 }
    const { passes, result } = await rollOut(toyDomain('a', rule), policy, {
      budget,
      accept: async () => answer(accepted),
    })
    return [passes[0]?.end, passes[0]?.depth, passes[0]?.tactics.length, result.kind]
  }
  expect(await endOf('win')).toEqual([{ kind: 'proved' }, 1, 1, 'proved'])
  expect(await endOf('win', false)).toEqual([{ kind: 'refused' }, 1, 1, 'outOfBudget'])
  expect(await endOf('bad')).toEqual([{ kind: 'invalid', result: 'error' }, 0, 1, 'outOfBudget'])
  expect(await endOf('slow')).toEqual([{ kind: 'invalid', result: 'timeout' }, 0, 1, 'outOfBudget'])
  expect(await endOf('die')).toEqual([{ kind: 'invalid', result: 'crash' }, 0, 1, 'outOfBudget'])
  expect(await endOf('step')).toEqual([{ kind: 'depthLimit' }, 3, 3, 'outOfBudget'])
  // A step that leads back costs a step, and does not end the pass.
  expect(await endOf('round')).toEqual([{ kind: 'depthLimit' }, 3, 3, 'outOfBudget'])
  expect(await endOf('stay')).toEqual([{ kind: 'depthLimit' }, 3, 3, 'outOfBudget'])
  expect(await endOf('none')).toEqual([{ kind: 'noTactic' }, 0, 0, 'outOfBudget'])
})

test('a pass that came back to a state draws there anew, and may prove from there', async () => {
  const rule: Rule = (from, tactic) =>
    tactic === 'win' ? { kind: 'finished' } : tactic === 'round' ? { to: from === 'a' ? 'b' : 'a' } : error
  const policy = tablePolicy((at): Record<string, number> => (at === 'a' ? { round: 0.5, win: 0.5 } : { round: 1 }))
  const { passes } = await rollOut(toyDomain('a', rule), policy, {
    budget: { passes: 200, depth: 40 },
    accept: async () => answer(true),
  })
  expect(passes.every((pass) => pass.end.kind === 'proved')).toBe(true)
  const lengths = passes.map((pass) => pass.depth)
  // a, b, a, b, ..., a, win: an odd number of steps, each round trip half as likely as the one before.
  expect(lengths.every((length) => length % 2 === 1)).toBe(true)
  expect(lengths.filter((length) => length > 1).length).toBeGreaterThan(60)
})

test('a proof of exactly the depth limit counts, one step more does not', async () => {
  const line: Rule = (from, tactic) =>
    tactic === 'end' ? (from === '3' ? { kind: 'finished' } : error) : { to: String(Number(from) + 1) }
  const policy = tablePolicy((at): Record<string, number> => (at === '3' ? { end: 1 } : { next: 1 }))
  expect((await rollOut(toyDomain('0', line), policy, { budget: { passes: 1, depth: 4 } })).result).toEqual({
    kind: 'proved',
    proof: { tactics: ['next', 'next', 'next', 'end'] },
  })
  const short = await rollOut(toyDomain('0', line), policy, { budget: { passes: 1, depth: 3 } })
  expect(short.result).toEqual({ kind: 'outOfBudget', limit: 'passes' })
  expect(short.passes[0]?.end).toEqual({ kind: 'depthLimit' })
})

test('same seed, same passes and same tree, for any block, concurrency and order of answers', async () => {
  const seen = new Set<string>()
  const trees = new Set<string>()
  const orders = new Set<string>()
  for (const [block, concurrency, delay] of [
    [1, 1, 0],
    [5, 1, 1],
    [32, 3, 2],
    [32, 3, 3],
    [1000, 8, 4],
  ] as const) {
    const domain = toyDomain('0,0', jugs, delay === 0 ? undefined : seeded(delay))
    const { passes, tree } = await rollOut(domain, uniformJugs, { budget: { passes: 300 }, block, concurrency })
    seen.add(JSON.stringify(passes))
    trees.add(JSON.stringify(contents(tree)))
    orders.add(domain.answered.join())
    expect(domain.busiest).toBeLessThanOrEqual(concurrency)
  }
  expect(seen.size).toBe(1)
  expect(trees.size).toBe(1)
  expect(orders.size).toBeGreaterThan(1)
})

test('another seed gives other passes', async () => {
  const one = await rollOut(toyDomain('0,0', jugs), uniformJugs, { budget: { passes: 20 } })
  const two = await rollOut(toyDomain('0,0', jugs), uniformJugs, { budget: { passes: 20 }, random: seeded(8) })
  expect(one.passes).not.toEqual(two.passes)
})

test('passes at the same state share one batch, and nothing is run twice', async () => {
  const domain = toyDomain('0,0', jugs)
  const { statistics, passes } = await rollOut(domain, uniformJugs, { budget: { passes: 64 }, block: 64 })
  // All passes start at the root, so one batch holds every tactic tried there.
  expect(domain.runs.filter((run) => run.startsWith('0,0 ')).length).toBe(domain.batches[0]?.length)
  expect(statistics.tacticsRun).toBe(domain.runs.length)
  const steps = passes.reduce((sum, pass) => sum + pass.tactics.length, 0)
  expect(statistics.tacticsRun + statistics.cacheHits).toBe(steps)
})

/** Proofs of the two-step world: first `l` or `r`, then `end`; states on the left and on the right differ. */
const twoWays: Rule = (from, tactic) => (tactic === 'end' ? { kind: 'finished' } : { to: from + tactic })
const twoWaysPolicy = tablePolicy((at): Record<string, number> => (at === 'a' ? { l: 0.5, r: 0.5 } : { end: 1 }))

test('one verification per finishing edge, however many passes come that way', async () => {
  const asked: Proof[] = []
  const { passes, proofs, result, statistics } = await rollOut(toyDomain('a', twoWays), twoWaysPolicy, {
    budget: { passes: 40 },
    block: 4,
    accept: async (proof) => {
      asked.push(proof)
      return answer(proof.tactics[0] === 'r')
    },
  })
  expect(asked.map((proof) => proof.tactics.join()).sort()).toEqual(['l,end', 'r,end'])
  for (const { end, tactics } of passes) expect(end.kind).toBe(tactics[0] === 'r' ? 'proved' : 'refused')
  expect(proofs).toEqual([{ tactics: ['r', 'end'] }])
  expect(result).toEqual({ kind: 'proved', proof: { tactics: ['r', 'end'] } })
  expect(statistics.refused).toBe(1)
})

test('candidates of one step go to the verifier in the order of their passes, and one proof may be enough', async () => {
  const rule: Rule = (from, tactic) => (from === 'a' ? { to: from + tactic } : { kind: 'finished' })
  const policy = tablePolicy((at): Record<string, number> => (at === 'a' ? { l: 0.5, r: 0.5 } : { x: 0.5, y: 0.5 }))
  const asked = async (stopAtFirstProof: boolean) => {
    const scripts: string[] = []
    await rollOut(toyDomain('a', rule), policy, {
      budget: { passes: 3 },
      random: scriptedRandom({ 0: [0.1, 0.1], 1: [0.9, 0.1], 2: [0.1, 0.9] }),
      stopAtFirstProof,
      accept: async ({ tactics }) => answer(scripts.push(tactics.join('')) > 0),
    })
    return scripts
  }
  expect(await asked(false)).toEqual(['lx', 'rx', 'ly'])
  expect(await asked(true)).toEqual(['lx'])
})

test('where all proofs of a step are judged, they are before the verifier together, and its time counts once', async () => {
  const rule: Rule = () => ({ kind: 'finished' })
  const policy = tablePolicy(() => ({ x: 0.5, y: 0.5 }))
  const clock = handClock()
  let waiting: (() => void)[] = []
  const accept = async ({ tactics }: Proof) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return answer(tactics[0] === 'y')
  }
  const running = rollOut(toyDomain('a', rule), policy, {
    budget: { passes: 2 },
    random: scriptedRandom({ 0: [0.1], 1: [0.9] }),
    accept,
    clock,
  })
  while (waiting.length < 2) await turn()
  clock.advance(50)
  // The second answer comes first.
  for (const resolve of waiting.reverse()) {
    resolve()
    await turn()
  }
  waiting = []
  const { passes, statistics } = await running
  expect(passes.map(({ end }) => end.kind)).toEqual(['refused', 'proved'])
  expect(statistics).toMatchObject({ verifierMs: 50, refused: 1 })
})

test('a refused edge stays in the tree, marked', async () => {
  const domain = toyDomain('a', twoWays)
  const { tree, result } = await rollOut(domain, twoWaysPolicy, {
    budget: { passes: 9 },
    accept: async () => answer(false),
  })
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'passes' })
  expect(tree.node('al')?.edges.get('end')?.outcome).toEqual({
    kind: 'finished',
    verdict: { kind: 'refused', reason: 'it rests on an axiom' },
  })
})

test('two searches on one tree share runs and verdicts', async () => {
  const domain = toyDomain('0,0', jugs, seeded(1))
  const tree = createTree(domain.root)
  let asked = 0
  const accept = async () => {
    asked++
    await turn()
    return answer(true)
  }
  const alone = await rollOut(toyDomain('0,0', jugs), cleverJugs, { budget: { passes: 1000 } })
  const both = await Promise.all(
    [7, 8].map((seed) => rollOut(domain, cleverJugs, { budget: { passes: 1000 }, random: seeded(seed), accept }, tree)),
  )
  expect(both[0]?.passes).toEqual(alone.passes)
  expect(both[1]?.passes).not.toEqual(alone.passes)
  const finished = [...tree.nodes()]
    .flatMap((node) => [...node.edges.values()])
    .filter((e) => e.outcome.kind === 'finished')
  expect(finished.length).toBeGreaterThan(0)
  expect(asked).toBe(finished.length)
})

test('stopping at the first proof', async () => {
  const all = await rollOut(toyDomain('0,0', jugs), cleverJugs, { budget: { passes: 1000 } })
  const first = all.passes.find((pass) => pass.end.kind === 'proved')
  if (first === undefined) throw new Error('the jugs were never measured')
  for (const block of [1, 32]) {
    const options = { budget: { passes: 1000 }, stopAtFirstProof: true, block }
    const { result, passes } = await rollOut(toyDomain('0,0', jugs), cleverJugs, options)
    expect(result.kind).toBe('proved')
    const proved = passes.filter((pass) => pass.end.kind === 'proved')
    expect(proved.length).toBe(1)
    if (block === 1) expect(result).toEqual({ kind: 'proved', proof: { tactics: first.tactics } })
    // Passes that ended at all ended as they would have anyway.
    for (const pass of passes) if (pass.end.kind !== 'unfinished') expect(pass).toEqual(all.passes[pass.index])
    expect(passes.length).toBeLessThan(1000)
  }
})

test('what reaches the short limit waits for the others of its step, and is spared where one of them proves', async () => {
  const rule: Rule = (from, tactic) =>
    tactic === 's' ? { slow: { to: `${from}b` } } : tactic === 'end' ? { kind: 'finished' } : error
  const policy = tablePolicy(() => ({ s: 0.5, end: 0.5 }))
  const run = async (stopAtFirstProof: boolean, concurrency: number, delay: number) => {
    const domain = toyDomain('a', rule, seeded(delay))
    const random = scriptedRandom({ 0: [0.1, 0.9], 1: [0.9], 2: [0.1, 0.1, 0.9] })
    const budget = { passes: 3, depth: 3 }
    const { passes } = await rollOut(domain, policy, { budget, random, stopAtFirstProof, concurrency })
    return { runs: domain.runs, ends: passes.map(({ end, tactics }) => `${end.kind} ${tactics.join()}`) }
  }
  for (const [concurrency, delay] of [
    [1, 1],
    [3, 2],
  ] as const) {
    const first = await run(true, concurrency, delay)
    expect(first.runs).toEqual(['a s', 'a end'])
    expect(first.ends).toEqual(['unfinished ', 'proved end', 'unfinished '])
    const all = await run(false, concurrency, delay)
    expect(all.runs.slice(0, 3)).toEqual(['a s', 'a end', 'a s whole'])
    expect(all.ends).toEqual(['proved s,end', 'proved end', 'proved s,s,end'])
  }
})

test('a pass that was not waited for goes on with what it has drawn, where the proof is refused', async () => {
  const rule: Rule = (_, tactic) => (tactic === 'x' ? error : { kind: 'finished' })
  const policy = tablePolicy(() => ({ l: 0.3, r: 0.3, x: 0.4 }))
  const random = scriptedRandom({ 0: [0.1], 1: [0.4], 2: [0.9] })
  const domain = toyDomain('a', rule)
  const { passes } = await rollOut(domain, policy, {
    budget: { passes: 3 },
    random,
    stopAtFirstProof: true,
    accept: async ({ tactics }) => answer(tactics[0] === 'r'),
  })
  expect(domain.runs).toEqual(['a l', 'a r'])
  expect(passes.map(({ end }) => end.kind)).toEqual(['refused', 'proved', 'unfinished'])
})

test('the shortest of several proofs is the result', async () => {
  const rule: Rule = (from, tactic) => (tactic === 'end' ? { kind: 'finished' } : { to: from + tactic })
  const policy = tablePolicy((at) => (at.length < 4 ? { x: 0.7, end: 0.3 } : { end: 1 }))
  const { result, proofs } = await rollOut(toyDomain('a', rule), policy, { budget: { passes: 60 }, block: 1 })
  expect(proofs.length).toBeGreaterThan(2)
  expect(result).toEqual({ kind: 'proved', proof: { tactics: ['end'] } })
})

test('the expansions limit counts distinct states sampled at', async () => {
  const domain = toyDomain('0', (from) => ({ to: String(Number(from) + 1) }))
  const policy = tablePolicy(() => ({ next: 1 }))
  const { result, statistics, passes } = await rollOut(domain, policy, {
    budget: { passes: 5, expansions: 3 },
    block: 2,
  })
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'expansions' })
  expect(statistics.expansions).toBe(3)
  expect(domain.runs).toEqual(['0 next', '1 next', '2 next'])
  expect(passes.map((pass) => pass.end.kind)).toEqual(['unfinished', 'unfinished'])
})

test('the end of the wall clock aborts the running tactic', async () => {
  const clock = handClock()
  const domain = toyDomain('a', (from) => (from === 'a' ? { to: 'b' } : 'hang'))
  const search = rollOut(
    domain,
    tablePolicy(() => ({ t: 1 })),
    { budget: { wallClockMs: 100 }, clock },
  )
  while (domain.runs.length < 2) await turn()
  clock.advance(100)
  const { result, passes, tree, statistics } = await search
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'wallClock' })
  expect(passes[0]).toEqual({ index: 0, end: { kind: 'unfinished' }, tactics: ['t'], depth: 1 })
  expect(tree.counts).toMatchObject({ nodes: 2, edges: 1 })
  expect(statistics.totalMs).toBe(100)
})

test('a clock that jumps without its timer is noticed between steps', async () => {
  const clock = { ...handClock(), after: () => () => {} }
  let now = 0
  const domain = toyDomain('0', (from) => {
    now += 10
    return { to: String(Number(from) + 1) }
  })
  const policy = tablePolicy(() => ({ next: 1 }))
  const { result } = await rollOut(domain, policy, { budget: { wallClockMs: 45 }, clock: { ...clock, now: () => now } })
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'wallClock' })
  expect(domain.runs.length).toBe(5)
})

test('a proof found is verified after the wall clock has ended', async () => {
  const clock = handClock()
  const domain = toyDomain('a', () => {
    clock.advance(100)
    return { kind: 'finished' }
  })
  const { result } = await rollOut(
    domain,
    tablePolicy(() => ({ win: 1 })),
    { budget: { wallClockMs: 100 }, clock },
  )
  expect(result).toEqual({ kind: 'proved', proof: { tactics: ['win'] } })
})

test("the user's abort stops the running tactic, and is not called a limit", async () => {
  const abort = new AbortController()
  const domain = toyDomain('a', () => 'hang')
  const search = rollOut(
    domain,
    tablePolicy(() => ({ t: 1 })),
    { budget: { passes: 9, signal: abort.signal } },
  )
  while (domain.runs.length < 1) await turn()
  abort.abort()
  expect((await search).result).toEqual({ kind: 'interrupted' })
})

test('an abort before the start, or while the verifier works, is an interruption', async () => {
  const domain = toyDomain('a', () => ({ kind: 'finished' }))
  const policy = tablePolicy(() => ({ win: 1 }))
  const early = await rollOut(domain, policy, { budget: { passes: 1, signal: AbortSignal.abort() } })
  expect([early.result, early.passes, domain.runs]).toEqual([{ kind: 'interrupted' }, [], []])

  const abort = new AbortController()
  const { result, passes } = await rollOut(domain, policy, {
    budget: { passes: 3, signal: abort.signal },
    accept: async () => {
      abort.abort()
      throw new Error('verifier stopped')
    },
  })
  expect(result).toEqual({ kind: 'interrupted' })
  expect(passes[0]?.end).toEqual({ kind: 'unfinished' })
})

test('passes go on without a limit of their own until the clock ends, on cached results too', async () => {
  const clock = handClock()
  const domain = toyDomain('a', () => error)
  const { result, passes } = await rollOut(
    domain,
    tablePolicy(() => ({ t: 1 })),
    {
      budget: { wallClockMs: 20 },
      block: 2,
      clock,
      onProgress: () => clock.advance(4),
    },
  )
  expect(result).toEqual({ kind: 'outOfBudget', limit: 'wallClock' })
  expect(passes.length).toBe(10)
  expect(domain.runs).toEqual(['a t'])
})

test('everything cached and no limit at all: the user is still heard', async () => {
  const abort = new AbortController()
  setImmediate(() => abort.abort())
  let rounds = 0
  const { result } = await rollOut(
    toyDomain('a', () => error),
    tablePolicy(() => ({ t: 1 })),
    {
      budget: { signal: abort.signal },
      onProgress: () => {
        if (++rounds > 1000) throw new Error('nobody listens')
      },
    },
  )
  expect(result).toEqual({ kind: 'interrupted' })
})

test('a verifier or a domain that breaks fails the search', async () => {
  const policy = tablePolicy(() => ({ win: 1 }))
  const failing = rollOut(
    toyDomain('a', () => ({ kind: 'finished' })),
    policy,
    {
      budget: { passes: 1 },
      accept: async () => Promise.reject(new Error('disk full')),
    },
  )
  await expect(failing).rejects.toThrow('the verifier failed')
  const broken = toyDomain('a', () => {
    throw new Error('no Lean')
  })
  await expect(rollOut(broken, policy, { budget: { passes: 1 } })).rejects.toThrow('no Lean')
})

test('bad budgets are refused', async () => {
  const domain = toyDomain('a', () => error)
  const policy = tablePolicy(() => ({ t: 1 }))
  await expect(rollOut(domain, policy, { budget: {} })).rejects.toThrow(RangeError)
  await expect(rollOut(domain, policy, { budget: { passes: Number.NaN } })).rejects.toThrow('passes')
  await expect(rollOut(domain, policy, { budget: { passes: 1 }, block: 0 })).rejects.toThrow('block')
  const other = createTree(state('another theorem'))
  await expect(rollOut(domain, policy, { budget: { passes: 1 } }, other)).rejects.toThrow('another theorem')
})

test('states only one pass came through are released when it has ended; the root never', async () => {
  const released = async (passes: number, block: number) => {
    const domain = toyDomain('a', twoWays)
    await rollOut(
      domain,
      tablePolicy((at): Record<string, number> => (at === 'a' ? { l: 1 } : { end: 1 })),
      {
        budget: { passes },
        block,
      },
    )
    return domain.released
  }
  expect(await released(1, 1)).toEqual(['al'])
  expect(await released(2, 2)).toEqual([])
})

test('progress counts passes and names the deepest state', async () => {
  const seen: [number, number, string | undefined][] = []
  const domain = toyDomain('0', (from) => ({ to: String(Number(from) + 1) }))
  await rollOut(
    domain,
    tablePolicy(() => ({ next: 1 })),
    {
      budget: { passes: 1, depth: 3 },
      onProgress: ({ waiting, passes, best }) => seen.push([waiting, passes, best?.state.key]),
    },
  )
  expect(seen).toEqual([
    [1, 0, '1'],
    [1, 0, '2'],
    [0, 1, undefined],
  ])
})
