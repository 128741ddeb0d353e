import type { SyntaxNode } from './syntax.ts'

/**
 * A tactic of a proof as it is written, and ways to say it in smaller steps. Which of them does the same is for Lean to
 * say: see embedded/trace.ts and native/trace.ts.
 */
export type WrittenTactic = {
  /** As a script of its own. */
  readonly text: string
  /** Place in the file, in bytes. */
  readonly start: number
  readonly end: number
  readonly expansions: readonly (readonly Part[])[]
}

export type Part =
  | { readonly kind: 'step'; readonly text: string }
  /** Tactics for the first goal, run for `times` goals one after another; `rest` is as many as no other part takes. */
  | { readonly kind: 'block'; readonly tactics: readonly WrittenTactic[]; readonly times: number | 'rest' }
  /** `a <;> b <;> c`: each for every goal that the one before it makes. */
  | { readonly kind: 'chain'; readonly tactics: readonly WrittenTactic[] }

const PARSER = 'Lean.Parser.'
const TACTIC_SEQ = `${PARSER}Tactic.tacticSeq`
/** `{ tac; tac }`, which is a tactic too. */
const BRACED = `${TACTIC_SEQ}Bracketed`
const BY = `${PARSER}Term.byTactic`
/** `suffices h : T by tac`, which stands for `from by tac`. */
const BY_FROM = `${PARSER}Term.byTactic'`
const THEN_ALL = `${PARSER}Tactic.tactic_<;>_`
/** Blocks that look at the first goal alone, or at the goals as they are: their tactics can follow one another. */
const TRANSPARENT = new Set(['Lean.cdot', `${PARSER}Tactic.paren`, `${PARSER}Tactic.focus`])

type Hole = {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly block: SyntaxNode
  readonly times: number | 'rest'
}

/** A tactic that stands in no file, and is not taken apart. */
export const tacticAlone = (text: string): WrittenTactic => ({ text, start: 0, end: 0, expansions: [] })

/** The tactics of a block. `source` is the file. */
export function writtenTactics(source: Buffer, block: SyntaxNode): WrittenTactic[] {
  return elements(block).map((node) => written(source, node))
}

function written(source: Buffer, node: SyntaxNode): WrittenTactic {
  const { start, end } = node
  return { text: scriptText(source, node), start, end, expansions: expansions(source, node) }
}

/** The tactics in a block, without what separates them. */
function elements(block: SyntaxNode): SyntaxNode[] {
  // tacticSeq holds tacticSeq1Indented or tacticSeqBracketed, which holds one list; separators are atoms.
  const sequence = block.kind === TACTIC_SEQ ? block.children[0] : block
  const list = sequence?.children.find(({ kind }) => kind === 'null')
  return list?.children.filter(({ kind }) => kind !== '' && kind !== 'null') ?? []
}

