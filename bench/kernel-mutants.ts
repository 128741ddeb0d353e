import { isMainThread, Worker } from 'node:worker_threads'
import { ProcessGoneError } from '../src/lean/embedded/lean-process.ts'
import { Library } from '../src/lean/kernel/library.ts'
import type { NameParts } from '../src/proof/declarations/names.ts'
import { MalformedExport, type ValidExport, validateExport } from '../src/proof/declarations/validate.ts'
import { createRandom } from '../src/proof/random.ts'
import { flagsOf } from './flags.ts'
import { judgeEach, type Opinion } from './kernel/differential.ts'
import { BenchLean } from './kernel/lean.ts'
import { type Mutant, mutate } from './kernel/mutants.ts'
import { recordedProofs } from './kernel/proofs.ts'
import { checkWholeLibrary } from './kernel/whole-library.ts'

/**
 * Both kernels on declarations of the library, or of proofs found (`--proofs`), and on mutants of them:
 * `npm run bench:kernel-mutants`. Each says of each
 * declaration whether it is accepted; what they do not agree on is printed.
 */
const DEADLINE_MS = 120_000
/** Lean's kernel has no limit of its own here, and some mutants are computations without end. */
const JUDGE_DEADLINE_MS = 12_000
const BATCH = 12
const TERMS = 4_000_000
/** Of `Lean.ConstantInfo`: definitions and inductive types. */
const KINDS = { definition: 1, inductive: 5 }

const imports = [{ module: 'Init', all: false }]

async function main(): Promise<void> {
  const { values } = flagsOf('Both kernels on declarations and on mutants of them.', {
    options: {
      declarations: { type: 'string', default: '5000' },
      /** Of each declaration. */
      mutants: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '600' },
      /** Mutants of the theorems of proofs on record instead of the library's declarations. */
      proofs: { type: 'boolean', default: false },
      /** No mutants, but every declaration of Init, in the second kernel alone: Lean has accepted them. */
      library: { type: 'boolean', default: false },
    },
  })
  const lean = new BenchLean()
  const names = await (await lean.process()).request('libraryNames', { imports }, DEADLINE_MS)
  const counts: Record<string, number> = {}
  const ways = new Map<string, { both: number; neither: number; apart: number }>()
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const everything = await wholeLibrary(
    lean,
    names.names.map(({ name }) => name),
  )
  if (values.library) {
    const { accepted, refused, unfinished, terms, ms } = checkWholeLibrary(everything.map(({ data }) => data))
    console.log(`accepted: ${JSON.stringify(accepted)}; ${terms} terms, ${(ms / 1000).toFixed(1)} s`)
    const rules = new Map<string, string[]>()
    for (const line of refused) {
      const rule = line.split(': ')[1] ?? ''
      rules.set(rule, [...(rules.get(rule) ?? []), line])
    }
    for (const [rule, lines] of rules) {
      console.log(`refused: ${lines.length} (${rule})`)
      if (rule !== 'unsafe declaration') for (const line of lines.slice(0, 12)) console.log(`  ${line.slice(0, 300)}`)
    }
    for (const line of unfinished) console.log(`unfinished: ${line}`)
    lean.end()
    return
  }
  const fresh = () => {
    const library = new Library(TERMS, true)
    for (const { data, axioms } of everything) library.add(data, [], axioms)
    return library
  }
  let library = fresh()
  const end = performance.now() + Number(values.minutes) * 60_000
  const batches = values.proofs
    ? provenDeclarations(lean, values.seed, Number(values.declarations), count)
    : libraryDeclarations(lean, names.names, values.seed, Number(values.declarations))
  let i = 0
  for await (const exported of batches) {
    if (performance.now() > end) break
    if (library.stores.terms.size > TERMS / 2) library = fresh()
    const { data, mutants } = mutate(exported, Number(values.mutants) + 1, `${values.seed}/${i}`)
    i += BATCH
    const { valid, kept } = onlyValid(data, mutants)
    count('batches')
    for (let k = 0; k < kept.length; k++) count(kept[k]?.how === 'unchanged' ? 'declarations' : 'mutants')
    const second = judgeEach(library, valid)
    const first = await leansOpinions(lean, valid)
    for (const [k, mutant] of kept.entries()) {
      const a = first[k]
      const b = second[k] as Opinion
      if (a === undefined) {
        count('no answer from Lean')
        continue
      }
      if (b?.startsWith('unfinished')) {
        count('unfinished')
        continue
      }
      if (b?.includes('other numbers than it has')) {
        // What a kernel computes is claimed by the mutant as it was before; Lean's kernel is not told.
        count('old numbers')
        continue
      }
      const way = ways.get(mutant.how) ?? { both: 0, neither: 0, apart: 0 }
      ways.set(mutant.how, way)
      if ((a === null) === (b === null)) {
        count('agree')
        way[a === null ? 'both' : 'neither']++
        continue
      }
      way.apart++
      count(b === null ? 'only the second accepts' : 'only Lean accepts')
      console.log(
        `${mutant.of} (${mutant.how})\n    Lean: ${a?.slice(0, 400) ?? 'accepts'}\n    second: ${b?.slice(0, 400) ?? 'accepts'}`,
      )
    }
    if ((i / BATCH) % 50 === 0) console.log(JSON.stringify(counts))
  }
  console.log(JSON.stringify(counts, undefined, 1))
  console.log(`${'change'.padEnd(24)}${'accepted'.padStart(10)}${'refused'.padStart(10)}${'apart'.padStart(10)}`)
  for (const [how, { both, neither, apart }] of ways)
    console.log(how.padEnd(24) + [both, neither, apart].map((n) => String(n).padStart(10)).join(''))
  lean.end()
}

