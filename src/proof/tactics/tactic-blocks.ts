import type { LayoutToken } from './layout.ts'
import type { SyntaxNode } from './syntax.ts'

const PARSER = 'Lean.Parser.'
const TACTIC_SEQ = `${PARSER}Tactic.tacticSeq`
const BRACED = `${TACTIC_SEQ}Bracketed`
/** Any tactic that is not taken apart, or only at the blocks in its terms. */
const TACTIC = `${PARSER}Tactic`

/** Tactics that take all that follows in their block: `try a; b` is `try (a; b)`. They stay whole. */
const TAKES_BLOCK =
  /^(try|repeat|repeat'|repeat1|repeat1'|iterate|all_goals|any_goals|classical|unhygienic|with_reducible(_and_instances)?|with_unfolding_all|fail_if_success|show_term|checkpoint)$/
/** Those whose block stands behind `=>`. They stay whole. */
const TAKES_ARROW = /^(conv\w*|on_goal|work_on_goal|slice_lhs|slice_rhs)$/
const ALTERNATIVES = /^(induction|cases|fun_induction|fun_cases|match)$/
/** Patterns and functions have bars of their own. */
const HAS_BARS = /^(rcases|obtain|rintro|rintros|match|fun|λ|nomatch)$/
/** Words at which no tactic begins: on a line of their own they go on with the tactic before. */
const NO_TACTIC = /^(_|else|then|with|at|using|from|by|generalizing|in|do|fun|λ|deriving)$/
const AFTER_PROOF = /^(where|termination_by|decreasing_by)$/
/** Terms with a comma of their own. */
const BINDER = /^[∃∀λ∑∏⋃⋂ΣΠ⨆⨅∫]$/
const LOCAL = /^(let|have|letI|haveI|suffices)$/

type Context = {
  readonly end: number
  readonly level: number
  /** Whether a comma, or a bar, that nothing in the block claims ends it. */
  readonly comma: boolean
  readonly bar: boolean
}
type Parsed = { readonly node: SyntaxNode; readonly next: number }

/**
 * Cuts blocks of tactics by Lean's layout rule (the tactics of a block stand in one column, or behind `;`), with blocks
 * inside as far as flatten.ts takes them apart. It knows Lean's tactics by their first words and not their grammar, so what it
 * says is a guess, which only a replay makes true: a proof that is cut wrongly does not replay.
 */
export class TacticBlocks {
  readonly #tokens: readonly LayoutToken[]
  readonly #byteAt: (offset: number) => number

  constructor(tokens: readonly LayoutToken[], byteAt: (offset: number) => number) {
    this.#tokens = tokens
    this.#byteAt = byteAt
  }

  /** The block whose first token is number `at`, before number `end`. */
  block(at: number, end: number): Parsed {
    const level = this.#tokens[at]?.level ?? 0
    return this.#block(at, { end, level, comma: false, bar: false })
  }

