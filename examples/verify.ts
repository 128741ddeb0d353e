// Checks proofs from anywhere against a statement that is trusted.
import { openLean } from 'hedge-prover'

const lean = await openLean({ processes: 1 })
try {
  const statement = 'theorem add_zero_left (n : Nat) : 0 + n = n'
  const proofs = {
    honest: `${statement} := by omega`,
    unfinished: `${statement} := by sorry`,
    another: 'theorem add_zero_left (n : Nat) : n + 0 = n := rfl',
  }
  for (const [name, source] of Object.entries(proofs)) {
    const verdict = await lean.verify({ source, statement })
    console.log(`${name}: ${verdict.kind === 'verified' ? 'verified' : `rejected, ${verdict.reason}`}`)
  }
} finally {
  await lean.close()
}
