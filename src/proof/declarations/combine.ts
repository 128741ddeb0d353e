import type {
  Binder,
  ConstantEntry,
  Declaration,
  LevelEntry,
  LevelIndex,
  NameEntry,
  NameIndex,
  TermEntry,
  TermIndex,
} from './export.ts'
import { doubtfulInductive } from './inductive-shape.ts'
import { declaredNames, nameKey, nameParts, readableName } from './names.ts'
import { matchLevels, Structures } from './structure.ts'
import type { ValidExport } from './validate.ts'

/** Below these stands whatever is not the library's: no constant of ours can have a name that a kernel knows. */
export const STATED_PREFIX = ['_hedge', 'stated'] as const
export const PROOF_PREFIX = ['_hedge', 'proof'] as const
/** The theorem that was asked for. */
export const CHECKED_NAME = ['_hedge', 'checked'] as const

export type Combined =
  | { readonly kind: 'combined'; readonly data: ValidExport }
  | { readonly kind: 'refused'; readonly reason: string }

class Refused extends Error {}

/**
 * One export out of a statement and a proof, which a kernel accepts only if the second proves the first: the statement's
 * constants below one reserved name, the proof's below another, and at last
 *
 *     theorem _hedge.checked : <the statement> := <the proof's theorem>
 *
 * Names that neither declares are the library's and stay as they are. What both declare alike, all it rests on included,
 * is the statement's. So names, kinds of binders and universe names need not agree, and nothing that the proof declares
 * can stand for what the statement means.
 *
 * @param stated what the statement rests on, and last the statement itself, as an axiom
 * @param proof what the proof rests on, and last its theorem
 */
export function combine(stated: ValidExport, proof: ValidExport): Combined {
  try {
    return { kind: 'combined', data: combined(stated, proof) }
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', reason: error.message }
    throw error
  }
}

function combined(stated: ValidExport, proof: ValidExport): ValidExport {
  const statement = stated.declarations.at(-1)
  if (statement === undefined || !('axiom' in statement)) throw new Refused('there is no statement')
  const claimed = proof.declarations.at(-1)
  if (claimed === undefined || !('thm' in claimed)) throw new Refused('what the source declares is not a theorem')
  const context = stated.declarations.slice(0, -1)
  const shared = sharedConstants(stated, context, proof)
  const own = proof.declarations.filter((d) => !declaredNames(d).some((n) => shared.has(keyOf(proof, n))))
  for (const d of context) refuseUnfit(stated, d, 'the statement')
  for (const d of own) refuseUnfit(proof, d, 'the proof')

  const tables = new Tables()
  const mine = tables.take(stated, (key) => (declaredBy(stated).has(key) ? STATED_PREFIX : undefined))
  const declared = declaredBy(proof)
  const theirs = tables.take(proof, (key) =>
    shared.has(key) ? STATED_PREFIX : declared.has(key) ? PROOF_PREFIX : undefined,
  )
  const declarations = [...context.map(mine.declaration), ...own.map(theirs.declaration)]
  const levels = matchLevels(stated, statement.axiom.type, proof, claimed.thm.type)
  const us = claimed.thm.levelParams.map((name) => mine.level(levels.get(keyOf(proof, name)) ?? 0))
  const name = tables.name(CHECKED_NAME)
  declarations.push({
    thm: {
      name,
      levelParams: statement.axiom.levelParams.map(mine.name),
      type: mine.term(statement.axiom.type),
      value: tables.term({ const: { name: theirs.constant(claimed.thm.name), us } }),
      all: [name],
    },
  })
  const data = { names: tables.names, levels: tables.levels, terms: tables.terms, declarations }
  // Entries of two valid exports, moved: they refer to earlier ones of their kind as before.
  return data as unknown as ValidExport
}

const keyOf = (data: ValidExport, name: NameIndex): string => nameKey(nameParts(data, name))

const declaredBy = (data: ValidExport): Set<string> =>
  new Set(data.declarations.flatMap((d) => declaredNames(d).map((n) => keyOf(data, n))))

