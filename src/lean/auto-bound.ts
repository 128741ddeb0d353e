import { type ProofState, parseGoal } from '../proof/proof-state.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Engine } from './engine.ts'

/**
 * A misspelt name becomes a new variable under Lean's default `autoImplicit true`: the statement elaborates, and says something
 * else. Gives the name where that is so. A universe that is not declared is left to Lean, since nothing is lost by it. Lean
 * is asked only where the theorem's first state has a hypothesis that the statement does not itself bind.
 */
export async function autoBoundName(engine: Engine, theorem: Theorem, root: ProofState): Promise<string | undefined> {
  const bound = boundNames(theorem.statement)
  const hypotheses = root.goals.flatMap(({ text }) => parseGoal(text).hypotheses)
  // Options of printing can hide a hypothesis, or show two under one name.
  const isPlain = !/\bpp\./.test(theorem.header)
  if (isPlain && bound !== undefined && hypotheses.every(({ name }) => bound.has(name))) return undefined
  const strict = {
    ...theorem,
    header: `${theorem.header.trimEnd()}\nset_option autoImplicit false\nset_option relaxedAutoImplicit false`,
  }
  const started = await engine.start(strict)
  if (started.kind === 'started') {
    await started.session.close()
    return undefined
  }
  return started.diagnostics
    .map((d) => /[Uu]nknown identifier `([^`]+)`/.exec(d.text)?.[1])
    .find((found) => found !== undefined)
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']', '⦃': '⦄' }

/** The names that a statement binds before its colon; undefined where that is not plain to see. */
export function boundNames(statement: string): ReadonlySet<string> | undefined {
  const begin = /^\s*(theorem\s+[^\s({[⦃:]+|example)/.exec(statement)
  // Brackets in comments, strings and quoted names are none.
  if (begin === null || /--|\/-|["'«]/.test(statement)) return undefined
  const names = new Set<string>()
  let at = begin[0].length
  for (;;) {
    const rest = /^\s*([({[⦃]|:(?!=)|[^\s({[⦃:]+)/.exec(statement.slice(at))
    if (rest === null) return undefined
    const [whole, token = ''] = rest
    at += whole.length
    if (token === ':') return names
    if (CLOSING[token] === undefined) {
      names.add(token)
      continue
    }
    const open = [CLOSING[token]]
    const from = at
    let colon = -1
    for (; at < statement.length && open.length > 0; at++) {
      const letter = statement[at] as string
      if (letter === open.at(-1)) open.pop()
      else if (CLOSING[letter] !== undefined) open.push(CLOSING[letter])
      else if (letter === ':' && open.length === 1 && colon < 0) colon = at
    }
    if (open.length > 0) return undefined
    for (const name of colon < 0 ? [] : statement.slice(from, colon).trim().split(/\s+/)) names.add(name)
  }
}
