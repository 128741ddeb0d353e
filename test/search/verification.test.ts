import { expect, test } from 'vitest'
import { openBudget } from '../../src/search/budget.ts'
import { type Accept, newStatistics } from '../../src/search/outcome.ts'
import { createTree } from '../../src/search/tree.ts'
import { verifyEdge } from '../../src/search/verification.ts'
import { checkTree } from './check-tree.ts'
import { handClock, state, turn } from './toy.ts'

function finishedEdge(accept: Accept, signal?: AbortSignal) {
  const tree = createTree(state('a'))
  const edge = tree.add(tree.root, 'end', -1, { kind: 'finished' })
  const context = { tree, accept, meter: openBudget({ signal }, handClock()), statistics: newStatistics() }
  return { edge, context, verify: (tactic: string) => verifyEdge(edge, { tactics: [tactic] }, context) }
}

test('two who ask at once get the answer to one question', async () => {
  let asked = 0
  const { verify, context } = finishedEdge(async () => {
    asked++
    await turn()
    return { kind: 'verified', axioms: [] }
  })
  const answer = { kind: 'accepted', proof: { tactics: ['first'] } }
  expect(await Promise.all([verify('first'), verify('second')])).toEqual([answer, answer])
  expect(await verify('third')).toEqual(answer)
  expect(asked).toBe(1)
  checkTree(context.tree)
})

test('a refusal counts once, for the search that asked', async () => {
  const { verify, context, edge } = finishedEdge(async () => ({ kind: 'rejected', reason: 'an axiom', messages: [] }))
  expect([await verify('one'), await verify('two')]).toEqual([
    { kind: 'refused', reason: 'an axiom' },
    { kind: 'refused', reason: 'an axiom' },
  ])
  expect(context.statistics.refused).toBe(1)
  expect(edge.outcome).toEqual({ kind: 'finished', verdict: { kind: 'refused', reason: 'an axiom' } })
})

test('when the one who asked fails, the one who waited asks again', async () => {
  let asked = 0
  const { verify } = finishedEdge(async () => {
    await turn()
    if (asked++ === 0) throw new Error('disk full')
    return { kind: 'verified', axioms: [] }
  })
  const [first, second] = await Promise.allSettled([verify('first'), verify('second')])
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'the verifier failed' } })
  expect(second).toMatchObject({ status: 'fulfilled', value: { kind: 'accepted', proof: { tactics: ['second'] } } })
})

test('after an abort nobody is asked', async () => {
  const { verify, edge } = finishedEdge(() => Promise.reject(new Error('asked')), AbortSignal.abort())
  expect(await verify('one')).toEqual({ kind: 'candidate' })
  expect(edge.outcome).toEqual({ kind: 'finished', verdict: { kind: 'candidate' } })
})
