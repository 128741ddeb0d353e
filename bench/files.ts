/**
 * `npm run bench:files -- [--sizes 200,2000] [--long 12000] [--engines embedded,lsp]`: opens every theorem of a file in its place, one
 * after the other. What a theorem costs must not grow with what stands before it, and nor must memory. The last line is a
 * long file, of which an early theorem is wanted.
 */
import { readFileSync } from 'node:fs'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import type { Engine } from '../src/lean/engine.ts'
import { LspEngine } from '../src/lean/native/engine.ts'
import { tableMarkdown } from '../src/report/table.ts'
import { wasmPeer } from '../test/lean/wasm-worker/peer.ts'
import { flagsOf } from './flags.ts'

const { values } = flagsOf('Opens every theorem of a file in its place, one after the other: time and memory.', {
  options: {
    sizes: { type: 'string', default: '200,2000' },
    long: { type: 'string', default: '12000' },
    engines: { type: 'string', default: 'embedded,lsp' },
  },
})

/** A file of theorems of four kinds, with a definition before every tenth. */
function file(size: number): string {
  const shapes = [
    (i: number) => `theorem item_${i} (a b : Nat) (h : a + ${i} ≤ b) : a ≤ b := by\n  omega`,
    (i: number) => `theorem item_${i} (p q : Prop) (hp : p) (hq : q) : p ∧ q ∨ ${i} = 0 := Or.inl ⟨hp, hq⟩`,
    (i: number) => `theorem item_${i} (xs : List Nat) : (xs ++ []).length + ${i} = xs.length + ${i} := by\n  simp`,
    (i: number) => `theorem item_${i} (x : Int) (h : x = ${i}) : 2 * x = ${2 * i} := by\n  omega`,
  ]
  const lines = Array.from({ length: size }, (_, i) => {
    const definition = i % 10 === 0 ? `def value_${i} (n : Nat) : Nat := n + ${i}\n\n` : ''
    return definition + (shapes[i % shapes.length] as (i: number) => string)(i)
  })
  return `${lines.join('\n\n')}\n`
}

type Opened = { engine: Engine; pids: () => readonly number[] }
const ENGINES: Record<string, () => Promise<Opened>> = {
  embedded: async () => {
    const pids: number[] = []
    const engine = await EmbeddedEngine.create({
      processes: 1,
      verifies: false,
      onEvent: (event) => {
        if (event.kind === 'started') pids.push(event.pid)
        else pids.splice(pids.indexOf(event.pid), 1)
      },
    })
    return { engine, pids: () => pids }
  },
  lsp: async () => {
    const engine = new LspEngine(await wasmPeer(), { processes: 1 })
    return { engine, pids: () => engine.pids }
  },
}

/** Megabytes that processes have in memory. */
const resident = (pids: readonly number[]): number =>
  pids.reduce(
    (sum, pid) =>
      sum + Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000,
    0,
  )
const since = (begun: number): number => performance.now() - begun
const ms = (value: number): string => value.toFixed(0)

const rows: string[][] = []
for (const name of values.engines.split(',')) {
  const create = ENGINES[name]
  if (create === undefined) throw new Error(`there is no engine ${name}`)
  for (const size of values.sizes.split(',').map(Number)) {
    const { engine, pids } = await create()
    try {
      const text = file(size)
      let begun = performance.now()
      const { theorems } = await engine.readFile(text)
      const read = since(begun)
      /** Of ten parts of the file. */
      const parts: number[] = []
      const memory: number[] = []
      for (let part = 0; part < 10; part++) {
        const some = theorems.slice((part * size) / 10, ((part + 1) * size) / 10)
        begun = performance.now()
        for (const { theorem } of some) {
          const started = await engine.start(theorem)
          if (started.kind === 'rejected') throw new Error(`${theorem.name}: ${started.diagnostics[0]?.text}`)
          await started.session.close()
        }
        parts.push(since(begun) / some.length)
        memory.push(resident(pids()))
        process.stderr.write(`${name}, ${size} theorems: ${ms((part + 1) * 10)} %\r`)
      }
      const [first, last] = [parts[0] ?? 0, parts.at(-1) ?? 0]
      const [early, late] = [memory[0] ?? 0, memory.at(-1) ?? 0]
      rows.push([
        name,
        String(size),
        ms(read / size),
        ms(parts.reduce((sum, part) => sum + part, 0) / parts.length),
        `${ms(first)} to ${ms(last)}`,
        (last / first).toFixed(2),
        `${ms(early)} to ${ms(late)}`,
      ])
    } catch (error) {
      // A row that did not come to its end is one, and the others are worth having.
      rows.push([name, String(size), `did not end: ${(error as Error).message}`, '', '', '', ''])
    } finally {
      await engine.dispose()
    }
  }
}
const head = [
  'engine',
  'theorems',
  'reading, ms each',
  'opening, ms each',
  'first to last tenth, ms',
  'ratio',
  'resident memory, MB',
]
console.log(tableMarkdown({ title: 'Theorems of a file, each opened in its place', head, rows }))

const long = Number(values.long)
const { engine } = await (ENGINES.embedded as () => Promise<Opened>)()
const text = file(long)
const begun = performance.now()
const { theorems } = await engine.readFile(text, { until: ({ theorem }) => theorem.name === 'item_100' })
const wanted = theorems.find(({ theorem }) => theorem.name === 'item_100')
if (wanted === undefined) throw new Error('the theorem was not found')
await engine.start(wanted.theorem)
console.log(
  `\nA file of ${long} theorems (${(text.length / 1e6).toFixed(1)} MB): theorem 100 is open ${(since(begun) / 1000).toFixed(1)} s after Lean is up.`,
)
await engine.dispose()
