// Fills the holes of a file and prints a diff.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fill, openLean } from 'hedge-prover'

const folder = await mkdtemp(join(tmpdir(), 'hedge-example-'))
const file = join(folder, 'Garden.lean')
await writeFile(
  file,
  `def plants (beds : Nat) : Nat := 4 * beds

theorem plants_even (beds : Nat) : plants beds % 2 = 0 := by
  sorry
`,
)
const lean = await openLean({ processes: 1 })
try {
  const { holes, diff } = await fill(lean, file)
  for (const { line, theorem, status } of holes) console.log(`line ${line}, ${theorem}: ${status}`)
  console.log(diff)
} finally {
  await lean.close()
  await rm(folder, { recursive: true })
}
