import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { atTemperature, ensembleAt, holm, pairedDifference, passAt, passProbability } from '../bench/exact/coverage.ts'
import { type Graph, readGraphs, shortestProof } from '../bench/exact/graph.ts'
import { createRandom } from '../src/proof/random.ts'
import { BUILT } from './built.ts'

const out = await mkdtemp(join(tmpdir(), 'hedge-exact-'))
afterAll(() => rm(out, { recursive: true }))

const state = (edges?: Record<string, 'proved' | number>) => ({ goals: [], related: [], ...(edges && { edges }) })
/** `win` proves at once, `on` leads to where `end` proves, `round` leads back, `far` to where nothing was run. */
const graph: Graph = {
  theorem: 't',
  states: [state({ win: 'proved', on: 1, far: 2 }), state({ end: 'proved', round: 0 }), state()],
}
const policy = (at: number): Map<string, number> =>
  at === 0
    ? new Map([
        ['win', 0.1],
        ['on', 0.4],
        ['far', 0.2],
        ['bad', 0.2],
        // A tactic that failed, whose name every JavaScript object has.
        ['constructor', 0.1],
      ])
    : new Map([
        ['end', 0.25],
        ['round', 0.75],
      ])

describe('exact coverage', () => {
  test('is what drawn passes come to, cycles and depth included', () => {
    const exact = passProbability(graph, policy, 6)
    // p(left) by hand: one tactic left 0.1; two left 0.1 + 0.4 * 0.25; a third may go round.
    expect(passProbability(graph, policy, 1).proved).toBeCloseTo(0.1, 12)
    expect(passProbability(graph, policy, 2).proved).toBeCloseTo(0.2, 12)
    expect(passProbability(graph, policy, 3).proved).toBeCloseTo(0.2 + 0.4 * 0.75 * 0.1, 12)
    const random = createRandom('passes')
    let [proved, lost] = [0, 0]
    for (let pass = 0; pass < 200_000; pass++) {
      let at: number | 'proved' | undefined = 0
      for (let left = 6; typeof at === 'number' && left > 0; left--) {
        const edges: Record<string, number | 'proved'> | undefined = graph.states[at]?.edges
        if (edges === undefined) break
        let u = random.next()
        const taken: string | undefined = [...policy(at)].find(([, p]) => {
          u -= p
          return u < 0
        })?.[0]
        at = taken === undefined || !Object.hasOwn(edges, taken) ? undefined : edges[taken]
      }
      if (at === 'proved') proved++
      if (at === 2) lost++
    }
    expect(Math.abs(proved / 200_000 - exact.proved)).toBeLessThan(0.005)
    expect(Math.abs(lost / 200_000 - exact.unexplored)).toBeLessThan(0.005)
    expect(shortestProof(graph)).toBe(1)
  })

  test('temperatures, ensembles and corrections', () => {
    const hot = atTemperature(
      new Map([
        ['a', 0.8],
        ['b', 0.2],
      ]),
      2,
    )
    expect([...hot.values()]).toEqual([expect.closeTo(2 / 3, 9), expect.closeTo(1 / 3, 9)])
    expect(ensembleAt([0.1, 0.1], 10)).toBeCloseTo(passAt(0.1, 10), 12)
    expect(ensembleAt([0, 0.5], 4)).toBeCloseTo(0.75, 12)
    expect(holm([0.01, 0.04, 0.03])).toEqual([
      expect.closeTo(0.03, 9),
      expect.closeTo(0.06, 9),
      expect.closeTo(0.06, 9),
    ])
    const random = createRandom('paired')
    const better = pairedDifference(
      [0.9, 0.8, 0.7, 0.9, 0.8, 0.9, 0.7, 0.6],
      [0.5, 0.4, 0.4, 0.3, 0.5, 0.4, 0.3, 0.2],
      () => random.next(),
    )
    expect(better.p).toBeLessThan(0.05)
    expect(better.low).toBeGreaterThan(0)
  })
})

test('the study runs on two theorems, goes on from its files, and prints its tables', {
  timeout: 900_000,
}, async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const study = (...args: string[]) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const said = { out: '', err: '' }
      const child = spawn(process.execPath, [`${BUILT.bench}/exact-study.js`, '--quick', '--out', out, ...args], {
        cwd: root,
      })
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said.out += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said.err += text
      })
      child.once('close', (code) => resolve({ code, ...said }))
    })
  const first = await study()
  expect(first.code, first.err.slice(-2000)).toBe(0)
  expect(readGraphs(join(out, 'families.jsonl'))).toHaveLength(2)
  for (const title of [
    'Coverage at N passes in all, exact',
    'Comparisons at equal cost',
    'Short and long proofs apart',
  ])
    expect(first.out).toContain(title)
  expect(first.out).toContain('neff-1 at T 2')
  const again = await study()
  expect(again.err).not.toContain('of 2:')
  expect(again.out).toBe(first.out)
  expect(await readFile(join(out, 'families.md'), 'utf8')).toBe(again.out.trimEnd().concat('\n'))
})
