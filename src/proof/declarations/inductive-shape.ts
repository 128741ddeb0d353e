import type {
  Binder,
  DeclarationExport,
  InductiveEntry,
  LevelIndex,
  NameIndex,
  TermEntry,
  TermIndex,
} from './export.ts'
import { nameKey, nameParts, readableName } from './names.ts'
import { reachable, termsBelow } from './structure.ts'

/**
 * Why a group of inductive types is not one that Lean 4.28's kernel can be trusted with, if so. Its known holes need
 * nested occurrences (lean4 14576), a result sort that has to be computed (14807) or is `imax` (14613), or a field that
 * has to be reduced before it shows whether it is recursive (14806). What people write has none of these but the first.
 */
export function doubtfulInductive(data: DeclarationExport, group: InductiveEntry): string | undefined {
  const [first] = group.types
  if (first === undefined) return 'it has no type'
  const parameters = (names: readonly NameIndex[]): string => names.map((n) => nameKey(nameParts(data, n))).join()
  const inGroup = new Set(group.types.map(({ name }) => nameKey(nameParts(data, name))))
  const mentions = mentioning(data, group, inGroup)
  const readable = (name: NameIndex): string => readableName(nameParts(data, name))

  for (const { name, type, levelParams, numParams, isUnsafe } of group.types) {
    if (isUnsafe) return `${readable(name)} is unsafe`
    if (numParams !== first.numParams || parameters(levelParams) !== parameters(first.levelParams))
      return 'its types differ in their parameters'
    const { end, domains } = telescope(data, type)
    if (domains.length < numParams) return `${readable(name)} has fewer arguments than parameters`
    const result = data.terms[end] as TermEntry
    if (!('sort' in result)) return `the sort of ${readable(name)} is computed`
    if (hasImax(data, result.sort)) return `the sort of ${readable(name)} is an imax`
  }
  for (const { name, type, induct, levelParams, isUnsafe } of group.ctors) {
    if (isUnsafe) return `${readable(name)} is unsafe`
    if (parameters(levelParams) !== parameters(first.levelParams)) return 'its types differ in their parameters'
    const { end, domains } = telescope(data, type)
    for (const domain of domains) {
      if (!mentions.has(domain)) continue
      const field = telescope(data, domain)
      if (field.domains.some((d) => mentions.has(d))) return `${readable(name)} has a negative occurrence`
      if (headOf(data, field.end, mentions, inGroup) === undefined) return `${readable(name)} has a nested occurrence`
    }
    if (headOf(data, end, mentions, inGroup) !== nameKey(nameParts(data, induct)))
      return `${readable(name)} does not end in its type`
  }
  return undefined
}

/** The constant of the group that a term applies, where none of its arguments mentions the group. */
function headOf(
  data: DeclarationExport,
  term: TermIndex,
  mentions: ReadonlySet<TermIndex>,
  inGroup: ReadonlySet<string>,
): string | undefined {
  for (let at = term; ; ) {
    const entry = data.terms[at] as TermEntry
    if ('const' in entry) {
      const key = nameKey(nameParts(data, entry.const.name))
      return inGroup.has(key) ? key : undefined
    }
    if (!('app' in entry) || mentions.has(entry.app.arg)) return undefined
    at = entry.app.fn
  }
}

/** The domains of a dependent function type, and what it ends in. */
function telescope(data: DeclarationExport, type: TermIndex): { domains: TermIndex[]; end: TermIndex } {
  const domains: TermIndex[] = []
  let end = type
  for (let entry = data.terms[end] as TermEntry; 'forallE' in entry; entry = data.terms[end] as TermEntry) {
    const binder: Binder = entry.forallE
    domains.push(binder.type)
    end = binder.body
  }
  return { domains, end }
}

/** The terms of the group's declarations that mention one of its types. */
function mentioning(data: DeclarationExport, group: InductiveEntry, inGroup: ReadonlySet<string>): Set<TermIndex> {
  const roots = [...group.types, ...group.ctors].map(({ type }) => type)
  const found = new Set<TermIndex>()
  for (const at of [...reachable(data.terms, roots)].sort((a, b) => a - b)) {
    const entry = data.terms[at] as TermEntry
    const own =
      ('const' in entry && inGroup.has(nameKey(nameParts(data, entry.const.name)))) ||
      ('proj' in entry && inGroup.has(nameKey(nameParts(data, entry.proj.typeName))))
    if (own || termsBelow(entry).some((below) => found.has(below))) found.add(at)
  }
  return found
}

function hasImax(data: DeclarationExport, level: LevelIndex): boolean {
  const entry = data.levels[level - 1]
  if (entry === undefined || 'param' in entry) return false
  if ('succ' in entry) return hasImax(data, entry.succ)
  if ('max' in entry) return entry.max.some((below) => hasImax(data, below))
  return true
}
