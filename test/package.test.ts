import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** The package as users get it, installed in a folder that knows nothing of this one. */
let folder = ''
const installed = (...parts: string[]) => join(folder, 'node_modules', ...parts)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hedge-package-'))
  // As `npm run build`, without looking at types a second time: `npm run typecheck` does.
  await run('npx', ['tsc', '-p', 'tsconfig.build.json', '--noCheck'], { cwd: ROOT })
  await run(process.execPath, ['dist/view/bundle.js'], { cwd: ROOT })
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT })
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  // SQLite's binary was compiled here already.
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await run('npm', ['install', ...flags, `./hedge-prover-${version}.tgz`], { cwd: folder })
  cpSync(join(ROOT, 'node_modules/better-sqlite3/build'), installed('better-sqlite3/build'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('proves a theorem', async () => {
  const hedge = installed('.bin/hedge')
  const statement = 'theorem t (a b : Nat) (h : a < b) : a + 1 ≤ b'
  const { stdout } = await run(hedge, ['prove', statement, '--workers', '1'], { cwd: folder })
  expect(stdout).toContain('Verified by Lean')
})

test('is a library', async () => {
  writeFileSync(
    join(folder, 'use.js'),
    `import { openLean, prove } from 'hedge-prover'
const lean = await openLean({ processes: 1 })
const result = await prove(lean, 'theorem t (p q : Prop) (h : p ∧ q) : q ∧ p', { policies: ['baseline'] })
console.log(result.kind)
await lean.close()
`,
  )
  const { stdout } = await run(process.execPath, ['use.js'], { cwd: folder })
  expect(stdout).toBe('proved\n')
})

test('has what its README links to, its types, and nothing that only its developers need', () => {
  const own = (path: string) => existsSync(installed('hedge-prover', path))
  const readme = readFileSync(installed('hedge-prover/README.md'), 'utf8')
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path as string)
  expect(links.length).toBeGreaterThan(5)
  expect(links.filter((path) => !own(path))).toEqual([])
  expect(own('dist/index.d.ts')).toBe(true)
  expect(
    ['dist/index.js.map', 'src', 'test', 'datasets/core-train', 'datasets/library-sample.jsonl'].filter(own),
  ).toEqual([])
  for (const heavy of ['@tensorflow/tfjs', 'onnxruntime-web', 'onnxruntime-node', 'node-llama-cpp', 'typescript'])
    expect(existsSync(installed(heavy)), heavy).toBe(false)
})
