/** `npm run bench:fill -- [--policy P…] [--budget seconds] [files…]`: fills the project of the tests, and says what is left. */
import { basename } from 'node:path'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import { SHIPPED } from '../src/policy/shipped.ts'
import { fillAndCheck, leanFilesIn, openMembers, PROJECT } from './fill-project.ts'
import { flagsOf } from './flags.ts'

const { values, positionals } = flagsOf(
  'Fills the holes of the project of the tests, or of the files given: what is left, and the time.',
  {
    options: {
      policy: { type: 'string', multiple: true, default: [...SHIPPED] },
      budget: { type: 'string', default: '10' },
      workers: { type: 'string', default: '1' },
    },
    allowPositionals: true,
  },
)
const engine = await EmbeddedEngine.create({ processes: Number(values.workers) })
const members = await openMembers(engine, values.policy)
/** Of this file every statement with a hole is false where it stands. */
const FALSE = 'Meanings.lean'
const count = { holes: 0, filled: 0, proved: 0, faults: 0 }
const left: string[] = []
for (const file of positionals.length > 0 ? positionals : leanFilesIn(PROJECT)) {
  const { holes, faults } = await fillAndCheck(engine, members, file, Number(values.budget) * 1000)
  const filled = holes.filter(({ replacement }) => replacement !== undefined)
  const proved = holes.filter(({ status }) => status === 'proved')
  const seconds = holes.reduce((sum, hole) => sum + hole.seconds, 0)
  console.log(
    `${basename(file).padEnd(20)} ${filled.length}/${holes.length} filled, ${proved.length} proved, ${seconds.toFixed(0)} s`,
  )
  if (basename(file) === FALSE) {
    console.log(`  every hole of it states something false: ${proved.length} proved, and none is counted below`)
    count.faults += proved.length
    continue
  }
  for (const hole of holes) {
    if (hole.status === 'proved') continue
    const why = hole.reason === undefined ? '' : `: ${hole.reason.split('\n')[0]}`
    left.push(`${file}:${hole.line}:${hole.column}: ${hole.theorem || 'a hole'}: ${hole.status}${why}`)
  }
  for (const fault of faults) console.log(`  ${file}: FAULT: ${fault}`)
  count.holes += holes.length
  count.filled += filled.length
  count.proved += proved.length
  count.faults += faults.length
}
const percent = ((100 * count.filled) / count.holes).toFixed(1)
console.log(
  `${count.filled} of ${count.holes} holes filled (${percent} %), ${count.proved} proved, ${count.faults} faults`,
)
console.log('\nnot proved:')
for (const line of left) console.log(line)
await engine.dispose()
process.exitCode = count.faults > 0 ? 1 : 0
