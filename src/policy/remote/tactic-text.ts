import { findTheorems } from '../../proof/statement.ts'

/** Why an answer of a model is no tactic. */
export type Lost = 'cutOff' | 'filtered' | 'unknownEnd' | 'unfinishedThought' | 'empty'

export type TacticText =
  | { readonly kind: 'tactic'; readonly tactic: string }
  | { readonly kind: 'lost'; readonly why: Lost }

/** Names of end tokens that servers leave in a text. None can stand in Lean, where a bar follows `<` only as `<|`. */
const END_TOKEN =
  /<[|｜](?:im_end|im_start|endoftext|eot_id|eom_id|end_of_text|end|return|end[▁_]of[▁_]sentence|EOT)[|｜]>|<\/s>|<eos>|<end_of_turn>/

/** Where a model says that it has done with thinking. */
const THOUGHT_ENDS = /<\/(?:think|thinking|reasoning)>/g
const THOUGHT_BEGINS = /^\s*<(?:think|thinking|reasoning)>/

/**
 * The tactic in a model's reply, without thoughts and end tokens before and behind it. A conversation's reply may wrap
 * it in a fence, in backticks or in a whole theorem, whose proof is meant then.
 */
export function tacticText(reply: string, chat: boolean): TacticText {
  const answer = withoutThought(withoutEndToken(reply))
  if (answer === undefined) return { kind: 'lost', why: 'unfinishedThought' }
  const body = chat ? proofOfTheorem(withoutMarks(answer)) : answer
  const tactic = dedent(withoutBy(dedent(body)))
  return tactic === '' ? { kind: 'lost', why: 'empty' } : { kind: 'tactic', tactic }
}

/** Whether a reply that was cut off holds its tactic whole: in a fence that is closed, behind a thought that has ended. */
export function isWholeThoughCut(reply: string): boolean {
  const answer = withoutThought(reply)
  const blocks = answer === undefined ? [] : fencedBlocks(answer)
  return blocks.length > 0 && blocks.every(({ closed }) => closed)
}

/** The text behind a thought; undefined where the thought has no end. */
export function withoutThought(reply: string): string | undefined {
  const end = [...reply.matchAll(THOUGHT_ENDS)].at(-1)
  if (end !== undefined) return reply.slice(end.index + end[0].length)
  return THOUGHT_BEGINS.test(reply) ? undefined : reply
}

/** The text before the first end token. */
export function withoutEndToken(reply: string): string {
  const end = reply.search(END_TOKEN)
  return end < 0 ? reply : reply.slice(0, end)
}

export type FencedBlock = { readonly text: string; readonly closed: boolean }

/** Blocks between fences of three backticks or more; the last one may have no end. */
export function fencedBlocks(reply: string): FencedBlock[] {
  const blocks: FencedBlock[] = []
  let open: { fence: string; lines: string[] } | undefined
  for (const line of reply.split('\n')) {
    const fence = /^\s*(`{3,}|~{3,})\s*([^`]*)$/.exec(line)
    const alone = /^\s*`{3,}(?:(?:lean4?|tactics?)\s)?\s*([^`]+?)\s*`{3,}\s*$/.exec(line)
    if (open === undefined && alone?.[1] !== undefined) blocks.push({ text: alone[1], closed: true })
    else if (open === undefined && fence?.[1] !== undefined) open = { fence: fence[1], lines: [] }
    else if (open !== undefined && line.trim().startsWith(open.fence)) {
      blocks.push({ text: open.lines.join('\n'), closed: true })
      open = undefined
    } else open?.lines.push(line)
  }
  if (open !== undefined) blocks.push({ text: open.lines.join('\n'), closed: false })
  return blocks.filter(({ text }) => text.trim() !== '')
}

/** The last fenced block, or a reply that is all one piece of code, without its marks. */
function withoutMarks(answer: string): string {
  const block = fencedBlocks(answer).at(-1)
  if (block !== undefined) return block.text
  return /^\s*(`+)([^`]+)\1\s*$/.exec(answer)?.[2] ?? answer
}

/** The proof of the last theorem of a text; the text itself where it is none. */
function proofOfTheorem(text: string): string {
  const span = findTheorems(text).at(-1)
  if (span === undefined) return text
  const proof = text.slice(span.statementEnd)
  return /^:=\s*by\b/.test(proof) ? proof : proof.replace(/^:=\s*/, 'exact ')
}

/** `by` is no part of a tactic. What stands behind it stays in its column. */
function withoutBy(text: string): string {
  return text.replace(/^(?::=\s*)?by(?=\s|$)/, (prefix) => prefix.replace(/[^\n]/g, ' '))
}

/** Without blank lines around it and the first line's indentation, which the lines below share. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^(?:[ \t]*\r?\n)+/, '')
    .trimEnd()
    .split('\n')
  const indentation = /^[ \t]*/.exec(lines[0] ?? '')?.[0] ?? ''
  return lines.map((line) => (line.startsWith(indentation) ? line.slice(indentation.length) : line)).join('\n')
}
