import { expect, test } from 'vitest'
import { minimiseProof, scriptRunner, shortenTactics } from '../../src/search/minimise.ts'
import { error, jugs, type Rule, seeded, toyDomain } from './toy.ts'

const minimise = (rule: Rule, root: string, tactics: string[]) => {
  const domain = toyDomain(root, rule)
  return minimiseProof({ tactics }, scriptRunner(domain)).then((proof) => ({ tactics: proof.tactics, domain }))
}

const shortest = ['fillBig', 'bigToSmall', 'emptySmall', 'bigToSmall', 'fillBig', 'bigToSmall', 'done']

test('useless steps go, needed ones stay, and no step is run twice', async () => {
  const { tactics, domain } = await minimise(jugs, '0,0', ['fillBig', 'emptyBig', ...shortest])
  expect(tactics).toEqual(shortest)
  expect(new Set(domain.runs).size).toBe(domain.runs.length)
})

test('steps that are only useless together go together', async () => {
  // `open` must be closed again before `end`.
  const rule: Rule = (from, tactic) => {
    if (tactic === 'open') return { to: `${from}(` }
    if (tactic === 'close') return from.endsWith('(') ? { to: from.slice(0, -1) } : error
    return from === 'a' ? { kind: 'finished' } : error
  }
  expect((await minimise(rule, 'a', ['open', 'close', 'end'])).tactics).toEqual(['end'])
  expect((await minimise(rule, 'a', ['open', 'open', 'close', 'close', 'end'])).tactics).toEqual(['end'])
})

test('a script that does not finish, or goes on after the end, comes back unchanged', async () => {
  expect((await minimise(jugs, '0,0', ['fillBig', 'done'])).tactics).toEqual(['fillBig', 'done'])
  expect((await minimise(() => ({ kind: 'finished' }), 'a', ['x', 'y'])).tactics).toEqual(['x', 'y'])
})

test('whatever is left of a random script finishes, and lacks no single step', async () => {
  const moves = ['fillSmall', 'fillBig', 'emptySmall', 'emptyBig', 'smallToBig', 'bigToSmall']
  for (let seed = 0; seed < 20; seed++) {
    const random = seeded(seed)
    const noise = Array.from({ length: 8 }, () => moves[Math.floor(random.next() * moves.length)] as string)
    const { tactics } = await minimise(jugs, '0,0', [...noise, 'emptySmall', 'emptyBig', ...shortest])
    const finishes = scriptRunner(toyDomain('0,0', jugs))
    expect(await finishes(tactics)).toBe(true)
    for (let i = 0; i < tactics.length; i++) expect(await finishes(tactics.toSpliced(i, 1))).toBe(false)
  }
})

test('parts of a tactic that it does not need go, the last ones first', async () => {
  const shorten = async (needed: (tactic: string) => boolean, tactic: string) => {
    const rule: Rule = (_, tried) => (needed(tried) ? { kind: 'finished' } : error)
    return (await shortenTactics({ tactics: [tactic] }, scriptRunner(toyDomain('a', rule)))).tactics[0]
  }
  expect(await shorten((tactic) => tactic.includes('simp [f'), 'induction n <;> simp [f (a <;> b)] <;> omega')).toBe(
    'induction n <;> simp [f (a <;> b)]',
  )
  expect(await shorten((tactic) => tactic.includes('omega'), 'cases h <;> simp <;> omega')).toBe('cases h <;> omega')
  expect(await shorten((tactic) => /^skip\n/.test(tactic), 'skip\ncases h <;> rfl')).toBe('skip\ncases h')
  const args =
    (...needed: string[]) =>
    (tactic: string) =>
      needed.every((one) => tactic.includes(one))
  expect(await shorten(args('simp', 'b c'), 'simp [a, f (b c, d), ← e, *] at h')).toBe('simp [f (b c, d)] at h')
  expect(await shorten(args('simp only', '[c'), 'induction n <;> simp only [a, b] <;> simp_all [c, a]')).toBe(
    'induction n <;> simp only <;> simp_all [c]',
  )
  expect(await shorten(args('simpa', 'using k'), 'simpa [a, b] using k')).toBe('simpa using k')
  expect(await shorten(args('h [a, b]'), 'exact h [a, b]')).toBe('exact h [a, b]')
  // Of what does not finish nothing is left out.
  expect(await shorten(() => false, 'a <;> b')).toBe('a <;> b')
})

test('an abort rejects', async () => {
  const domain = toyDomain('a', () => 'hang')
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(minimiseProof({ tactics: ['x'] }, scriptRunner(domain, signal))).rejects.toThrow('enough')
})
