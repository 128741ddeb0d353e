import { appendFileSync } from 'node:fs'
import { SecondKernel } from '../src/lean/second-kernel.ts'
import { flagsOf } from './flags.ts'
import { BenchLean } from './kernel/lean.ts'
import { type RecordedProof, recordedProofs } from './kernel/proofs.ts'

/**
 * Both kernels on all proofs on record: `npm run bench:kernel`. One Lean process elaborates, checks and gives constants;
 * what it checks is what the second kernel checks.
 */
const DEADLINE_MS = 120_000

type Row = {
  readonly proof: RecordedProof
  readonly lean: 'accepted' | 'refused'
  readonly second: string
  readonly reason: string
  readonly leanMs: number
  readonly secondMs: number
  readonly steps: number
  readonly terms: number
}

async function main(): Promise<void> {
  const { values } = flagsOf('Both kernels on all proofs on record.', {
    options: {
      /** Every n-th proof only. */
      every: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      /** A file for what was checked, a line of JSON each, to look into. */
      keep: { type: 'string' },
    },
  })
  const all = (await recordedProofs()).filter((p) => `${p.from} ${p.name} ${p.source}`.includes(values.only))
  const proofs = all.filter((_, i) => i % Number(values.every) === 0)
  console.log(`${proofs.length} of ${all.length} proofs`)
  const lean = new BenchLean()
  const kernel = new SecondKernel(lean.constants)
  const rows: Row[] = []
  let resident = 0
  const left = new Map<string, number>()
  try {
    for (const [i, proof] of proofs.entries()) {
      const keep = (data: unknown) =>
        values.keep !== undefined && appendFileSync(values.keep, `${JSON.stringify(data)}\n`)
      const row = await checkBoth(lean, kernel, proof, keep).catch(
        (error: Error) => `failed: ${error.message.slice(0, 100)}`,
      )
      if (typeof row === 'string') left.set(row, (left.get(row) ?? 0) + 1)
      else {
        rows.push(row)
        if (row.second !== row.lean) console.log(`  ${row.second}: ${proof.from} ${proof.name}: ${row.reason}`)
      }
      resident = Math.max(resident, process.memoryUsage.rss())
      if (i % 100 === 99) console.log(`${i + 1} …`)
    }
  } finally {
    await kernel.dispose()
    lean.end()
  }
  report(rows, left)
  console.log(`most resident memory here, of this program and the kernel's thread: ${Math.round(resident / 1e6)} MB`)
}

async function checkBoth(
  lean: BenchLean,
  kernel: SecondKernel,
  proof: RecordedProof,
  keep: (data: unknown) => void,
): Promise<Row | string> {
  const process = await lean.process()
  const { header, statement, source } = proof
  const stated = await process.request('stateTheorem', { header, statement }, DEADLINE_MS)
  if (stated.kind === 'rejected') return 'the statement does not elaborate'
  const exported = await process.request('exportProof', { source, name: stated.name }, DEADLINE_MS)
  if (exported.kind === 'refused') return `not exported: ${exported.reason}`
  const imports = [...stated.imports, ...exported.imports]
  const params = { imports, stated: stated.exported, proof: exported.exported }
  // The library is imported once; the first proof on it would pay for that.
  await process.request('libraryConstants', { imports, names: [['Nat']], most: 0, follow: false }, DEADLINE_MS)
  const begun = performance.now()
  const checked = await process.request('checkProof', params, DEADLINE_MS)
  const leanMs = performance.now() - begun
  keep({ name: proof.name, from: proof.from, kinds: proof.kinds, leanMs, lean: checked.kind, ...params })
  const { verdict, ms, steps, terms } = await kernel.check(params)
  lean.recycle(checked.heapBytes)
  const second =
    verdict.kind === 'unfinished'
      ? `unfinished (${verdict.limit})`
      : verdict.kind === 'refused'
        ? 'refused'
        : 'accepted'
  const reason = verdict.kind === 'refused' ? `${verdict.declaration}: ${verdict.rule}: ${verdict.reason}` : ''
  const leanVerdict = checked.kind === 'verified' ? 'accepted' : 'refused'
  const why = checked.kind === 'refused' ? ` (Lean: ${checked.reason} ${checked.messages.join(' ').slice(0, 300)})` : ''
  return { proof, lean: leanVerdict, second, reason: reason + why, leanMs, secondMs: ms, steps, terms }
}

function report(rows: readonly Row[], left: ReadonlyMap<string, number>): void {
  for (const [why, count] of left) console.log(`left out: ${count} (${why})`)
  const kinds = ['all', ...new Set(rows.flatMap(({ proof }) => proof.kinds))]
  console.log(
    `\n${'tactics'.padEnd(16)}${['proofs', 'finished', 'agree', 'Lean ms', 'ms', 'ratio', 'p99 ratio', 'p99 ms', 'max ms'].map((h) => h.padStart(10)).join('')}`,
  )
  for (const kind of kinds) {
    const of = kind === 'all' ? rows : rows.filter(({ proof }) => proof.kinds.includes(kind))
    const finished = of.filter(({ second }) => !second.startsWith('unfinished'))
    const agree = finished.filter(({ second, lean }) => second === lean)
    const ratios = finished.map(({ leanMs, secondMs }) => secondMs / leanMs)
    const ms = finished.map(({ secondMs }) => secondMs)
    const cells = [
      String(of.length),
      `${((100 * finished.length) / of.length).toFixed(1)} %`,
      `${((100 * agree.length) / Math.max(1, finished.length)).toFixed(1)} %`,
      quantile(
        finished.map(({ leanMs }) => leanMs),
        0.5,
      ).toFixed(1),
      quantile(ms, 0.5).toFixed(1),
      quantile(ratios, 0.5).toFixed(2),
      quantile(ratios, 0.99).toFixed(2),
      quantile(ms, 0.99).toFixed(0),
      Math.max(...ms).toFixed(0),
    ]
    console.log(kind.padEnd(16) + cells.map((cell) => cell.padStart(10)).join(''))
  }
  console.log('\nmedian Lean ms, median ms, medians and 99th percentiles of the ratio second / Lean')
  console.log(`largest store: ${Math.max(...rows.map(({ terms }) => terms))} terms`)
  const slow = [...rows].sort((a, b) => b.secondMs - a.secondMs).slice(0, 8)
  for (const { proof, secondMs, leanMs, steps } of slow)
    console.log(
      `  ${secondMs.toFixed(0)} ms, Lean ${leanMs.toFixed(0)} ms, ${steps} steps: ${proof.from} ${proof.name} (${proof.kinds.join(', ')})`,
    )
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

await main()
