/**
 * `npm run bench:step-contexts -- STEPS.jsonl.gz --theorems datasets/library-sample.jsonl -o OUT.jsonl`: writes a file of steps
 * anew with the premises that a policy would be offered today. A step's theorem stands under the header it has in
 * `--theorems`, else under none.
 */
import { writeFileSync } from 'node:fs'
import { formatStep, readStepFile } from '../src/dataset/step-file.ts'
import { loadTheorems } from '../src/dataset/theorem-file.ts'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import { buildPremiseIndex, contextOf } from '../src/policy/premises.ts'
import { flagsOf } from './flags.ts'

const { values, positionals } = flagsOf('The contexts of recorded steps, computed again.', {
  allowPositionals: true,
  options: {
    theorems: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', short: 'o', default: 'steps.jsonl' },
  },
})

const HEADERS_AT_ONCE = 25
const headers = new Map<string, string>()
for (const file of values.theorems)
  for (const { theorem } of (await loadTheorems(file)).theorems) headers.set(theorem.name, theorem.header)
const { steps } = await readStepFile(positionals[0] as string)
const lines: string[] = []
const headerOf = ({ theorem }: { theorem: string }) => headers.get(theorem) ?? ''
// Those that begin alike share what Lean has read for them; a process does not hold any number of them.
const wanted = [...new Set(steps.map(headerOf))].sort()
for (let from = 0; from < wanted.length; from += HEADERS_AT_ONCE) {
  const engine = await EmbeddedEngine.create({ processes: 1, verifies: false })
  try {
    for (const header of wanted.slice(from, from + HEADERS_AT_ONCE)) {
      const index = buildPremiseIndex(await engine.premises(header))
      for (const [i, step] of steps.entries())
        if (headerOf(step) === header)
          lines[i] = formatStep(step.context ? { ...step, context: contextOf(step.context.constants, index) } : step)
    }
  } finally {
    await engine.dispose()
  }
  process.stderr.write(`${Math.min(from + HEADERS_AT_ONCE, wanted.length)} of ${wanted.length} headers\n`)
}
writeFileSync(values.out, lines.map((line) => `${line}\n`).join(''))
process.stdout.write(`${steps.length} steps\n`)
