import type { LocalConstants } from '../protocol.ts'
import { CONSTANT_INFO, type Constants } from './constants.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { EXPR } from './expr.ts'
import type { Modules } from './modules.ts'
import type { Objects } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

export type Premises = {
  symbols: string[]
  theorems: { name: string; uses: number[]; conclusion: string }[]
  unfolds: { symbol: number; uses: number[] }[]
}

/** Names nobody writes: auxiliary, private and generated constants. */
const GENERATED =
  /(^|\.)(_|match_|proof_|eq_\d|eq_def|inj$|injEq$|sizeOf_spec|noConfusion|ctorIdx|brecOn|recOn|casesOn|below|ndrec|rec$|induct|fun_cases|congr_simp|hcongr|elim$|sunfold|unsafe_)/

/** Definitions of Lean's own, which no theorem is about. */
const INTERNAL = /^Lean\./
/** A definition that mentions more constants than these stands on none of them in particular. */
const LARGEST_BODY = 24

export function createPremises(lean: Objects, elaborator: Elaborator, constants: Constants, modules: Modules) {
  const { fn, field, tag, inc, dec } = lean

  /** The head constant of what a statement concludes, e.g. `Eq` or `LE.le`; empty where it is no constant. */
  const conclusionHead = (type: Obj): string => {
    let e = type
    for (;;) {
      const kind = tag(e)
      if (kind === EXPR.forallE) e = field(e, 2)
      else if (kind === EXPR.mdata) e = field(e, 1)
      else if (kind === EXPR.app) e = field(e, 0)
      else return kind === EXPR.const ? elaborator.nameText(field(e, 0)) : ''
    }
  }

  /** The theorems that an environment imports, with the constants of each statement. */
  const list = (state: CommandState): Premises => {
    const env = field(state, 0)
    const theoremKind = constants.kindNumbers(env).theorem
    const symbols: string[] = []
    const positions = new Map<string, number>()
    const theorems: Premises['theorems'] = []
    constants.forEachImported(env, (name, info) => {
      const text = elaborator.nameText(name)
      if (GENERATED.test(text) || constants.originalKind(env, name) !== theoremKind) return
      const uses = new Set<number>()
      const { type } = constants.value(info)
      constants.forEachConstant(type, (constant) => {
        const symbol = elaborator.nameText(constant)
        let position = positions.get(symbol)
        if (position === undefined) {
          position = symbols.push(symbol) - 1
          positions.set(symbol, position)
        }
        uses.add(position)
      })
      theorems.push({ name: text, uses: [...uses], conclusion: conclusionHead(type) })
    })
    // The order of a hash table means nothing; a result that depends on it could not be repeated.
    theorems.sort((a, b) => (a.name < b.name ? -1 : 1))
    return { symbols, theorems, unfolds: unfolded(env, symbols, positions) }
  }

  /** What the bodies of definitions mention of `symbols`, or of other definitions, which are added to these. */
  const unfolded = (env: Obj, symbols: string[], positions: Map<string, number>): Premises['unfolds'] => {
    const bodies = new Map<string, Obj>()
    constants.forEachImported(env, (name, info) => {
      const text = elaborator.nameText(name)
      if (tag(info) !== CONSTANT_INFO.definition || GENERATED.test(text) || INTERNAL.test(text)) return
      bodies.set(text, constants.body(info) as Obj)
    })
    const place = (name: string): number | undefined => {
      const known = positions.get(name)
      if (known !== undefined || !bodies.has(name)) return known
      positions.set(name, symbols.push(name) - 1)
      return symbols.length - 1
    }
    return [...bodies.keys()].sort().flatMap((name) => {
      const uses = new Set<number>()
      constants.forEachConstant(bodies.get(name) as Obj, (constant) => {
        const used = place(elaborator.nameText(constant))
        if (used !== undefined) uses.add(used)
      })
      const symbol = place(name) as number
      uses.delete(symbol)
      return uses.size === 0 || uses.size > LARGEST_BODY ? [] : [{ symbol, uses: [...uses] }]
    })
  }

  /**
   * What an environment's own text, and files of the user's that it imports, have declared, and a proof in it may name.
   * `constant` is the name inside Lean, which is what goals are said to mention.
   */
  const local = (state: CommandState): LocalConstants => {
    const env = field(state, 0)
    const symbols: string[] = []
    const positions = new Map<string, number>()
    const unfinished = restingOnSorry(env)
    const found: LocalConstants = {
      symbols,
      theorems: [],
      definitions: [],
      types: [],
      unfinished: [...unfinished].sort(),
    }
    const note = (name: Obj, info: Obj): void => {
      const constant = elaborator.nameText(name)
      const written = elaborator.plainNameText(name)
      if (GENERATED.test(written) || /(^|\.)(inst[A-Z]|_)/.test(written)) return
      if (tag(info) === CONSTANT_INFO.definition) found.definitions.push({ name: written, constant })
      if (tag(info) === CONSTANT_INFO.inductive) found.types.push({ name: written, constant })
      if (tag(info) !== CONSTANT_INFO.theorem) return
      const uses = new Set<number>()
      const { type } = constants.value(info)
      constants.forEachConstant(type, (mentioned) => {
        const symbol = elaborator.nameText(mentioned)
        const position = positions.get(symbol) ?? symbols.push(symbol) - 1
        positions.set(symbol, position)
        uses.add(position)
      })
      const conclusion = conclusionHead(type)
      const rests = unfinished.has(constant)
      found.theorems.push({ name: written, uses: [...uses], conclusion, ...(rests && { unfinished: true }) })
    }
    forEachOwn(env, note)
    for (const list of [found.theorems, found.definitions, found.types]) list.sort((a, b) => (a.name < b.name ? -1 : 1))
    return found
  }

  /** All that the user's own texts declare: this one, and those that it imports. */
  const forEachOwn = (env: Obj, visit: (name: Obj, info: Obj) => void): void => {
    constants.forEachLocal(env, visit)
    modules.forEachOwn(env, (name) => {
      const info = constants.find(env, name)
      if (info === undefined) return
      visit(name, info)
      dec(info)
    })
  }

  /** What is known of a constant of a text; `info` is kept, so that it can be told from another one. */
  type Known = { readonly info: Owned; readonly open: boolean; readonly mentions: readonly string[] }
  const known = new Map<string, Known>()
  const look = (constant: string, info: Obj): Known => {
    const before = known.get(constant)
    if (before?.info === info) return before
    if (before !== undefined) dec(before.info)
    let open = false
    const mentions = new Set<string>()
    const body = constants.body(info)
    for (const term of body === undefined ? [constants.value(info).type] : [constants.value(info).type, body]) {
      open ||= fn('l_Lean_Expr_hasSorry')(inc(term)) >>> 1 === 1
      constants.forEachConstant(term, (name) => mentions.add(elaborator.nameText(name)))
    }
    const found = { info: inc(info), open, mentions: [...mentions] }
    known.set(constant, found)
    return found
  }
  const KNOWN_KEPT = 20_000

  /** Constants of a text that are left open, or stand on such, however far below. */
  const restingOnSorry = (env: Obj): Set<string> => {
    if (known.size > KNOWN_KEPT) {
      for (const { info } of known.values()) dec(info)
      known.clear()
    }
    const users = new Map<string, string[]>()
    const pending: string[] = []
    forEachOwn(env, (name, info) => {
      const constant = elaborator.nameText(name)
      const { open, mentions } = look(constant, info)
      if (open) pending.push(constant)
      for (const mentioned of mentions) {
        const list = users.get(mentioned)
        if (list === undefined) users.set(mentioned, [constant])
        else list.push(constant)
      }
    })
    const resting = new Set<string>()
    for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
      if (resting.has(one)) continue
      resting.add(one)
      pending.push(...(users.get(one) ?? []))
    }
    return resting
  }

  /**
   * Theorems that terms mention, sorted. What is not known in `before` was made on the way (parts of a proof that Lean
   * keeps as lemmas of their own): its body is looked into instead. Everything is borrowed.
   */
  const used = (before: Obj, after: Obj, terms: readonly Obj[]): string[] => {
    const theoremKind = constants.kindNumbers(after).theorem
    const seen = new Set<string>()
    const names: string[] = []
    const look = (term: Obj): void =>
      constants.forEachConstant(term, (name) => {
        const key = elaborator.nameKey(name)
        if (seen.has(key)) return
        seen.add(key)
        const known = constants.find(before, name)
        if (known !== undefined) {
          if (constants.originalKind(after, name) === theoremKind) names.push(elaborator.plainNameText(name))
          dec(known)
          return
        }
        const made = constants.find(after, name)
        const body = made === undefined ? undefined : constants.body(made)
        if (body !== undefined) look(body)
        if (made !== undefined) dec(made)
      })
    terms.forEach(look)
    return names.sort()
  }

  return { list, local, used }
}
