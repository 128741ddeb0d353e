import { Budget, DEFAULT_LIMITS } from '../../src/lean/kernel/budget.ts'
import { checkDeclaration } from '../../src/lean/kernel/declarations.ts'
import { Library } from '../../src/lean/kernel/library.ts'
import type { Name } from '../../src/lean/kernel/names.ts'
import { LimitReached, Refusal } from '../../src/lean/kernel/outcomes.ts'
import { declaredNames, Tables } from '../../src/lean/kernel/read-export.ts'
import { Session } from '../../src/lean/kernel/session.ts'
import { KIND, type Term } from '../../src/lean/kernel/terms.ts'
import type { Declaration } from '../../src/proof/declarations/export.ts'
import type { ValidExport } from '../../src/proof/declarations/validate.ts'

type Item = {
  readonly declaration: Declaration
  readonly tables: Tables
  readonly names: readonly Name[]
  needs: Name[]
}
export type LibraryReport = {
  readonly accepted: Readonly<Record<string, number>>
  readonly refused: readonly string[]
  readonly unfinished: readonly string[]
  readonly terms: number
  readonly ms: number
}

/**
 * Every safe declaration of a library, in the order in which they need each other, checked as if nothing were known:
 * types, bodies where the build has them, inductive groups with their recursors, which must be the library's own.
 */
export function checkWholeLibrary(parts: readonly ValidExport[]): LibraryReport {
  const library = new Library(30_000_000, true)
  const by = new Map<Name, Item>()
  const items: Item[] = []
  for (const data of parts) {
    const tables = new Tables(data, library.stores)
    for (const declaration of data.declarations) {
      const names = declaredNames(declaration, tables, library.stores)
      if (names.some((name) => by.has(name))) continue
      const item = { declaration, tables, names, needs: needsOf(declaration, tables, library) }
      items.push(item)
      for (const name of names) by.set(name, item)
    }
  }
  const { theory } = new Session(library, {}, () => [])
  const accepted: Record<string, number> = {}
  const refused: string[] = []
  const unfinished: string[] = []
  const begun = performance.now()
  for (const { declaration, tables, names } of ordered(items, by)) {
    Object.assign(theory, { budget: new Budget({ ...DEFAULT_LIMITS, steps: 3_000_000 }) })
    try {
      checkDeclaration(theory, declaration, tables, { axioms: 'reported', as: 'library' })
      const kind = Object.keys(declaration)[0] as string
      accepted[kind] = (accepted[kind] ?? 0) + 1
    } catch (error) {
      if (error instanceof Refusal) refused.push(`${names[0]?.key}: ${error.rule}: ${error.message}`)
      else if (error instanceof LimitReached) unfinished.push(`${names[0]?.key}: ${error.limit}`)
      else throw error
    }
  }
  return { accepted, refused, unfinished, terms: library.stores.terms.size, ms: performance.now() - begun }
}

function needsOf(declaration: Declaration, tables: Tables, library: Library): Name[] {
  const { known } = library
  const entries =
    'inductive' in declaration
      ? [...declaration.inductive.types, ...declaration.inductive.ctors]
      : [Object.values(declaration)[0]]
  const pending: Term[] = entries.flatMap((entry) =>
    ('value' in entry ? [entry.type, entry.value] : [entry.type]).map((at) => tables.term(at)),
  )
  const needs = new Set<Name>()
  const seen = new Set<Term>()
  for (let t = pending.pop(); t !== undefined; t = pending.pop()) {
    if (seen.has(t)) continue
    seen.add(t)
    if (t.name !== null) needs.add(t.name)
    if (t.kind === KIND.nat) needs.add(known.nat)
    if (t.kind === KIND.str) for (const name of [known.ofList, known.charOfNat]) needs.add(name)
    for (const part of [t.left, t.right, t.value]) if (part !== null) pending.push(part)
  }
  return [...needs]
}

function ordered(items: readonly Item[], by: ReadonlyMap<Name, Item>): Item[] {
  const order: Item[] = []
  const begun = new Set<Item>()
  for (const root of items) {
    const stack: { readonly item: Item; at: number }[] = begun.has(root) ? [] : [{ item: root, at: 0 }]
    begun.add(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.item.needs[top.at++]
      if (need === undefined) {
        order.push(top.item)
        stack.pop()
        continue
      }
      const next = by.get(need)
      if (next === undefined || begun.has(next)) continue
      begun.add(next)
      stack.push({ item: next, at: 0 })
    }
  }
  return order
}
