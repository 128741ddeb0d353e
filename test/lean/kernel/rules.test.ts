import { describe, expect, test } from 'vitest'
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
describe('soundness bugs that became public', () => {
  for (const entry of EXPLOITS) test(`${entry[0]}: ${entry[2]}`, () => expect(run(entry)).toBe(entry[2]))
})

test('the table is as large as it is said to be', () => {
  expect(new Set([...CASES, ...EXPLOITS].map(([what, text]) => `${what} ${text}`)).size).toBeGreaterThanOrEqual(150)
})
