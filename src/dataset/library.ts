import { sha256 } from '../proof/sha256.ts'

/** A theorem of the embedded library, to be proved where it is not known yet: in what its own module imports. */
export type LibraryTheorem = {
  readonly name: string
  readonly module: string
  readonly header: string
  readonly statement: string
}

export type Split = 'train' | 'valid' | 'test'
export type LibraryRow = LibraryTheorem & {
  /** By the hash of the theorem's name. */
  readonly split: Split
  /** By the hash of the module's name: modules of `test` have no theorem in `train`. */
  readonly novel: Split
}

/** What the library is read from; src/lean has one. */
export type LibrarySource = {
  modules(): Promise<
    readonly {
      readonly name: string
      readonly imports: readonly string[]
      readonly theorems: readonly string[]
      readonly left: Readonly<Record<string, number>>
    }[]
  >
  /** One answer per name, in order. */
  state(
    header: string,
    names: readonly string[],
  ): Promise<
    readonly (
      | { readonly kind: 'stated'; readonly statement: string }
      | { readonly kind: 'left'; readonly reason: string }
    )[]
  >
}

export type LibraryOptions = {
  /** Modules read at the same time. */
  readonly workers: number
  /** Only modules this accepts. */
  readonly where?: (module: string) => boolean
  readonly onModule?: (done: number, all: number, kept: number) => void
}

export type Library = {
  /** In the library's order of modules, by name within a module. */
  readonly theorems: readonly LibraryTheorem[]
  /** How many theorems were left out, by reason. */
  readonly left: Readonly<Record<string, number>>
  readonly modules: number
}

/**
 * Reads every theorem of Init and Std that somebody wrote. Each is printed as a statement that elaborates back to the
 * same type in the environment its module imports, where it is unknown; what does not is left out and counted.
 */
export async function readLibrary(source: LibrarySource, options: LibraryOptions): Promise<Library> {
  const { workers, where = () => true, onModule = () => {} } = options
  const modules = (await source.modules()).filter(({ name }) => /^(Init|Std)(\.|$)/.test(name) && where(name))
  const left = new Map<string, number>()
  const leave = (reason: string, count = 1) => left.set(reason, (left.get(reason) ?? 0) + count)
  const kept: LibraryTheorem[][] = modules.map(() => [])
  let done = 0
  let total = 0
  let next = 0
  const work = async () => {
    for (let i = next++; i < modules.length; i = next++) {
      const module = modules[i] as (typeof modules)[number]
      for (const [reason, count] of Object.entries(module.left)) leave(reason, count)
      const theorems = await readModule(source, module, leave)
      kept[i] = theorems
      total += theorems.length
      onModule(++done, modules.length, total)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  const sorted = [...left].sort(([a], [b]) => (a < b ? -1 : 1))
  return { theorems: kept.flat(), left: Object.fromEntries(sorted), modules: modules.length }
}

async function readModule(
  source: LibrarySource,
  module: { readonly name: string; readonly imports: readonly string[]; readonly theorems: readonly string[] },
  leave: (reason: string) => void,
): Promise<LibraryTheorem[]> {
  if (module.theorems.length === 0) return []
  const header = headerOf(module.imports)
  const answers = await source.state(header, module.theorems)
  return module.theorems.flatMap((name, i) => {
    const answer = answers[i]
    if (answer === undefined) throw new Error(`${name} got no answer`)
    if (answer.kind === 'stated') return [{ name, module: module.name, header, statement: answer.statement }]
    leave(answer.reason)
    return []
  })
}

/** `prelude`: without it Lean imports all of Init, and with that the theorem itself. */
export function headerOf(imports: readonly string[]): string {
  return ['prelude', ...[...new Set(imports)].map((name) => `import ${name}`)].join('\n')
}

/**
 * Fixed splits that do not depend on what else is in the set, but for the size of the first: the `test` lowest hashes
 * of names are `test`, the `valid` next ones `valid`. The novel split takes whole modules, about a tenth each.
 */
export function splitLibrary(theorems: readonly LibraryTheorem[], test = 2000, valid = 1000): LibraryRow[] {
  const order = [...theorems].sort((a, b) => (sha256(a.name) < sha256(b.name) ? -1 : 1))
  const rank = new Map(order.map(({ name }, i) => [name, i]))
  const splitOf = (name: string): Split => {
    const at = rank.get(name) ?? 0
    return at < test ? 'test' : at < test + valid ? 'valid' : 'train'
  }
  const novelOf = (module: string): Split => {
    const tenth = Number.parseInt(sha256(`novel ${module}`).slice(0, 8), 16) % 10
    return tenth === 0 ? 'test' : tenth === 1 ? 'valid' : 'train'
  }
  return theorems.map((theorem) => ({ ...theorem, split: splitOf(theorem.name), novel: novelOf(theorem.module) }))
}
