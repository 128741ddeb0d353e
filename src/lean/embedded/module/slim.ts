import { MalformedModule } from './bytes.ts'
import { catchingModule } from './catching.ts'
import {
  type Export,
  KIND,
  readElements,
  readExports,
  readGlobals,
  readImports,
  readSections,
  readTable,
  readTypes,
  SECTION,
  type Section,
  withTable,
  writeElements,
  writeExports,
  writeSections,
} from './sections.ts'

/** What a symbol stands for: a function's place in the table, or the address of data. */
export type SymbolPlace =
  | { readonly kind: 'function'; readonly slot: number }
  | { readonly kind: 'data'; readonly address: number }
export type SlimModule = {
  readonly module: Uint8Array
  readonly symbols: ReadonlyMap<string, SymbolPlace>
  /** The module that has its table, see `catchingModule`. */
  readonly catching: Uint8Array
}

/** To be raised with every change of what is written, so that files made before are not used. */
export const SLIM_VERSION = 3

/**
 * The same module with few exports. V8 makes a JavaScript object of each export at every start, in every thread: most of a
 * second for the 201,110 of Lean. Here each exported function has a place in the table instead, which costs next to
 * nothing until it is read. The table is imported as `env.table`. Nothing else of the module is changed: code, data and places already in
 * the table stay.
 * @param keeps says which names JavaScript asks the instance for, beside those that the module itself imports
 * @throws MalformedModule where the module is of another form
 */
export function slimModule(module: Uint8Array, keeps: (name: string) => boolean): SlimModule {
  const sections = readSections(module)
  const contentsOf = (id: number): Uint8Array => {
    const [first, ...others] = sections.filter((section) => section.id === id)
    if (first === undefined || others.length > 0)
      throw new MalformedModule(`there is not exactly one section ${id}, but ${others.length + (first ? 1 : 0)}`)
    return first.contents
  }
  const imports = readImports(contentsOf(SECTION.import))
  const exports = readExports(contentsOf(SECTION.export))
  const globals = readGlobals(contentsOf(SECTION.global))
  const importedGlobals = imports.filter(({ kind }) => kind === KIND.global).length
  const segments = readElements(contentsOf(SECTION.element))
  const length = readTable(contentsOf(SECTION.table))

  const slots = new Map<number, number>()
  for (const { start, functions } of segments) {
    for (const [i, index] of functions.entries()) if (!slots.has(index)) slots.set(index, start + i)
  }
  const added: number[] = []
  const symbols = new Map<string, SymbolPlace>()
  for (const { name, kind, index } of exports) {
    if (kind === KIND.function) {
      let slot = slots.get(index)
      if (slot === undefined) {
        slot = length + added.push(index) - 1
        slots.set(index, slot)
      }
      symbols.set(name, { kind: 'function', slot })
    } else if (kind === KIND.global) {
      const address = globals[index - importedGlobals]
      if (address !== undefined) symbols.set(name, { kind: 'data', address })
    }
  }
  const imported = new Set(imports.map(({ name }) => name))
  const kept = exports.filter(({ name, kind }) => isKept(kind) || imported.has(name) || keeps(name))
  const rewritten = new Map([
    [SECTION.import as number, () => withTable(contentsOf(SECTION.import), 'env', 'table', length + added.length)],
    [SECTION.export, () => writeExports(kept)],
    [SECTION.element, () => writeElements([...segments, { start: length, functions: added }])],
  ])
  const replace = ({ id, contents }: Section): Section => ({ id, contents: rewritten.get(id)?.() ?? contents })
  const types = readTypes(contentsOf(SECTION.type))
  return {
    module: writeSections(sections.filter(({ id }) => id !== SECTION.table).map(replace)),
    symbols,
    catching: catchingModule(imports, types, length + added.length),
  }
}

const isKept = (kind: Export['kind']): boolean => kind === KIND.table || kind === KIND.memory