  #block(at: number, context: Context): Parsed {
    const elements: SyntaxNode[] = []
    const { column } = this.#token(at)
    let next = at
    for (;;) {
      const parsed = this.#chain(next, column, context)
      elements.push(parsed.node)
      next = parsed.next
      const separated = this.#is(next, ';', context)
      while (this.#is(next, ';', context)) next++
      const token = this.#within(next, context)
      if (token === undefined || !beginsTactic(token)) break
      if (separated ? token.newline && token.column < column : !token.newline || token.column !== column) break
    }
    const [only] = elements
    if (elements.length === 1 && only?.kind === BRACED) return { node: this.#node(TACTIC_SEQ, at, next, [only]), next }
    const list = this.#node('null', at, next, elements)
    return { node: this.#node(TACTIC_SEQ, at, next, [this.#node(`${TACTIC_SEQ}1Indented`, at, next, [list])]), next }
  }

  /** `a <;> b <;> c`, which is `(a <;> b) <;> c`. */
  #chain(at: number, column: number, context: Context): Parsed {
    let left = this.#tactic(at, column, context)
    while (this.#is(left.next, '<;>', context) && left.next + 1 < context.end) {
      const { next: operator } = left
      const right = this.#tactic(operator + 1, column, context)
      // `<;> [a, b]` gives each goal its own.
      const kind = this.#token(operator + 1).text === '[' ? TACTIC : `${PARSER}Tactic.tactic_<;>_`
      const children = kind === TACTIC ? [] : [left.node, this.#node('', operator, operator + 1, []), right.node]
      left = { node: this.#node(kind, at, right.next, children), next: right.next }
    }
    return left
  }

  #tactic(at: number, column: number, context: Context): Parsed {
    const { text } = this.#token(at)
    const found = this.#structured(at, column, context)
    if (found !== undefined) return found
    const { next, children } = this.#scan(at, column, context, () => false)
    if (ALTERNATIVES.test(text)) {
      const to = this.#scan(at, column, context, (token) => token.text === 'with').next
      if (this.#is(to, 'with', context) && this.#is(to + 1, '|', context)) {
        const kind = text === 'match' ? `${PARSER}Term.matchAlt` : `${PARSER}Tactic.inductionAlt`
        const alternatives = this.#alternatives(to + 1, column, context, kind)
        return { node: this.#node(TACTIC, at, alternatives.next, alternatives.nodes), next: alternatives.next }
      }
    }
    return { node: this.#node(TACTIC, at, next, children), next }
  }

  /** Tactics with blocks that are no terms. */
  #structured(at: number, column: number, context: Context): Parsed | undefined {
    const { kind, text } = this.#token(at)
    const inside = this.#within(at + 1, context)
    if (kind === 'open' && (text === '(' || text === '{')) return this.#bracketed(at, context)
    if (inside === undefined) return undefined
    if (text === '·' || text === '.') return this.#behind(at, at + 1, 'Lean.cdot', context)
    if (text === 'focus') return this.#behind(at, at + 1, `${PARSER}Tactic.focus`, context)
    if (TAKES_BLOCK.test(text)) return this.#behind(at, at + (/^\d/.test(inside.text) ? 2 : 1), undefined, context)
    if (/^(case'?|next)$/.test(text) || TAKES_ARROW.test(text)) {
      const arrow = this.#scan(at, column, context, (token) => token.text === '=>').next
      if (!this.#is(arrow, '=>', context)) return undefined
      return this.#behind(at, arrow + 1, TAKES_ARROW.test(text) ? undefined : TACTIC, context)
    }
    if (text === 'set_option' || text === 'open') {
      const to = this.#scan(at, column, context, (token) => token.text === 'in').next
      return this.#is(to, 'in', context) ? this.#behind(at, to + 1, undefined, context) : undefined
    }
    if ((text === 'first' || text === 'solve') && inside.text === '|') {
      let next = at + 1
      while (this.#is(next, '|', context) && this.#within(next + 1, context) !== undefined)
        next = this.#block(next + 1, { ...context, bar: true }).next
      return { node: this.#node(TACTIC, at, next, []), next }
    }
    return text === 'if' ? this.#choice(at, column, context) : undefined
  }

  /** A tactic whose block begins at `first`; without a kind it stays whole. */
  #behind(at: number, first: number, kind: string | undefined, context: Context): Parsed | undefined {
    if (this.#within(first, context) === undefined) return undefined
    const { node, next } = this.#block(first, context)
    return { node: this.#node(kind ?? TACTIC, at, next, kind === undefined ? [] : [node]), next }
  }

  #bracketed(at: number, context: Context): Parsed {
    const { text, level } = this.#token(at)
    let close = at + 1
    while (close < context.end && this.#token(close).level > level) close++
    const next = Math.min(close + 1, context.end)
    const inner = { end: close, level: level + 1, comma: false, bar: false }
    if (close === at + 1) return { node: this.#node(TACTIC, at, next, []), next }
    const block = this.#block(at + 1, inner)
    if (block.next !== close) return { node: this.#node(TACTIC, at, next, []), next }
    if (text === '(') return { node: this.#node(`${PARSER}Tactic.paren`, at, next, [block.node]), next }
    const list = block.node.children[0]?.children ?? []
    return { node: this.#node(BRACED, at, next, list), next }
  }

  /** `if … then tactics else tactics`. */
  #choice(at: number, column: number, context: Context): Parsed | undefined {
    const then = this.#scan(at, column, context, (token) => token.text === 'then').next
    if (!this.#is(then, 'then', context) || this.#within(then + 1, context) === undefined) return undefined
    const first = this.#block(then + 1, context)
    if (!this.#is(first.next, 'else', context) || this.#within(first.next + 1, context) === undefined) return undefined
    const second = this.#block(first.next + 1, context)
    return { node: this.#node(TACTIC, at, second.next, [first.node, second.node]), next: second.next }
  }

  /** `| a x => tactics | b => ?_`, from the first bar on. */
  #alternatives(at: number, column: number, context: Context, kind: string): { nodes: SyntaxNode[]; next: number } {
    const nodes: SyntaxNode[] = []
    let next = at
    for (;;) {
      const bar = this.#within(next, context)
      if (bar?.text !== '|' || (bar.newline && bar.column < column)) return { nodes, next }
      let arrow = next
      while (this.#within(arrow, context) !== undefined && !this.#is(arrow, '=>', context)) arrow++
      const body = this.#within(arrow + 1, context)
      if (body === undefined) return { nodes, next }
      const inner = { ...context, bar: true }
      if (body.text === '?' || body.text === '_') next = this.#scan(arrow + 1, column, inner, () => false).next
      else {
        const block = this.#block(arrow + 1, inner)
        nodes.push(this.#node(kind, next, block.next, [block.node]))
        next = block.next
      }
    }
  }

  /** The rest of a tactic, up to a token that is asked for: where it ends, and the blocks in its terms. */
  #scan(at: number, column: number, context: Context, stop: (token: LayoutToken) => boolean) {
    const children: SyntaxNode[] = []
    /** What a later `;`, `,`, `else` or `|` of this level belongs to. */
    let [locals, binders, choices] = [0, 0, 0]
    let bars = HAS_BARS.test(this.#token(at).text)
    /** Levels on which `show T` or `suffices h : T` waits for its `from` or `by`. */
    const shows = new Set<number>()
    let next = at
    for (; next < context.end; next++) {
      const token = this.#token(next)
      const { text, level } = token
      if (level < context.level) break
      if (next > at && level === context.level) {
        if (stop(token) || text === '<;>') break
        if (text === ';' && locals-- <= 0) break
        if (text === ',' && context.comma && binders-- <= 0) break
        if (text === 'else' && choices-- <= 0) break
        if (text === '|' && ((token.newline && token.column < column) || (context.bar && !bars))) break
        if (token.newline && (token.column < column || (token.column === column && beginsTactic(token)))) break
        if (token.newline && AFTER_PROOF.test(text)) break
        if (LOCAL.test(text)) locals++
        if (text === 'if') choices++
      }
      if (level === context.level && BINDER.test(text)) binders++
      if (HAS_BARS.test(text)) bars = true
      if (text === 'show' || text === 'suffices') shows.add(level)
      else if (text === 'from' || text === ':=' || text === '=>') shows.delete(level)
      if (text !== 'by' || token.kind !== 'word') continue
      const deeper = level > context.level
      const inner = { end: context.end, level, comma: deeper || context.comma, bar: deeper || context.bar }
      if (this.#within(next + 1, inner) === undefined) continue
      const block = this.#block(next + 1, inner)
      const kind = shows.delete(level) ? `${PARSER}Term.byTactic'` : `${PARSER}Term.byTactic`
      children.push(this.#node(kind, next, block.next, [block.node]))
      next = block.next - 1
    }
    return { next, children }
  }

  /** A token that still belongs to the block. */
  #within(at: number, context: Context): LayoutToken | undefined {
    const token = at < context.end ? this.#tokens[at] : undefined
    return token === undefined || token.level < context.level || AFTER_PROOF.test(token.text) ? undefined : token
  }

  #is(at: number, text: string, context: Context): boolean {
    const token = this.#within(at, context)
    return token?.text === text && token.level === context.level
  }

  #token(at: number): LayoutToken {
    return this.#tokens[at] as LayoutToken
  }

  #node(kind: string, from: number, to: number, children: readonly SyntaxNode[]): SyntaxNode {
    const last = this.#token(Math.max(from, to - 1))
    return { kind, start: this.#byteAt(this.#token(from).start), end: this.#byteAt(last.end), children }
  }
}

function beginsTactic({ kind, text }: LayoutToken): boolean {
  if (kind === 'word') return !NO_TACTIC.test(text) && !AFTER_PROOF.test(text)
  return text === '·' || text === '.' || text === '(' || text === '{'
}
