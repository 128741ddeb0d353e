import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { normaliseStatement } from '../../src/dataset/same-statement.ts'
import { readStepFile } from '../../src/dataset/step-file.ts'
import { loadTheorems, type TheoremEntry } from '../../src/dataset/theorem-file.ts'
import { readLogLinear } from '../../src/policy/log-linear/log-linear-policy.ts'

const STEPS = 'datasets/steps.jsonl.gz'
const read = async (file: string): Promise<readonly TheoremEntry[]> => (await loadTheorems(file)).theorems
const library = [...(await read('datasets/library-sample.jsonl')), ...(await read('datasets/library-one-step.jsonl'))]
const families = await read('datasets/families.jsonl')
const isTrain = ({ split }: TheoremEntry) => split === 'train'
const own = (
  await Promise.all(
    (
      await readdir('datasets/core-train')
    )
      .filter((name) => name.endsWith('.lean'))
      .map((name) => read(`datasets/core-train/${name}`)),
  )
).flat()

/** What the shipped policies are measured on. */
async function measured(): Promise<readonly TheoremEntry[]> {
  const beside = '../shared/data'
  const others = existsSync(beside) ? (await readdir(beside)).filter((name) => name.endsWith('.jsonl')) : []
  const sets = await Promise.all(['datasets/core-small.jsonl', ...others.map((name) => `${beside}/${name}`)].map(read))
  return [...[...library, ...families].filter((entry) => !isTrain(entry)), ...sets.flat()]
}

test('every theorem learnt from is one of the samples of the library or the families for training, or of core-train', async () => {
  const { steps } = await readStepFile(STEPS)
  const sources = [...[...library, ...families].filter(isTrain), ...own]
  const allowed = new Map(sources.map(({ theorem }) => [theorem.name, theorem]))
  const learnt = [...new Set(steps.map(({ theorem }) => theorem))]
  expect(learnt.length).toBeGreaterThan(500)
  expect(learnt.filter((name) => !allowed.has(name))).toEqual([])

  const names = new Set<string>()
  const statements = new Set<string>()
  for (const { theorem } of await measured()) {
    names.add(theorem.name)
    statements.add(normaliseStatement(theorem.statement))
  }
  expect(statements.size).toBeGreaterThan(500)
  const leaked = learnt.filter((name) => {
    const statement = allowed.get(name)?.statement ?? ''
    return names.has(name) || statements.has(normaliseStatement(statement))
  })
  expect(leaked).toEqual([])
})

test('the shipped policies were trained on these steps, each at its own limit', async () => {
  const { hash: data } = await readStepFile(STEPS)
  for (const nEff of [1, 4, 8, 16, 32]) {
    const policy = await readLogLinear(`policies/neff-${nEff}`)
    expect(policy.nEff).toBe(nEff)
    expect(policy.training).toMatchObject({ nEff, data: { sha256: data, unit: 'step' } })
  }
})
