import type { Database } from 'better-sqlite3'
import type { UnitRecord } from '../../src/ensemble/journal.ts'
import type { RunJournal } from '../../src/results/journal.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { newStatistics } from '../../src/search/outcome.ts'
import { createTree, type Tree } from '../../src/search/tree.ts'
import { recordTree } from '../../src/search/tree-record.ts'
import { coinMember, planOf, provenance } from '../ensemble/simulated.ts'
import { state } from '../search/toy.ts'

export const MEMBERS = ['neff-1', 'neff-4', 'neff-8', 'neff-16', 'neff-32']

/** A run that a test writes by hand, unit by unit, as a real one is written. */
export class WrittenRun {
  readonly database: Database
  readonly journal: RunJournal
  readonly path: string

  constructor(path: string, theorems: number, passes = 8, members = MEMBERS) {
    this.path = path
    this.database = openResults(path)
    const plan = planOf({
      theorems: Array.from({ length: theorems }, (_, i) => ({
        name: `${i % 3 === 0 ? 'Nat' : 'List'}.lemma_${i}`,
        header: 'open Nat',
        statement: `theorem ${i % 3 === 0 ? 'Nat' : 'List'}.lemma_${i} (a b : Nat) : a + b + ${i} = ${i} + b + a`,
      })),
      members: members.map((name) => coinMember(name, () => 0.5)),
      passes,
      matched: false,
    })
    this.journal = beginRun(this.database, plan, { ...provenance, dataset: 'lemmas.jsonl' })
  }

  /** All passes of a member on a theorem; `proves` says whether the first of them does. */
  unit(
    position: number,
    member: number,
    passes: number,
    proves: boolean,
    tree: Tree,
    more: Partial<UnitRecord> = {},
  ): void {
    const key = `proof of ${position} by ${member}`
    const tactics = ['intro h', `simp_${member}`].slice(member % 2)
    this.journal.writeUnit(position, {
      member,
      firstPass: 0,
      seed: 's',
      open: false,
      statistics: { ...newStatistics(), tacticsRun: 7, engineMs: 90, policyMs: 20, verifierMs: 10, totalMs: 130 },
      passes: Array.from({ length: passes }, (_, index) =>
        proves && index === 0
          ? { index, end: 'proved' as const, depth: tactics.length, tactics, proof: key }
          : { index, end: 'error' as const, depth: 1, tactics: ['simp', 'omega'], proof: undefined },
      ),
      proofs: proves
        ? [{ key, tactics, source: `open Nat\n\ntheorem t : True := by\n  ${tactics.join('\n  ')}\n`, axioms: [] }]
        : [],
      refusals: [],
      tree: recordTree(tree, 5000),
      ...more,
    })
  }

  close(): void {
    this.database.close()
  }
}

/** A tree with `size` states below the root, errors at each, a cycle and a merge. */
export function bigTree(size: number): Tree {
  const tree = createTree(state('root', []))
  const nodes = [tree.root]
  for (let i = 1; i <= size; i++) {
    const from = nodes[Math.floor((i - 1) / 3)] as Tree['root']
    const tactic = `induction n with | zero => rfl | succ k ih => step ${i}`
    const edge = tree.add(from, tactic, -1 - (i % 3), { kind: 'open', state: state(`goal ${i}`, []) })
    if (edge.outcome.kind === 'open') nodes.push(edge.outcome.node)
    tree.add(from, `fails ${i}`, -4, { kind: 'error', message: `first line ${i}\n  second line` })
  }
  const last = nodes.at(-1) as Tree['root']
  tree.add(last, 'goes round', -2, { kind: 'open', state: tree.root.state })
  tree.add(last, 'nobody asked', -3, { kind: 'finished' })
  return tree
}
