import type { Elaborator } from './elaborator.ts'
import { box, isScalar, type Objects, UNIT } from './objects.ts'
import type { SavedState, TermElab } from './theorem-state.ts'
import { type Obj, type Owned, owned } from './wasm-module.ts'

/** The kind of the syntax node that stands where the proof will be; no parser makes it. */
const HOLE_KIND = 'hedge.proofHole'
/** What people write where a proof is missing. */
const HOLES = /^Lean\.Parser\.(Term\.sorry|Tactic\.tactic(Sorry|Admit))$/

/** Where Lean came to the hole: its contexts and the state there, owned; and how often it came. */
export type Captured = { readonly elab: TermElab; readonly root: SavedState; readonly times: number }
/** One part of a file's command, in bytes of the file. */
export type HoleAt = { readonly start: number; readonly end: number; readonly kind: 'tactic' | 'term' }
export type RangeOf = (syntax: Obj) => { start: number; end: number } | undefined

/** The hole that stands where a proof will be: when Lean comes to it, its contexts are kept. */
export function createProofHole(lean: Objects, elaborator: Elaborator) {
  const { fn, field, inc, dec, makeCtor, makeString, makeClosure, arrayItems, listItems, refGet } = lean
  const { makeName, kindOf } = elaborator
  let capture: { elab: TermElab; root: SavedState } | undefined

  /** How often the hole was come to: `all_goals sorry` comes to it for each goal. The first time counts. */
  let captures = 0

  /** A tactic elaborator (stx, Tactic.Context, Tactic.State ref, Term, Meta, Core, world): keeps what it is given. */
  const onHole = (...args: number[]): number => {
    const [, , goalsRef, termContext, termRef, metaContext, metaRef, coreContext, coreRef] = args.map(owned) as [
      Obj,
      Obj,
      Obj,
      Owned,
      Owned,
      Owned,
      Owned,
      Owned,
      Owned,
    ]
    captures++
    if (capture !== undefined) {
      for (const o of [termContext, termRef, metaContext, metaRef, coreContext, coreRef]) dec(o)
      return makeCtor(0, [UNIT])
    }
    const goals = refGet(goalsRef)
    capture = {
      elab: { termContext, termRef, metaContext, metaRef, coreContext, coreRef },
      root: {
        core: refGet(coreRef),
        meta: refGet(metaRef),
        term: refGet(termRef),
        goals: listItems(goals).map(inc),
      },
    }
    dec(goals)
    return makeCtor(0, [UNIT])
  }
  const registerHole = (): void => {
    const index = lean.addFunction(onHole, 'iiiiiiiiiii')
    const attribute = lean.constant('l_Lean_Elab_Tactic_tacticElabAttribute')
    elaborator.io(
      fn('l_Lean_KeyedDeclsAttribute_addBuiltin___redArg')(
        inc(attribute),
        makeName(HOLE_KIND),
        makeName(HOLE_KIND),
        makeClosure(index, 10),
      ),
    )
  }
  registerHole()

  /** The same syntax tree with its last `skip` node turned into the hole: the statement may hold others. Takes and returns owned syntax. */
  const withHole = (syntax: Owned): Owned => {
    let found = false
    const visit = (node: Owned): Owned => {
      if (found || isScalar(node) || lean.tag(node) !== 1) return node
      if (kindOf(node) === 'Lean.Parser.Tactic.skip') {
        found = true
        const hole = lean.makeCopy(node, { 1: makeName(HOLE_KIND) })
        dec(node)
        return hole
      }
      const children = arrayItems(field(node, 2)).map(inc)
      for (let i = children.length - 1; i >= 0; i--) children[i] = visit(children[i] as Owned)
      const copy = lean.makeCopy(node, { 2: lean.makeArray(children) })
      dec(node)
      return copy
    }
    return visit(syntax)
  }

  /** The same syntax tree with the hole in place of one part of it. Takes and returns owned syntax. */
  const withHoleAt = (syntax: Owned, place: HoleAt, rangeOf: RangeOf): Owned => {
    if (isScalar(syntax) || lean.tag(syntax) !== 1) return syntax
    const where = rangeOf(syntax)
    if (where === undefined || where.start > place.start || where.end < place.end) return syntax
    const kind = kindOf(syntax)
    if (where.start === place.start && where.end === place.end && HOLES.test(kind)) {
      const info = inc(field(arrayItems(field(syntax, 2))[0] as Obj, 0))
      const node = (of: string, parts: Owned[]) => makeCtor(1, [box(2), makeName(of), lean.makeArray(parts)])
      const word = (text: string) => makeCtor(2, [inc(info), makeString(text)])
      const hole = node(HOLE_KIND, [word('sorry')])
      const replaced =
        place.kind === 'tactic'
          ? hole
          : node('Lean.Parser.Term.byTactic', [
              word('by'),
              node('Lean.Parser.Tactic.tacticSeq', [
                node('Lean.Parser.Tactic.tacticSeq1Indented', [node('null', [hole])]),
              ]),
            ])
      dec(info)
      dec(syntax)
      return replaced
    }
    const parts = arrayItems(field(syntax, 2)).map((child) => withHoleAt(inc(child), place, rangeOf))
    const copy = lean.makeCopy(syntax, { 2: lean.makeArray(parts) })
    dec(syntax)
    return copy
  }

  /** What Lean comes to while `work` runs; undefined where it does not come to a hole. */
  const capturing = <T>(work: () => T): { result: T; captured: Captured | undefined } => {
    capture = undefined
    captures = 0
    const result = work()
    const found = capture as Omit<Captured, 'times'> | undefined
    capture = undefined
    return { result, captured: found && { ...found, times: captures } }
  }

  return { withHole, withHoleAt, capturing }
}
