import { expect, test } from 'vitest'
import { configOf, type MemberConfig } from '../../src/ensemble/member.ts'
import { parseMembers } from '../../src/ensemble/member-spec.ts'
import { closeMembers, once, openMember, openMembers } from '../../src/ensemble/open-member.ts'
import { CANDIDATES } from '../../src/policy/candidates-version.ts'
import { buildPremiseIndex, type PremiseIndex } from '../../src/policy/premises.ts'

const configs = (...texts: string[]) => parseMembers(texts) as MemberConfig[]
const nothing = async (): Promise<PremiseIndex> => buildPremiseIndex({ symbols: [], theorems: [], unfolds: [] })

test('a member may ask for theorems before the Lean is there: it is opened for it, once', async () => {
  let opened = 0
  const lean = once(async () => {
    opened++
    return nothing
  })
  const members = await openMembers(configs('baseline', 'baseline,seed=1'), lean)
  expect(opened).toBe(0)
  const theorem = { name: 't', header: '', statement: 'theorem t : True' }
  await Promise.all(members.map((member) => member.policyFor(theorem)))
  await lean()
  expect(opened).toBe(1)
  await closeMembers(members)
})

test('members that are open are closed where the next one cannot be opened', async () => {
  const closed: string[] = []
  const opening = openMembers(
    configs('baseline', 'no-such-policy'),
    async () => nothing,
    async (config, premises) => ({
      ...(await openMember(config, premises)),
      dispose: async () => {
        closed.push(config.name)
      },
    }),
  )
  await expect(opening).rejects.toThrow(/there is no policy `no-such-policy`/)
  expect(closed).toEqual(['baseline'])
})

test('what a run is known by has the version of the candidates that its members choose from', async () => {
  const members = await openMembers(configs('baseline,topk=7', 'neff-1', 'one-shot'), async () => nothing)
  expect(members.map((member) => configOf(member).settings)).toEqual([
    { topk: 7, candidates: CANDIDATES },
    { candidates: CANDIDATES },
    {},
  ])
  await closeMembers(members)
})