/** @throws Refused where a declaration is none that may be put before a kernel */
function refuseUnfit(data: ValidExport, declaration: Declaration, owner: 'the statement' | 'the proof'): void {
  const name = (index: NameIndex): string => readableName(nameParts(data, index))
  if ('axiom' in declaration)
    throw new Refused(`${owner} rests on the axiom ${name(declaration.axiom.name)}, which its file declares`)
  if ('quot' in declaration) throw new Refused(`${owner} declares the quotient again`)
  if ('def' in declaration && declaration.def.safety !== 'safe')
    throw new Refused(`${owner} rests on ${name(declaration.def.name)}, which is unsafe or partial`)
  if ('opaque' in declaration && declaration.opaque.isUnsafe)
    throw new Refused(`${owner} rests on ${name(declaration.opaque.name)}, which is unsafe`)
  if (!('inductive' in declaration)) return
  const doubt = doubtfulInductive(data, declaration.inductive)
  const first = declaration.inductive.types[0]?.name ?? 0
  if (doubt !== undefined)
    throw new Refused(
      `${owner} rests on the inductive type ${name(first)}, on which Lean 4.28's kernel cannot be relied: ${doubt}`,
    )
}

/** The constants that the proof declares exactly as the statement's context does, whatever they rest on included. */
function sharedConstants(stated: ValidExport, context: readonly Declaration[], proof: ValidExport): Set<string> {
  const structures = new Structures()
  const inProof = new Map(proof.declarations.map((d) => [declarationKey(proof, d), d]))
  const inContext = declaredBy(stated)
  const declared = declaredBy(proof)
  const shared = new Set<string>()
  for (const mine of context) {
    const theirs = inProof.get(declarationKey(stated, mine))
    if (theirs === undefined) continue
    const a = structures.of(stated, mine, (name) => {
      const key = keyOf(stated, name)
      return inContext.has(key) ? `shared ${key}` : `library ${key}`
    })
    const b = structures.of(proof, theirs, (name) => {
      const key = keyOf(proof, name)
      return shared.has(key) ? `shared ${key}` : declared.has(key) ? `proof ${key}` : `library ${key}`
    })
    if (a === b) for (const name of declaredNames(theirs)) shared.add(keyOf(proof, name))
  }
  return shared
}

const declarationKey = (data: ValidExport, declaration: Declaration): string =>
  `${Object.keys(declaration)} ${declaredNames(declaration).map((name) => keyOf(data, name))}`

/** The tables of the combined export, and how entries of the two come into them. */
class Tables {
  readonly names: NameEntry[] = []
  readonly levels: LevelEntry[] = []
  readonly terms: TermEntry[] = []
  readonly #named = new Map<string, NameIndex>()

  name(parts: readonly (string | number)[]): NameIndex {
    return parts.reduce<NameIndex>(
      (pre, part) =>
        this.#component(typeof part === 'string' ? { str: { pre, str: part } } : { num: { pre, i: part } }),
      0,
    )
  }

  term(entry: TermEntry): TermIndex {
    return this.terms.push(entry) - 1
  }

  #component(entry: NameEntry): NameIndex {
    const key = JSON.stringify(entry)
    const known = this.#named.get(key)
    if (known !== undefined) return known
    const index = this.names.push(entry)
    this.#named.set(key, index)
    return index
  }

  /** Takes all entries of an export. @param prefixOf what a constant's name is put below; undefined for the library's */
  take(data: ValidExport, prefixOf: (key: string) => readonly string[] | undefined) {
    const plain = this.#namesBelow(data, 0)
    const moved = new Map<readonly string[], NameIndex[]>()
    const constants = plain.map((index, at) => {
      const prefix = at === 0 ? undefined : prefixOf(keyOf(data, at))
      if (prefix === undefined) return index
      const below = moved.get(prefix) ?? this.#namesBelow(data, this.name(prefix))
      moved.set(prefix, below)
      return below[at] as NameIndex
    })
    const name = (at: NameIndex): NameIndex => plain[at] as NameIndex
    const constant = (at: NameIndex): NameIndex => constants[at] as NameIndex
    const firstLevel = this.levels.length
    const level = (at: LevelIndex): LevelIndex => (at === 0 ? 0 : at + firstLevel)
    for (const entry of data.levels) this.levels.push(moveLevel(entry, level, name))
    const firstTerm = this.terms.length
    const term = (at: TermIndex): TermIndex => at + firstTerm
    const move = { name, constant, level, term }
    for (const entry of data.terms) this.terms.push(moveTerm(entry, move))
    return { ...move, declaration: (d: Declaration): Declaration => moveDeclaration(d, move) }
  }

  #namesBelow(data: ValidExport, prefix: NameIndex): NameIndex[] {
    const names = [prefix]
    for (const entry of data.names)
      names.push(
        'str' in entry
          ? this.#component({ str: { pre: names[entry.str.pre] as NameIndex, str: entry.str.str } })
          : this.#component({ num: { pre: names[entry.num.pre] as NameIndex, i: entry.num.i } }),
      )
    return names
  }
}

