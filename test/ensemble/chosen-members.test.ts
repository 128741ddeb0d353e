import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { chosenMembers } from '../../src/ensemble/chosen-members.ts'

const FAMILY = fileURLToPath(new URL('../../policies', import.meta.url))

test('a folder of policies stands for all of them, narrowest first, each with what is said of the folder', () => {
  const members = chosenMembers([`${FAMILY}@0.5,premises=false`, 'baseline'])
  expect(members.map(({ policy, temperature }) => [policy, temperature])).toEqual([
    ...[1, 4, 8, 16, 32].map((nEff) => [`${FAMILY}/neff-${nEff}`, 0.5]),
    ['baseline', 1],
  ])
  expect(members[0]?.settings).toEqual({ premises: false })
})

test('a policy in a folder of its own stands for itself', () => {
  expect(chosenMembers([`${FAMILY}/neff-8`]).map(({ policy }) => policy)).toEqual([`${FAMILY}/neff-8`])
})

test('a theorem behind the policies is taken for none of them', () => {
  for (const text of ['theorem t : 1 = 1', 'Garden.lean:both'])
    expect(() => chosenMembers(['neff-8', text])).toThrow(`\`${text}\` is taken for a policy: write the theorem before`)
})
