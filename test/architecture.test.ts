import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** What each room may import, besides itself and Node. */
const ROOMS: Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] }> = {
  proof: { rooms: [], packages: [] },
  dataset: { rooms: ['proof'], packages: ['zod'] },
  lean: { rooms: ['proof'], packages: ['vscode-jsonrpc', 'zod', 'tar', 'env-paths'] },
  policy: {
    rooms: ['proof'],
    packages: ['zod', '@tensorflow', 'onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common', 'openai', 'p-queue'],
  },
  training: { rooms: ['proof', 'dataset', 'policy'], packages: ['zod'] },
  ensemble: { rooms: ['proof', 'lean', 'policy', 'search'], packages: ['p-queue', 'zod'] },
  results: { rooms: ['proof', 'search', 'ensemble'], packages: ['better-sqlite3', 'zod'] },
  scale: {
    rooms: ['proof', 'policy', 'search', 'ensemble', 'results'],
    packages: ['bullmq', 'ioredis', 'pg', 'zod'],
  },
  search: { rooms: ['proof', 'policy'], packages: [] },
  fill: { rooms: ['proof', 'lean'], packages: [] },
  report: { rooms: ['proof', 'search', 'results'], packages: ['vega', 'vega-lite'] },
  view: {
    rooms: ['proof', 'lean', 'search', 'results', 'report'],
    packages: ['hono', '@hono/node-server', 'better-sqlite3', 'esbuild', 'zod'],
  },
  iteration: {
    rooms: ['proof', 'dataset', 'lean', 'policy', 'search', 'training', 'ensemble', 'results'],
    packages: ['p-queue', 'zod'],
  },
  // What the commands and the library share.
  api: {
    rooms: ['proof', 'dataset', 'lean', 'policy', 'search', 'training', 'ensemble', 'results', 'fill'],
    packages: [],
  },
  mcp: { rooms: ['proof', 'api'], packages: ['@modelcontextprotocol/server', 'zod'] },
  'index.ts': { rooms: ['api', 'lean', 'proof'], packages: [] },
  cli: {
    rooms: [
      'mcp',
      'api',
      'proof',
      'dataset',
      'lean',
      'policy',
      'search',
      'report',
      'training',
      'ensemble',
      'results',
      'iteration',
      'fill',
      'view',
      'scale',
    ],
    packages: ['commander', 'pino', 'pino-pretty', 'ms', 'zod'],
  },
}

type Import = { readonly file: string; readonly target: string }

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  return [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|import\('([^']+)'\)/gm),
  ].map((match) => ({
    file,
    target: (match[1] ?? match[2] ?? match[3]) as string,
  }))
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(src, name))
const roomOf = (file: string): string => relative(src, file).split(/[\\/]/)[0] as string

test('every file is in a room', () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(ROOMS).sort())
})

test('imports go one way, and each package lives in its room', () => {
  const wrong: string[] = []
  let checked = 0
  for (const { file, target } of files.flatMap(importsOf)) {
    checked++
    const from = roomOf(file)
    const rules = ROOMS[from]
    const allowed = target.startsWith('.')
      ? [from, ...(rules?.rooms ?? [])].includes(roomOf(join(dirname(file), target)))
      : target.startsWith('node:') ||
        (rules?.packages ?? []).some((name) => target === name || target.startsWith(`${name}/`))
    if (!allowed) wrong.push(`${relative(src, file)} imports ${target}`)
  }
  expect(wrong).toEqual([])
  expect(checked).toBeGreaterThan(100)
})

test('the second kernel knows the vocabulary of proofs and nothing else, not even Node', () => {
  const inKernel = (path: string) => path.startsWith(join('lean', 'kernel', '/'))
  const kernel = files.filter((file) => inKernel(relative(src, file)))
  const foreign = kernel.flatMap(importsOf).filter(({ file, target }) => {
    if (!target.startsWith('.')) return true
    const to = relative(src, join(dirname(file), target))
    return !inKernel(to) && roomOf(join(src, to)) !== 'proof'
  })
  expect(kernel.length).toBeGreaterThan(20)
  expect(foreign).toEqual([])
})

test('an engine is known to lean/ alone, and neither engine knows the other', () => {
  const engineOf = (path: string) => /^lean[\\/](embedded|native)[\\/]/.exec(path)?.[1]
  const wrong = files.flatMap(importsOf).filter(({ file, target }) => {
    if (!target.startsWith('.')) return false
    const [from, to] = [relative(src, file), relative(src, join(dirname(file), target))]
    const engine = engineOf(to)
    if (engine === undefined || engine === engineOf(from)) return false
    // What both share must not depend on one of them, but for what opens the one that is asked for.
    return engineOf(from) !== undefined || !/^lean[\\/](open\.ts|diagnosis[\\/])/.test(from)
  })
  expect(wrong.map(({ file, target }) => `${relative(src, file)} imports ${target}`)).toEqual([])
})

test('search knows the policy by its interface only, and the interface of the engine knows no process', () => {
  const policyImports = files
    .filter((file) => roomOf(file) === 'search')
    .flatMap(importsOf)
    .filter(({ target }) => target.includes('/policy/'))
  expect([...new Set(policyImports.map(({ target }) => target))]).toEqual(['../policy/policy.ts'])
  expect(importsOf(join(src, 'lean/engine.ts')).filter(({ target }) => !target.startsWith('.'))).toEqual([])
})

/** Imports that are there when the program runs: those of types alone are gone by then. */
function loadedBy(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [
    ...text.matchAll(/^\s*(?:import|export)\s+(?!type\b)([^'";]*?)from\s+'(\.[^']+)'|^\s*import\s+'(\.[^']+)'/gm),
  ].flatMap(([, names, from, alone]) => {
    const inside = names?.match(/^\{([\s\S]*)\}\s*$/)?.[1]?.split(',')
    const onlyTypes = inside?.every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false
    return onlyTypes ? [] : [join(dirname(file), (from ?? alone) as string)]
  })
}

test('no file needs itself to be loaded', () => {
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file)
    if (at >= 0) circles.push([...way.slice(at), file].map((name) => relative(src, name)).join(' → '))
    if (at >= 0 || done.has(file)) return
    for (const next of loadedBy(file)) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
  expect(done.size).toBeGreaterThanOrEqual(files.length)
})