type Move = {
  /** Of binders and universe parameters. */
  readonly name: (at: NameIndex) => NameIndex
  readonly constant: (at: NameIndex) => NameIndex
  readonly level: (at: LevelIndex) => LevelIndex
  readonly term: (at: TermIndex) => TermIndex
}

function moveLevel(entry: LevelEntry, level: Move['level'], name: Move['name']): LevelEntry {
  if ('succ' in entry) return { succ: level(entry.succ) }
  if ('param' in entry) return { param: name(entry.param) }
  if ('max' in entry) return { max: [level(entry.max[0]), level(entry.max[1])] }
  return { imax: [level(entry.imax[0]), level(entry.imax[1])] }
}

function moveTerm(entry: TermEntry, { name, constant, level, term }: Move): TermEntry {
  const binder = (b: Binder): Binder => ({ ...b, name: name(b.name), type: term(b.type), body: term(b.body) })
  if ('app' in entry) return { app: { fn: term(entry.app.fn), arg: term(entry.app.arg) } }
  if ('const' in entry) return { const: { name: constant(entry.const.name), us: entry.const.us.map(level) } }
  if ('lam' in entry) return { lam: binder(entry.lam) }
  if ('forallE' in entry) return { forallE: binder(entry.forallE) }
  if ('letE' in entry) {
    const { letE: l } = entry
    return {
      letE: { ...l, name: name(l.name), type: term(l.type), value: term(l.value), body: term(l.body) },
    }
  }
  if ('sort' in entry) return { sort: level(entry.sort) }
  if ('proj' in entry)
    return { proj: { ...entry.proj, typeName: constant(entry.proj.typeName), struct: term(entry.proj.struct) } }
  return entry
}

function moveDeclaration(d: Declaration, { name, constant, term }: Move): Declaration {
  const head = <T extends ConstantEntry>(c: T): T => ({
    ...c,
    name: constant(c.name),
    levelParams: c.levelParams.map(name),
    type: term(c.type),
  })
  const withValue = <T extends ConstantEntry & { value: TermIndex; all: readonly NameIndex[] }>(c: T): T => ({
    ...head(c),
    value: term(c.value),
    // Nothing is mutual any more once it is compiled to recursors.
    all: [constant(c.name)],
  })
  if ('thm' in d) return { thm: withValue(d.thm) }
  if ('def' in d) return { def: withValue(d.def) }
  if ('opaque' in d) return { opaque: withValue(d.opaque) }
  if ('axiom' in d) return { axiom: head(d.axiom) }
  if ('quot' in d) return { quot: head(d.quot) }
  const { types, ctors, recs } = d.inductive
  return {
    inductive: {
      types: types.map((t) => ({ ...head(t), all: t.all.map(constant), ctors: t.ctors.map(constant) })),
      ctors: ctors.map((c) => ({ ...head(c), induct: constant(c.induct) })),
      recs: recs.map((r) => ({
        ...head(r),
        all: r.all.map(constant),
        rules: r.rules.map((rule) => ({ ...rule, ctor: constant(rule.ctor), rhs: term(rule.rhs) })),
      })),
    },
  }
}
