import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Figure, figuresIn, figuresTable, type StoredFigures } from './figures.ts'
import { flagsOf } from './flags.ts'

/**
 * The short forms of all benchmarks that measure time and memory, one after another, as Markdown with ratios to the
 * figures that are stored: `npm run bench:all -- [--only start,many] [--store] [--beside FOLDER]`. `--store` keeps what this
 * run gave as what later ones are compared with (`npm run format` then); benchmarks that were not run keep theirs. With
 * `--beside`, each benchmark is first run in another checkout, and compared with what that gives.
 */
const BENCHMARKS: Readonly<Record<string, readonly string[]>> = {
  start: ['--starts', '3'],
  lean: ['--seconds', '6', '--runs', '2000'],
  profile: ['--seconds', '6'],
  search: ['datasets/core-small.jsonl', '--every', '8', '--budget', '5'],
  evaluate: ['--passes', '8', '--workers', '1,2', '--memory-passes', '4000'],
  verifying: ['--theorems', '20', '--passes', '8'],
  many: ['--theorems', '1000', '--reported', '200'],
  verifier: ['--headers', '20'],
  kernel: ['--every', '200'],
}
const HERE = fileURLToPath(new URL('..', import.meta.url))
const STORED = new URL('./figures.json', import.meta.url)

async function main(): Promise<void> {
  const { values } = flagsOf(
    'The short forms of all benchmarks, one after another, as Markdown with ratios to stored figures.',
    {
      options: { only: { type: 'string' }, store: { type: 'boolean', default: false }, beside: { type: 'string' } },
    },
  )
  const { beside } = values
  const wanted = values.only?.split(',') ?? Object.keys(BENCHMARKS)
  const unknown = wanted.find((name) => BENCHMARKS[name] === undefined)
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}: ${Object.keys(BENCHMARKS).join(', ')}`)
  const stored: StoredFigures | undefined = existsSync(STORED) ? JSON.parse(readFileSync(STORED, 'utf8')) : undefined
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const of = `${version}, ${cpus().length} cores, ${cpus()[0]?.model ?? process.arch}`
  console.log(`# Benchmarks of ${of}\n\nStored: ${beside ?? stored?.of ?? 'nothing'}\n`)
  const figures: Record<string, readonly Figure[]> = { ...stored?.figures }
  let failed = 0
  for (const name of wanted) {
    const args = BENCHMARKS[name] ?? []
    console.log(`## \`npm run bench:${name} -- ${args.join(' ')}\`\n`)
    const before =
      beside === undefined ? stored?.figures[name] : figuresIn((await runBenchmark(beside, name, args)).output)
    const { code, output, error } = await runBenchmark(HERE, name, args)
    if (code !== 0) {
      failed++
      console.log(`failed with code ${code}: ${error.trim().split('\n').at(-1)}\n`)
      continue
    }
    const now = figuresIn(output)
    console.log(`${figuresTable(now, before)}\n`)
    figures[name] = now
  }
  if (values.store) writeFileSync(STORED, `${JSON.stringify({ of, figures } satisfies StoredFigures, null, 2)}\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

function runBenchmark(folder: string, name: string, args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', join('bench', `${name}.ts`), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let error = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error = (error + text).slice(-4000)
  })
  return new Promise<{ code: number | null; output: string; error: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output, error }))
  })
}

await main()
