import { parseArgs } from 'node:util'
import { MalformedExport, validateExport } from '../src/proof/declarations/validate.ts'
import { createRandom } from '../src/proof/random.ts'
import { type Check, fuzz, type Subject } from '../test/lean/verifier/fuzz.ts'
import { randomExport } from '../test/lean/verifier/random-export.ts'

/**
 * Mutants of exports, for as long as is asked for; exits with 1 when one of them was accepted for a false statement or
 * made the checker throw. Here the checker is the validator alone, on random exports.
 */
const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now()) } },
})
const wellFormed: Check = async (exported) => {
  try {
    validateExport(exported)
    return { kind: 'verified' }
  } catch (error) {
    if (error instanceof MalformedExport) return { kind: 'refused', reason: error.message }
    throw error
  }
}
const random = createRandom(flags.seed)
const subjects: Subject[] = Array.from({ length: 50 }, (_, i) => ({
  what: `random ${i}`,
  exported: randomExport(random.fork(i)),
  statementIsTrue: true,
  check: wellFormed,
}))
const end = performance.now() + Number(flags.minutes) * 60_000
console.log(`seed ${flags.seed}`)
const report = await fuzz(
  subjects,
  flags.seed,
  () => performance.now() >= end,
  ({ subject, number, what, said }) => console.log(`${subject}, mutant ${number} (${what}): ${said}`),
)
console.log(`${report.mutants} mutants, ${report.verified} accepted, ${report.failures.length} failures`)
for (const [reason, times] of [...report.refused].sort((a, b) => b[1] - a[1]).slice(0, 40))
  console.log(`${String(times).padStart(8)} ${reason}`)
process.exitCode = report.failures.length === 0 ? 0 : 1
