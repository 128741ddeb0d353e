import { existsSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { parseStatement } from '../proof/statement.ts'
import type { Theorem } from '../proof/theorem.ts'
import { InputError } from './failure.ts'
import { readTheoremFile } from './read-theorems.ts'

/**
 * Finds the theorem a user means: its text, `-` or nothing for standard input, `file.lean` or `file.jsonl` where the file
 * has one theorem, `file.lean:name`, `file.jsonl:name`.
 * @throws InputError
 */
export async function findTheorem(what: string | undefined): Promise<Theorem> {
  if (what === undefined && process.stdin.isTTY === true) {
    throw new InputError('no theorem given: write its text, a file, file:name, or - for standard input')
  }
  if (what === undefined || what === '-') return statementOf(await readAll(process.stdin), 'standard input')
  const file = /^(.+\.(?:lean|jsonl))(?::(.+))?$/s.exec(what)
  if (file?.[1] !== undefined && !/\s/.test(what)) return fromFile(file[1], file[2])
  return statementOf(what, 'the text')
}

/** @throws InputError */
export function statementOf(text: string, where: string): Theorem {
  const parsed = parseStatement(text)
  if (!('problem' in parsed)) return parsed
  const shown = text.trim().length > 60 ? `${text.trim().slice(0, 60)}…` : text.trim()
  throw new InputError(`${where}: ${parsed.problem}: ${JSON.stringify(shown)}`)
}

async function fromFile(path: string, name: string | undefined): Promise<Theorem> {
  if (!existsSync(path)) throw new InputError(`there is no file ${path}`)
  const { theorems, problems } = await readTheoremFile(path)
  const [problem] = problems
  const names = theorems.map(({ theorem }) => theorem.name)
  const listed = `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length} in all)` : ''}`
  const matching = name === undefined ? theorems : theorems.filter(({ theorem }) => theorem.name === name)
  const [found, another] = matching
  if (found !== undefined && another === undefined) return found.theorem
  if (names.length === 0) {
    throw new InputError(
      problem === undefined ? `${path} holds no theorem` : `${path}:${problem.line}: ${problem.message}`,
    )
  }
  if (name === undefined)
    throw new InputError(`${path} holds ${names.length} theorems, name one as ${path}:NAME: ${listed}`)
  if (found !== undefined) throw new InputError(`${path} holds several theorems called ${name}`)
  throw new InputError(`${path} has no theorem ${name}; it has ${listed}`)
}
