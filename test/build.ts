import { readdirSync, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { bundlePage } from '../src/view/bundle.ts'
import { BUILT } from './built.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Where the programs stand that tests start, and what they import. */
const PROGRAMS = [
  'bench/flags.ts',
  'bench/study.ts',
  'bench/study',
  'bench/exact-study.ts',
  'bench/exact',
  'bench/confidence-study.ts',
  'bench/confidence-study',
  'bench/dco-demo',
  'test/cli',
  'test/fixtures',
  'test/policy',
  'test/scale',
  'test/search',
] as const

/**
 * JavaScript of the sources and of the tests' own programs, for processes that tests start: without it each of them, and
 * each Lean below it, would translate its TypeScript for a second or two. Made where a source is newer than what is there.
 */
export async function buildPrograms(): Promise<void> {
  const sources = filesBelow('src')
  const programs = PROGRAMS.flatMap((place) => (place.endsWith('.ts') ? [place] : filesBelow(place))).filter(
    (path) => !path.endsWith('.test.ts'),
  )
  const newest = Math.max(...[...sources, ...programs, 'test/build.ts'].map((path) => modified(path)))
  if (modified(BUILT.mark) > newest) return
  await translate(sources, 'src', BUILT.sources)
  for (const folder of ['bench', 'test'])
    await translate(
      programs.filter((path) => path.startsWith(`${folder}/`)),
      folder,
      BUILT[folder as 'bench' | 'test'],
    )
  const { script, style } = await bundlePage('ts')
  await writeFile(join(root, BUILT.sources, 'view/page.bundle.js'), script)
  await writeFile(join(root, BUILT.sources, 'view/page.bundle.css'), style)
  await writeFile(join(root, BUILT.mark), '')
}

async function translate(files: readonly string[], outbase: string, outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [...files],
    outbase,
    outdir,
    format: 'esm',
    target: 'node20',
    charset: 'utf8',
    plugins: [relativeImports],
    logLevel: 'error',
  })
}

/** Imports name the files as they are called here, and the built sources where the sources are meant. */
const relativeImports: Plugin = {
  name: 'relative imports',
  setup(run) {
    run.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const contents = text.replace(
        /((?:\bfrom|\bimport)\s*\(?\s*['`])(\.[^'`]+?)\.ts(?=['`?])/g,
        (_, before: string, target: string) =>
          `${before}${target.replace(/^((?:\.\.\/)+)src\//, `$1${BUILT.sources}/`)}.js`,
      )
      return { contents, loader: 'ts' }
    })
  },
}

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))

const modified = (path: string): number => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
