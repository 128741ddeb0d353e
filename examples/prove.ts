// Opens a Lean, looks at goals, runs tactics by hand, and lets the search prove a theorem.
import { openLean, prove, renderState } from 'hedge-prover'

const lean = await openLean({ processes: 1 })
try {
  const theorem = 'theorem twice_even (n : Nat) : (n + n) % 2 = 0'

  const open = await lean.open(theorem)
  console.log(renderState(open.root.goals))
  for (const tactic of ['rfl', 'induction n', 'omega']) {
    const [result] = await open.run([tactic])
    console.log(`${tactic}: ${result?.kind}`)
  }
  await open.close()

  const result = await prove(lean, theorem, { budgetMs: 30_000 })
  if (result.kind === 'proved') console.log(`${result.source}\n-- found by ${result.by}`)
  else console.log(`not proved: ${result.reason}`)
} finally {
  await lean.close()
}