type Names = readonly { readonly name: NameParts; readonly kind: number }[]

/** Definitions and inductive types of Init, drawn at random, a batch at a time. */
async function* libraryDeclarations(lean: BenchLean, names: Names, seed: string, most: number) {
  const random = createRandom(seed)
  const chosen = names
    .filter(({ kind }) => kind === KINDS.definition || kind === KINDS.inductive)
    .map(({ name }) => ({ name, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
  for (let i = 0; i < chosen.length; i += BATCH) {
    const batch = chosen.slice(i, i + BATCH).map(({ name }) => name)
    const params = { imports, names: batch, most: 0, follow: false }
    const answer = await (await lean.process()).request('libraryConstants', params, DEADLINE_MS)
    if (answer.kind === 'refused') throw new Error(answer.reason)
    yield validateExport(answer.exported)
  }
}

/**
 * The theorems of proofs on record, drawn at random. A proof that has lemmas of its own is left out: a mutant stands on
 * the library alone.
 */
async function* provenDeclarations(lean: BenchLean, seed: string, most: number, count: (what: string) => void) {
  const random = createRandom(seed)
  const proofs = (await recordedProofs()).map((proof) => ({ ...proof, at: random.next() })).sort((a, b) => a.at - b.at)
  let given = 0
  for (const { header, statement, source } of proofs) {
    if (given >= most) return
    try {
      const process = await lean.process()
      const stated = await process.request('stateTheorem', { header, statement }, DEADLINE_MS)
      if (stated.kind === 'rejected') continue
      const exported = await process.request('exportProof', { source, name: stated.name }, DEADLINE_MS)
      if (exported.kind === 'refused') continue
      const data = validateExport(exported.exported)
      if (data.declarations.length > 1 || exported.imports.some(({ module }) => module !== 'Init')) {
        count('proofs with lemmas of their own, left out')
        continue
      }
      given++
      yield data
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
    }
  }
}

type Part = { readonly data: ValidExport; readonly axioms: readonly NameParts[] }
async function wholeLibrary(lean: BenchLean, names: readonly NameParts[]): Promise<Part[]> {
  const parts: Part[] = []
  for (let i = 0; i < names.length; i += 4000) {
    const some = names.slice(i, i + 4000)
    const answer = await (await lean.process()).request(
      'libraryConstants',
      { imports, names: some, most: 0, follow: false },
      DEADLINE_MS,
    )
    if (answer.kind === 'refused') throw new Error(answer.reason)
    parts.push({ data: validateExport(answer.exported), axioms: answer.axioms })
  }
  return parts
}

/** Without the mutants that are no declarations at all: those are for the validator, not for the kernels. */
function onlyValid(data: ReturnType<typeof mutate>['data'], mutants: readonly Mutant[]) {
  const kept = mutants.filter(({ declaration }) => {
    try {
      validateExport({ ...data, declarations: [declaration] })
      return true
    } catch (error) {
      if (error instanceof MalformedExport) return false
      throw error
    }
  })
  return { valid: validateExport({ ...data, declarations: kept.map((m) => m.declaration) }), kept }
}

/** By halves where the process dies of one of them; undefined for that one. */
async function leansOpinions(lean: BenchLean, data: ValidExport): Promise<(Opinion | undefined)[]> {
  try {
    const process = await lean.process()
    const { refusals, heapBytes } = await process.request(
      'judgeDeclarations',
      { imports, exported: data },
      JUDGE_DEADLINE_MS,
    )
    lean.recycle(heapBytes)
    return refusals
  } catch (error) {
    if (!(error instanceof ProcessGoneError)) throw error
    const { declarations } = data
    if (declarations.length <= 1) return [undefined]
    const half = declarations.length >> 1
    const part = (list: typeof declarations) => leansOpinions(lean, validateExport({ ...data, declarations: list }))
    return [...(await part(declarations.slice(0, half))), ...(await part(declarations.slice(half)))]
  }
}

/** Terms are deep: everything runs in a thread with a large stack. */
if (isMainThread) {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const start = `import(${loader}).then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}) })`
  new Worker(start, { eval: true, argv: process.argv.slice(2), resourceLimits: { stackSizeMb: 256 } })
} else await main()
