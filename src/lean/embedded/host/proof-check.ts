import { ALLOWED_AXIOMS } from '../../../proof/axioms.ts'
import type { ExportedDeclarations } from '../protocol.ts'
import { CONSTANT_INFO, type Constants } from './constants.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { isScalar, type Objects, UNIT } from './objects.ts'
import { canonicalText, createTermReader, createTermWriter, TermError } from './terms.ts'
import type { Obj } from './wasm-module.ts'

export type Refusal = { readonly kind: 'refused'; readonly reason: string; readonly messages: string[] }
export type CheckResult = { readonly kind: 'verified'; readonly axioms: string[] } | Refusal

/** DefinitionSafety.safe */
const SAFE = 1

const refuse = (reason: string, messages: string[] = []): Refusal => ({ kind: 'refused', reason, messages })

export function createProofCheck(lean: Objects, elaborator: Elaborator, constants: Constants) {
  const { fn, field, tag, inc, dec, makeCtor, makeList } = lean
  const environment = (state: CommandState): Obj => field(state, 0)
  const readableName = (name: Obj): string => elaborator.nameText(name).replace(/^_private\.0\./, '')

  /**
   * The name and ConstantInfo of `name` as a command at the end of `state` declares it, both owned. This build takes
   * every source for a `module`, where a declaration without `public` is private to the file.
   */
  const findDeclared = (state: CommandState, name: string): { name: Obj; info: Obj } | undefined => {
    const namespace = elaborator.nameText(field(elaborator.scope(state), 2))
    const full = namespace === '' || name.startsWith('_root_.') ? name.replace(/^_root_\./, '') : `${namespace}.${name}`
    const hidden = fn('lean_name_mk_numeral')(elaborator.makeName('_private'), UNIT)
    for (const candidate of [elaborator.makeName(full, hidden), elaborator.makeName(full)]) {
      const info = constants.find(environment(state), candidate)
      if (info !== undefined) return { name: candidate, info }
      dec(candidate)
    }
    return undefined
  }

  /** The constants that `name` rests on and no import provides, as plain data, dependencies first. */
  const exportDeclarations = (state: CommandState, name: string): ExportedDeclarations | Refusal => {
    const env = environment(state)
    const writer = createTermWriter(lean)
    const declarations: ExportedDeclarations['declarations'] = []
    const visited = new Set<string>()
    const held: Obj[] = []
    const visit = (constant: Obj): void => {
      const key = elaborator.nameKey(constant)
      if (visited.has(key) || constants.isImported(env, constant)) return
      visited.add(key)
      const info = constants.find(env, constant)
      if (info === undefined) throw new TermError(`the constant ${readableName(constant)} is not declared`)
      held.push(info)
      const { levelParams, type } = constants.value(info)
      const body = constants.body(info)
      constants.forEachConstant(type, visit)
      if (body !== undefined) constants.forEachConstant(body, visit)
      declarations.push({
        kind: declarationKind(info),
        name: writer.name(constant),
        levelParams: lean.listItems(levelParams).map(writer.name),
        type: writer.expr(type),
        ...(body === undefined ? {} : { value: writer.expr(body) }),
        ...(tag(info) === CONSTANT_INFO.definition ? { hints: definitionHints(info) } : {}),
        safe: isSafe(info),
      })
    }
    const target = findDeclared(state, name)
    if (target === undefined) return refuse(`the source does not declare ${name}`)
    held.push(target.name, target.info)
    try {
      if (constants.isImported(env, target.name))
        return refuse(`${name} is a theorem of the library, not of this source`)
      visit(target.name)
      return { nodes: writer.nodes, declarations }
    } catch (error) {
      if (error instanceof TermError) return refuse(error.message)
      throw error
    } finally {
      for (const o of held) dec(o)
    }
  }

  const declarationKind = (info: Obj): ExportedDeclarations['declarations'][number]['kind'] => {
    switch (tag(info)) {
      case CONSTANT_INFO.theorem:
        return 'theorem'
      case CONSTANT_INFO.definition:
        return 'definition'
      case CONSTANT_INFO.opaque:
        return 'opaque'
      case CONSTANT_INFO.axiom:
        return 'axiom'
      default:
        return 'other'
    }
  }
  const definitionHints = (info: Obj): 'opaque' | 'abbrev' | number => {
    const hints = field(field(info, 0), 2)
    if (isScalar(hints)) return lean.ctorTag(hints) === 0 ? 'opaque' : 'abbrev'
    return [0, 1, 2, 3].reduce((n, i) => n + lean.scalarByte(hints, i) * 2 ** (8 * i), 0)
  }
  const isSafe = (info: Obj): boolean => {
    if (tag(info) === CONSTANT_INFO.definition) return lean.scalarByte(field(info, 0), 0) === SAFE
    if (tag(info) === CONSTANT_INFO.opaque) return lean.scalarByte(field(info, 0), 0) === 0
    return true
  }

  /**
   * Checks exported declarations against a statement, in an environment that has only the statement's own header.
   * `state` is that environment; `stated` the same with the statement elaborated (its proof is `sorry`). The proof's text
   * is never seen here: only terms, which the kernel types one by one, with no option that could weaken it.
   */
  const check = (
    state: CommandState,
    stated: CommandState,
    name: string,
    exported: ExportedDeclarations,
  ): CheckResult => {
    const reader = createTermReader(lean, exported.nodes)
    let kernel = fn('lean_elab_environment_to_kernel_env')(inc(environment(state)))
    const added = new Set<string>()
    try {
      const statement = findDeclared(stated, name)
      if (statement === undefined) return refuse(`the statement does not declare ${name}`)
      const claimed = exported.declarations.at(-1)
      if (claimed === undefined || claimed.kind !== 'theorem') return refuse(`${name} is not a theorem`)
      const difference = compare(statement.info, claimed, exported.nodes)
      dec(statement.info)
      dec(statement.name)
      if (difference !== undefined) return refuse(difference)
      for (const declaration of exported.declarations) {
        const constant = reader.at(declaration.name)
        const text = readableName(constant)
        const key = elaborator.nameKey(constant)
        // What the header declares is the header's; the kernel will check the uses against that.
        const own = constants.find(environment(state), constant)
        dec(constant)
        if (own !== undefined) {
          dec(own)
          if (declaration === claimed) return refuse(`the header already declares ${name}`)
          continue
        }
        const unfit = unfitDeclaration(declaration, text)
        if (unfit !== undefined) return refuse(unfit)
        // addDecl (env) (maxHeartbeat: 0 is none) (declaration) (cancelTk?)
        const built = buildDeclaration(declaration, reader)
        const result = lean.native('lean_add_decl')(kernel, 0, built, UNIT) >>> 0
        dec(built)
        if (tag(result) !== 1) {
          kernel = UNIT
          const data = fn('l_Lean_Kernel_Exception_toMessageData')(
            inc(field(result, 0)),
            inc(lean.constant('l_Lean_Options_empty')),
          )
          return refuse(`the kernel refuses ${text}`, [elaborator.messageText(data)])
        }
        kernel = inc(field(result, 0))
        dec(result)
        added.add(key)
      }
      return judgeAxioms(state, exported, reader, added)
    } catch (error) {
      if (error instanceof TermError) return refuse(error.message)
      throw error
    } finally {
      dec(kernel)
      reader.end()
    }
  }

  type Declaration = ExportedDeclarations['declarations'][number]

  /** How the declared theorem differs from the statement, if it does. */
  const compare = (statement: Obj, claimed: Declaration, nodes: ExportedDeclarations['nodes']): string | undefined => {
    const writer = createTermWriter(lean)
    const { name, levelParams, type } = constants.value(statement)
    const text = (position: number): string => canonicalText(writer.nodes, position)
    const claimedText = (position: number): string => canonicalText(nodes, position)
    if (text(writer.name(name)) !== claimedText(claimed.name)) return 'the theorem has another name than the statement'
    const levels = lean.listItems(levelParams).map((l) => text(writer.name(l)))
    if (levels.join(';') !== claimed.levelParams.map(claimedText).join(';'))
      return 'the theorem has other universe levels than the statement'
    if (text(writer.expr(type)) !== claimedText(claimed.type))
      return 'the theorem proves another statement than the one given'
    return undefined
  }

  const unfitDeclaration = (declaration: Declaration, text: string): string | undefined => {
    if (declaration.kind === 'axiom') return `the source declares the axiom ${text}`
    if (declaration.kind === 'other')
      return `the proof rests on ${text}, an inductive type of its own, which is not checked`
    if (!declaration.safe) return `the proof rests on ${text}, which is unsafe or partial`
    if (declaration.value === undefined) return `${text} has no body`
    return undefined
  }

  const buildDeclaration = (d: Declaration, reader: ReturnType<typeof createTermReader>): Obj => {
    const constantVal = makeCtor(0, [reader.at(d.name), makeList(d.levelParams.map(reader.at)), reader.at(d.type)])
    const body = reader.at(d.value)
    const all = makeList([reader.at(d.name)])
    // Declaration.defnDecl, thmDecl and opaqueDecl have the same numbers as the ConstantInfo variants.
    if (d.kind === 'theorem') return makeCtor(CONSTANT_INFO.theorem, [makeCtor(0, [constantVal, body, all])])
    if (d.kind === 'opaque') return makeCtor(CONSTANT_INFO.opaque, [makeCtor(0, [constantVal, body, all], [0])])
    const hints =
      typeof d.hints === 'number'
        ? makeCtor(
            2,
            [],
            [0, 8, 16, 24].map((shift) => ((d.hints as number) >>> shift) & 255),
          )
        : d.hints === 'abbrev'
          ? 3
          : UNIT
    return makeCtor(CONSTANT_INFO.definition, [makeCtor(0, [constantVal, body, hints, all], [SAFE])])
  }

  /** Follows every constant the proof uses, through the library too, down to the axioms. */
  const judgeAxioms = (
    state: CommandState,
    exported: ExportedDeclarations,
    reader: ReturnType<typeof createTermReader>,
    added: Set<string>,
  ): CheckResult => {
    const env = environment(state)
    const axiomKind = constants.kindNumbers(env).axiom
    const library = libraryAxioms(env)
    const axioms = new Set<string>()
    const visited = new Set<string>(added)
    let declaredAxiom: string | undefined
    const underWay = new Map<string, number>()
    /**
     * The axioms below a constant of the library, and the least depth of what was met while still under way. Only what
     * unsafe code declares refers to itself; sets that wait for such a constant are not remembered.
     */
    const below = (constant: Obj, key: string): { found: ReadonlySet<string>; low: number } => {
      const known = library.get(key)
      if (known !== undefined) return { found: known, low: Number.POSITIVE_INFINITY }
      const met = underWay.get(key)
      if (met !== undefined) return { found: new Set(), low: met }
      const depth = underWay.size
      underWay.set(key, depth)
      const found = new Set<string>()
      let low = Number.POSITIVE_INFINITY
      eachBelow(constant, (child) => {
        const part = below(child, elaborator.nameKey(child))
        for (const axiom of part.found) found.add(axiom)
        low = Math.min(low, part.low)
      })
      if (constants.originalKind(env, constant) === axiomKind) found.add(elaborator.nameText(constant))
      underWay.delete(key)
      if (low < depth) return { found, low }
      library.set(key, found)
      return { found, low: Number.POSITIVE_INFINITY }
    }
    const eachBelow = (constant: Obj, see: (child: Obj) => void): void => {
      const info = constants.find(env, constant)
      if (info === undefined) throw new TermError(`the constant ${elaborator.nameText(constant)} is not declared`)
      constants.forEachConstant(constants.value(info).type, see)
      const body = constants.body(info)
      if (body !== undefined) constants.forEachConstant(body, see)
      dec(info)
    }
    const visit = (constant: Obj): void => {
      const key = elaborator.nameKey(constant)
      if (visited.has(key)) return
      visited.add(key)
      // Only what is imported is the same for ever; what the header declares is followed each time.
      if (constants.isImported(env, constant)) {
        for (const axiom of below(constant, key).found) axioms.add(axiom)
        return
      }
      eachBelow(constant, visit)
      if (constants.originalKind(env, constant) === axiomKind) {
        axioms.add(elaborator.nameText(constant))
        declaredAxiom ??= readableName(constant)
      }
    }
    for (const declaration of exported.declarations) {
      for (const position of [declaration.type, declaration.value]) {
        if (position === undefined) continue
        const term = reader.at(position)
        constants.forEachConstant(term, visit)
        dec(term)
      }
    }
    if (declaredAxiom !== undefined) return refuse(`the header declares the axiom ${declaredAxiom}`)
    const sorted = [...axioms].sort()
    const foreign = sorted.filter((axiom) => !ALLOWED_AXIOMS.has(axiom))
    if (foreign.length > 0) return refuse(`the proof rests on ${foreign.join(', ')}`)
    return { kind: 'verified', axioms: sorted }
  }

  /** Axioms below constants of the library, by environment. An environment in here is never freed. */
  const librariesAxioms = new Map<Obj, Map<string, ReadonlySet<string>>>()
  const libraryAxioms = (env: Obj): Map<string, ReadonlySet<string>> => {
    const known = librariesAxioms.get(env)
    if (known !== undefined) return known
    const axioms = new Map<string, ReadonlySet<string>>()
    librariesAxioms.set(inc(env), axioms)
    return axioms
  }

  return { exportDeclarations, check }
}
