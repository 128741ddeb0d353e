import type { Elaborator } from './elaborator.ts'
import type { Objects } from './objects.ts'
import { CORE_CONTEXT, CORE_STATE, type OpenTheorem, type ParsedTactic } from './theorem-state.ts'
import type { Owned } from './wasm-module.ts'

/** Parsed scripts kept per theorem. */
const PARSED_MAX = 4096

/** Parses tactic scripts with a theorem's own notations; each text once. */
export function createTacticParser(lean: Objects, elaborator: Elaborator) {
  const { fn, field, inc, dec, makeCtor, makeString, makeClosure, arrayItems } = lean

  // whitespace, then a whole tactic sequence: `t1; t2`, several lines and `·` blocks parse as they do after `by`.
  const parserOf = (name: string): Owned => inc(field(lean.constant(name), 1))
  const andthen = lean.tableIndex('l_Lean_Parser_andthenFn')
  const whitespace = lean.tableIndex('l_Lean_Parser_whitespace')
  const scriptParser = makeClosure(andthen.index, andthen.arity, [
    makeClosure(whitespace.index, whitespace.arity),
    parserOf('l_Lean_Parser_Tactic_tacticSeq'),
  ])

  const parse = (theorem: OpenTheorem, text: string): ParsedTactic => {
    const known = theorem.parsed.get(text)
    if (known !== undefined) return known
    const { coreContext } = theorem.elab
    const env = field(theorem.root.core, CORE_STATE.env)
    const moduleContext = makeCtor(0, [
      inc(env),
      ...[CORE_CONTEXT.options, CORE_CONTEXT.currNamespace, CORE_CONTEXT.openDecls].map((i) =>
        inc(field(coreContext, i)),
      ),
    ])
    const input = elaborator.inputContext(text, 'tactic')
    const end = fn('l_Lean_Parser_ParserFn_run')(
      inc(scriptParser),
      inc(input),
      moduleContext,
      fn('l_Lean_Parser_getTokenTable')(inc(env)),
      fn('l_Lean_Parser_mkParserState')(makeString(text)),
    )
    const errors = fn('l_Lean_Parser_ParserState_allErrors')(inc(end))
    let parsed: ParsedTactic
    if (arrayItems(errors).length > 0) {
      parsed = {
        error: lean
          .takeString(fn('l_Lean_Parser_ParserState_toErrorMsg')(inc(input), inc(end)))
          .replace(/^<?tactic>?:/, ''),
      }
    } else if ((lean.natValue(field(end, 2)) ?? 0) < Buffer.byteLength(text)) {
      parsed = { error: 'expected end of input after the tactic' }
    } else {
      parsed = { syntax: fn('l_Lean_Parser_SyntaxStack_back')(inc(field(end, 0))) }
    }
    dec(errors)
    dec(end)
    dec(input)
    if (theorem.parsed.size >= PARSED_MAX) forgetParsed(theorem)
    theorem.parsed.set(text, parsed)
    return parsed
  }
  const forgetParsed = (theorem: OpenTheorem): void => {
    for (const entry of theorem.parsed.values()) if ('syntax' in entry) dec(entry.syntax)
    theorem.parsed.clear()
  }

  return { parse, forgetParsed }
}
