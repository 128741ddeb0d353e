import { expect, test } from 'vitest'
import { MalformedExport, validateExport } from '../../../src/proof/declarations/validate.ts'
import { createRandom } from '../../../src/proof/random.ts'
import { ExportBuilder } from './build.ts'
import { type Answer, type Check, fuzz, mutantOf, type Subject } from './fuzz.ts'
import { mutate } from './mutate.ts'
import { randomExport } from './random-export.ts'

const small = () => {
  const b = new ExportBuilder()
  const eq = b.app(b.const('Eq', [b.succ(0)]), b.const('Nat'), b.nat(4), b.nat(4))
  return b.thm('t', eq, b.app(b.const('Eq.refl', [b.succ(0)]), b.const('Nat'), b.nat(4))).export()
}
const wellFormed: Check = async (exported): Promise<Answer> => {
  try {
    validateExport(exported)
    return { kind: 'verified' }
  } catch (error) {
    if (error instanceof MalformedExport) return { kind: 'refused', reason: error.message }
    throw error
  }
}

test('a mutant is made from its seed alone, and the export it came from stays as it was', () => {
  const random = createRandom('mutants')
  for (let i = 0; i < 300; i++) {
    const original = randomExport(random.fork(i))
    const copy = structuredClone(original)
    const [one, two] = [1, 2].map(() => mutate(original, createRandom(`m${i}`)))
    expect(original).toEqual(copy)
    expect(two).toEqual(one)
    expect(one?.what).not.toBe('')
  }
})

test('mutants differ from each other and from the original, and many are well formed', async () => {
  const original = small()
  const seen = new Set<string>()
  let formed = 0
  for (let i = 0; i < 2_000; i++) {
    const { exported } = mutate(original, createRandom(i))
    seen.add(JSON.stringify(exported))
    if ((await wellFormed(exported)).kind === 'verified') formed++
  }
  expect(seen.size).toBeGreaterThan(500)
  expect(formed).toBeGreaterThan(200)
  expect(formed).toBeLessThan(1_800)
})

test('the validator answers for every mutant of random exports, and throws nothing else', async () => {
  const random = createRandom('subjects')
  const subjects: Subject[] = Array.from({ length: 20 }, (_, i) => ({
    what: `random ${i}`,
    exported: randomExport(random.fork(i)),
    statementIsTrue: true,
    check: wellFormed,
  }))
  const report = await fuzz(subjects, 'validator', (mutants) => mutants >= 4_000)
  expect(report.failures).toEqual([])
  expect(report.mutants).toBe(4_000)
  expect([...report.refused.keys()].length).toBeGreaterThan(20)
  expect(report.verified + [...report.refused.values()].reduce((a, b) => a + b)).toBe(4_000)
})

test('a checker that accepts what is false, or throws, is reported with the mutant', async () => {
  const subject: Subject = { what: 'false', exported: small(), statementIsTrue: false, check: wellFormed }
  const report = await fuzz([subject], 'holes', (mutants) => mutants >= 200)
  expect(report.failures.length).toBe(report.verified)
  expect(report.failures.length).toBeGreaterThan(0)
  for (const { number, what } of report.failures) {
    const again = mutantOf(subject, 'holes', number)
    expect(again.what).toBe(what)
    expect(await wellFormed(again.exported)).toEqual({ kind: 'verified' })
  }
  const broken: Subject = {
    ...subject,
    check: async () => {
      throw new Error('the process is gone')
    },
  }
  const thrown = await fuzz([broken], 'holes', (mutants) => mutants >= 3)
  expect(thrown.failures.map(({ said }) => said.split('\n')[0])).toEqual(
    Array(3).fill('the checker throws: Error: the process is gone'),
  )
})
