import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import type { LeanPool, Worker } from '../src/lean/embedded/pool.ts'
import { flagsOf } from './flags.ts'

/**
 * The verifier under load: many headers in one run (memory stays flat, nothing true is refused), then deep proofs, with a
 * look at Lean's static data in the kernel's process before and after.
 *
 *     npm run bench:verifier -- --headers 500
 */
const { values: flags } = flagsOf('The verifier under load: many headers, then deep proofs.', {
  options: { headers: { type: 'string', default: '500' } },
})
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

type Row = { readonly what: string; readonly statement: string; readonly source: string }
const CLAIM = 'theorem t (a : Nat) : a = a'
const deep = (share: number): readonly Row[] => [
  {
    what: `${1000 * share} haves`,
    statement: CLAIM,
    source: `${CLAIM} := by\n${Array.from({ length: 1000 * share }, (_, i) => `  have h${i} : ${i} + 1 = ${i + 1} := rfl\n`).join('')}  rfl\n`,
  },
  {
    what: `decide +kernel on a list of ${3000 * share}`,
    statement: `theorem t : (List.range ${3000 * share}).length = ${3000 * share}`,
    source: `theorem t : (List.range ${3000 * share}).length = ${3000 * share} := by decide +kernel\n`,
  },
  {
    what: `recursion of ${10000 * share}`,
    statement: CLAIM,
    source: `def f (n : Nat) : Nat := Nat.rec (motive := fun _ => Nat) 0 (fun _ ih => ih + 1) n
theorem u : f ${10000 * share} = ${10000 * share} := by decide +kernel
${CLAIM} := (fun _ => rfl : f ${10000 * share} = ${10000 * share} → a = a) u
`,
  },
]

/** Headers of several kinds, no two alike. */
function rowOf(i: number): Row & { readonly header: string } {
  const what = `header ${i}`
  if (i % 5 === 0) {
    const modules = ['Init.Data.Nat.Gcd', 'Init.Data.List.Lemmas', 'Init.Omega', 'Init.Data.Int.Basic']
    const header = `prelude\nimport Init.Tactics\nimport ${modules[(i / 5) % modules.length]}\n-- ${i}`
    const statement = 'theorem t (a : Nat) : Eq a a'
    return { what, header, statement, source: `${header}\n${statement} := rfl\n` }
  }
  const header = `def f${i} (n : Nat) : Nat := n + ${i}\nopen Nat`
  const statement = `theorem t (a : Nat) : f${i} a = a + ${i}`
  return { what, header, statement, source: `${header}\n${statement} := rfl\n` }
}

const memory = async ({ process }: Worker) => (await process.request('memory', {}, 60_000)).heapBytes
async function heaps(pool: LeanPool): Promise<string> {
  const workers = await Promise.all([...pool.workers].map(memory))
  const kernel = await pool.withKernelProcess(async (worker) => {
    const heapBytes = await memory(worker)
    return { result: heapBytes, heapBytes, reusable: true }
  })
  return `worker ${workers.map(megabytes).join(', ')}, kernel ${megabytes(kernel)}, here ${megabytes(process.memoryUsage.rss())}`
}
const staticData = (pool: LeanPool) =>
  pool.withKernelProcess(async ({ process }) => {
    const result = await process.request('staticData', {}, 60_000)
    return { result, heapBytes: 0, reusable: true }
  })

let replaced = 0
const engine = await EmbeddedEngine.create({
  processes: 1,
  onEvent: ({ kind }) => {
    if (kind === 'ended') replaced++
  },
})
let refused = 0
const verify = async (row: Row, header: string): Promise<number> => {
  const began = performance.now()
  const verdict = await engine.verify(
    { name: 't', header, statement: row.statement },
    { source: row.source, name: 't' },
  )
  if (verdict.kind === 'rejected') {
    refused++
    console.log(`${row.what}: ${verdict.reason}; ${verdict.messages.join('; ').slice(0, 300)}`)
  }
  return performance.now() - began
}
const all = Number(flags.headers)
const began = performance.now()
for (let i = 0; i < all; i++) {
  const { header, ...row } = rowOf(i)
  await verify(row, header)
  if ((i + 1) % 50 === 0)
    console.log(
      `${i + 1} headers, ${Math.round((performance.now() - began) / (i + 1))} ms each: ${await heaps(engine.pool)}`,
    )
}
console.log(`${all} headers: ${refused} refused, ${replaced} processes replaced`)
const before = await staticData(engine.pool)
for (const row of deep(1)) console.log(`${row.what}: ${Math.round(await verify(row, ''))} ms`)
const after = await staticData(engine.pool)
console.log(`read-only data of the kernel's process: ${after.changed} of ${before.constant} words changed`)
await engine.dispose()
process.exitCode = refused === 0 && after.changed === 0 ? 0 : 1