function expansions(source: Buffer, node: SyntaxNode): Part[][] {
  const block = node.children.find(({ kind }) => kind === TACTIC_SEQ)
  const textOf = (start: number, end: number) => source.subarray(start, end).toString()
  if (node.kind === BRACED) return [[blockPart(source, node)]]
  if (TRANSPARENT.has(node.kind) && block !== undefined) return [[blockPart(source, block)]]
  if (node.kind === THEN_ALL) return [[{ kind: 'chain', tactics: chain(source, node) }]]
  if (block !== undefined && /^(case'?|next)\b/.test(textOf(node.start, node.end))) {
    const head = textOf(node.start, block.start)
    const [keyword = '', ...words] = head.slice(0, head.indexOf('=>')).trim().split(/\s+/)
    const names = keyword === 'next' ? words : words.slice(1)
    const several = words.includes('|')
    const first: Part[] = names.length > 0 ? [{ kind: 'step', text: `rename_i ${names.join(' ')}` }] : []
    const body = blockPart(source, block, words.filter((word) => word === '|').length + 1)
    return [
      ...(several ? [] : [[...first, body]]),
      // `case'` brings a goal to the front, and leaves it open.
      ...(keyword === 'next' ? [] : [[{ kind: 'step', text: `case' ${words.join(' ')} => skip` } as const, body]]),
    ]
  }
  const holes = holesBelow(source, node)
  if (holes.length === 0) return []
  const text = scriptText(source, node, holes)
  const blocks = holes.map(({ block, times }) => blockPart(source, block, times))
  if (/^exact\s+\?_$/.test(text)) return [blocks]
  return [[{ kind: 'step', text: asRefinement(text) }, ...blocks]]
}

/**
 * A tactic with `?_` in it, so that the goals of the `?_` come before the main one. `have` and its like put them behind
 * it: as tactics they are `refine` and a rotation of the goals. For `suffices` the rotation is what is wanted.
 */
function asRefinement(text: string): string {
  if (/^exact\b/.test(text)) return text.replace(/^exact\b/, 'refine')
  if (/^show\b/.test(text)) return `refine (${text})`
  if (/^(have|let)\b/.test(text)) return `refine ${text}; ?_`
  return /^obtain\b/.test(text) ? `${text.replace(/^obtain\b/, 'refine have')}; ?_` : text
}

function blockPart(source: Buffer, block: SyntaxNode, times: number | 'rest' = 1): Part {
  return { kind: 'block', tactics: writtenTactics(source, block), times }
}

/** `a`, `b`, `c` of `a <;> b <;> c`, which is `(a <;> b) <;> c`. */
function chain(source: Buffer, node: SyntaxNode): WrittenTactic[] {
  const [left, , right] = node.children
  if (left === undefined || right === undefined) return []
  return [...(left.kind === THEN_ALL ? chain(source, left) : [written(source, left)]), written(source, right)]
}

/** The outermost blocks below a node, each where `?_` can stand for it. */
function holesBelow(source: Buffer, node: SyntaxNode, times: Hole['times'] = 1): Hole[] {
  return node.children.flatMap((child): Hole[] => {
    const { start, end, kind } = child
    if (kind === TACTIC_SEQ) return [{ start, end, text: '?_', block: child, times }]
    if (kind === BY || kind === BY_FROM) {
      const block = child.children.find((part) => part.kind === TACTIC_SEQ)
      return block === undefined ? [] : [{ start, end, text: kind === BY ? '?_' : 'from ?_', block, times: 1 }]
    }
    return holesBelow(source, child, kind === `${PARSER}Tactic.inductionAlt` ? alternatives(source, child) : times)
  })
}

/** For how many goals an alternative of `induction … with` speaks: `| inl h | inr h => …` is for two. */
function alternatives(source: Buffer, alternative: SyntaxNode): Hole['times'] {
  const text = source.subarray(alternative.start, alternative.end).toString()
  const head = text.slice(0, text.indexOf('=>'))
  return /^\|\s*_\s*$/.test(head) ? 'rest' : head.split('|').length - 1
}

/** A tactic's text moved to the left margin, with some parts replaced. */
function scriptText(source: Buffer, node: SyntaxNode, holes: readonly Hole[] = []): string {
  let text = ''
  let position = node.start
  for (const hole of holes) {
    // `=>` and `?_` go on one line; a comment between them would end it.
    const before = source.subarray(position, hole.start).toString()
    text += before.replace(/(?<==>|\bthen|\belse|:=)\s+$/, ' ') + hole.text
    position = hole.end
  }
  text += source.subarray(position, node.end).toString()
  const lineStart = source.lastIndexOf('\n', node.start - 1) + 1
  const column = [...source.subarray(lineStart, node.start).toString()].length
  const [first = '', ...others] = text.split('\n')
  const margins = others.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  // A line left of the tactic's own column continues it, and must not become a tactic of its own.
  const least = Math.min(...margins)
  const shift = least >= column ? column : Math.max(0, least - 2)
  return [first, ...others.map((line) => line.slice(shift))].join('\n').trimEnd()
}
