import { describe, expect, test } from 'vitest'
import { ATTACKS } from './attacks.ts'
import { ATTACKS_ON_DATA } from './attacks-on-data.ts'
import { EXPLOITS } from './exploits.ts'
import { judge } from './prelude.ts'
import { CASES, type Case } from './rules.ts'

function run([what, text, outcome]: Case): string {
  const step = judge(text, { axioms: text.includes('axiom ') && outcome !== 'axiom' ? 'reported' : 'refused' })
  if (step.kind === 'accepted') return 'ok'
  if (step.kind !== 'refused') return `${what}: ${JSON.stringify(step)}`
  expect(step.reason).toMatch(/\w+ \w+/)
  return step.rule === outcome ? step.rule : `${step.rule}: ${step.reason}`
}

describe('rules', () => {
  for (const entry of CASES) test(`${entry[0]}: ${entry[2]}`, () => expect(run(entry)).toBe(entry[2]))
})
describe('attacks', () => {
  for (const entry of [...ATTACKS, ...ATTACKS_ON_DATA])
    test(`${entry[0]}: ${entry[2]}`, () => expect(run(entry)).toBe(entry[2]))
})
describe('soundness bugs that became public', () => {
  for (const entry of EXPLOITS) test(`${entry[0]}: ${entry[2]}`, () => expect(run(entry)).toBe(entry[2]))
})

test('the table is as large as it is said to be', () => {
  expect(
    new Set([...CASES, ...ATTACKS, ...ATTACKS_ON_DATA, ...EXPLOITS].map(([what, text]) => `${what} ${text}`)).size,
  ).toBeGreaterThanOrEqual(290)
})
