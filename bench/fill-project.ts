import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { searchWith } from '../src/api/fill-search.ts'
import type { Member } from '../src/ensemble/member.ts'
import { bestFirst, parseMembers } from '../src/ensemble/member-spec.ts'
import { openMember } from '../src/ensemble/open-member.ts'
import { fillFile } from '../src/fill/fill-file.ts'
import { type FilledHole, listHoles } from '../src/fill/holes.ts'
import type { Engine } from '../src/lean/engine.ts'
import type { FileReading } from '../src/lean/placed.ts'
import { type PremisesOf, premisesFrom } from '../src/policy/open.ts'
import { sourceText } from '../src/proof/source-text.ts'
import type { Theorem } from '../src/proof/theorem.ts'
import { TUNED_BEST_FIRST } from '../src/search/best-first.ts'

export const PROJECT = 'test/fixtures/project'

export type FilledFile = {
  readonly file: string
  readonly before: string
  readonly after: string
  readonly holes: readonly FilledHole[]
  /** What is wrong with what was done: new errors, statements that changed, holes that are gone without an account. */
  readonly faults: readonly string[]
}

export async function openMembers(engine: Engine, policies: readonly string[]): Promise<Member[]> {
  const configs = parseMembers(policies, { temperature: 1, search: bestFirst(TUNED_BEST_FIRST.width), settings: {} })
  if ('problem' in configs) throw new Error(configs.problem)
  const premises: PremisesOf = premisesFrom(engine, true)
  return Promise.all(configs.map((config) => openMember(config, premises)))
}

/** The .lean files of a folder, by name. */
export function leanFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.lean'))
    .sort()
    .map((name) => join(folder, name))
}

/** Fills a file, as `hedge fill` does, and looks at what came of it. @param budget milliseconds for one hole */
export async function fillAndCheck(
  engine: Engine,
  members: readonly Member[],
  file: string,
  budget: number,
): Promise<FilledFile> {
  const before = readFileSync(file, 'utf8')
  const source = sourceText(before)
  const reading = await engine.readFile(source.text)
  const { signal } = new AbortController()
  const { holes, edits } = await fillFile(
    engine,
    source.text,
    reading,
    listHoles(reading, () => true),
    {
      limits: { heartbeats: 50_000, wallClockMs: 10_000 },
      search: searchWith(members, engine.processes, { budget, depth: 50, seed: '0' }, signal),
      outOfTime: () => false,
      signal,
    },
  )
  const after = source.edited(edits)
  return { file, before, after, holes, faults: await faultsOf(engine, reading, sourceText(after).text, holes) }
}

/** Whether a file with holes filled is what it was but for them. */
export async function faultsOf(
  engine: Engine,
  before: FileReading,
  text: string,
  holes: readonly FilledHole[],
): Promise<string[]> {
  const after = await engine.readFile(text)
  const faults: string[] = []
  const errors = (reading: FileReading) => reading.commands.flatMap((command) => command.errors.map((e) => e.text))
  const old = errors(before)
  for (const error of errors(after)) if (!old.includes(error)) faults.push(`a new error: ${error}`)
  const filled = holes.filter(({ replacement }) => replacement !== undefined).length
  const [had, has] = [before, after].map((reading) => listHoles(reading, () => true).length) as [number, number]
  if (has !== had - filled) faults.push(`${had} holes, ${filled} of them filled, ${has} left`)
  if (after.theorems.length !== before.theorems.length)
    faults.push(`${before.theorems.length} theorems have become ${after.theorems.length}`)
  for (const [i, { theorem }] of before.theorems.entries()) {
    const now = after.theorems[i]?.theorem
    if (now === undefined || (await meaning(engine, theorem)) !== (await meaning(engine, now)))
      faults.push(`${theorem.name} states something else`)
  }
  return faults
}

/** The structure of what a theorem states, with the types of its variables; a reason where it states nothing. */
async function meaning(engine: Engine, { name, header, statement }: Theorem): Promise<string> {
  // An `example` is called after its line, which may have moved.
  const named = /^example_\d+$/.test(name) ? 'example_0' : name
  const started = await engine.start({ name: named, header, statement: statement.replace(name, named) })
  if (started.kind === 'rejected') return started.diagnostics.map(({ text }) => text).join('\n')
  const { key } = started.session.root
  await started.session.close()
  return `${named}: ${key}`
}
