import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { fillAndCheck, leanFilesIn, openMembers, PROJECT } from '../../bench/fill-project.ts'
import { listHoles } from '../../src/fill/holes.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import type { FileReading } from '../../src/lean/placed.ts'
import { sameName } from '../../src/proof/names.ts'
import { renderState } from '../../src/proof/proof-state.ts'
import { sourceText } from '../../src/proof/source-text.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

/** A small project as people write them; `npm run bench:fill` fills all of it. */
let engine: EmbeddedEngine
const readings = new Map<string, FileReading>()
beforeAll(async () => {
  engine = await sharedEngine()
  for (const file of leanFilesIn(PROJECT)) readings.set(file, await engine.readFile(textOf(file)))
})

const textOf = (file: string) => sourceText(readFileSync(file, 'utf8')).text

/** What tactics, one after another, make of a theorem: the last result, or why it cannot be opened. */
async function run(theorem: Theorem, tactics: readonly string[]): Promise<{ end: string; states: string[] }> {
  const started = await engine.start(theorem)
  if (started.kind === 'rejected') return { end: `${started.where}: ${started.diagnostics[0]?.text}`, states: [] }
  const { session } = started
  const states = [renderState(session.root.goals)]
  let [state, end] = [session.root, 'open']
  for (const tactic of tactics) {
    const [result] = await session.runTactics(state, [tactic])
    end = result?.kind ?? 'nothing'
    if (result?.kind !== 'open') break
    state = result.state
    states.push(renderState(state.goals))
  }
  await session.close()
  return { end, states }
}

test('it is as large as it should be, and Lean takes all of it', () => {
  const all = [...readings.values()]
  expect(all.length).toBeGreaterThanOrEqual(12)
  expect(all.flatMap(({ theorems }) => theorems).length).toBeGreaterThanOrEqual(120)
  expect(all.flatMap((reading) => listHoles(reading, () => true)).length).toBeGreaterThanOrEqual(60)
  expect(all.flatMap(({ commands }) => commands.flatMap(({ errors }) => errors))).toEqual([])
})

test('what a file says before a theorem decides: proved alone, and not where it stands', async () => {
  const file = `${PROJECT}/Meanings.lean`
  const text = textOf(file)
  const { theorems } = readings.get(file) as FileReading
  const alone = [...text.matchAll(/\/-- alone: (.+) -\/\ntheorem (\S+)/g)]
  expect(alone.length).toBeGreaterThanOrEqual(20)
  for (const [, tactic = '', name = ''] of alone) {
    const theorem = theorems.find((one) => one.theorem.name.split('.').at(-1) === name)?.theorem as Theorem
    expect([name, (await run({ ...theorem, header: '' }, [tactic])).end]).toEqual([name, 'finished'])
    // Nothing of what closes goals at once proves it, since it is false.
    for (const other of [tactic, 'omega', 'simp', 'simp_all', 'rfl', 'decide', 'grind'])
      expect([name, other, (await run(theorem, [other])).end]).not.toEqual([name, other, 'finished'])
  }
})

/** Opens every theorem that a trace of the file has steps of in its place, and takes the steps there. How many there are. */
async function agreements(file: string, text: string): Promise<number> {
  const { theorems } = await engine.readFile(text)
  const traced = await engine.tracer().traceFile(file, text)
  expect([file, traced.disagreed]).toEqual([file, 0])
  for (const { name, steps } of traced.theorems) {
    const placed = theorems.find(({ theorem }) => sameName(theorem.name, name))
    if (placed === undefined) throw new Error(`${file} has no ${name}`)
    const tactics = steps.map(({ tactic }) => tactic)
    const { end, states } = await run(placed.theorem, tactics)
    expect([name, states, end]).toEqual([name, steps.map(({ state }) => state), 'finished'])
  }
  return traced.theorems.length
}

test('a theorem in its place begins, and goes on, as the compiled file says', async () => {
  let compared = 0
  for (const file of readings.keys()) compared += await agreements(file, textOf(file))
  // Those whose proofs have steps, and no hole.
  expect(compared).toBeGreaterThanOrEqual(20)
})

test('every theorem whose proof is left open begins as the compiled file has it there', async () => {
  let compared = 0
  for (const [file, reading] of readings) {
    const text = textOf(file)
    for (const { command, declaration, hole } of listHoles(reading, ({ kind }) => kind === 'theorem')) {
      const { proof, name } = declaration
      // The whole of its proof, not a part of it.
      if (proof === undefined || !/^(:=\s*)?(by\s+)?(sorry|admit)$/.test(proofText(text, proof, declaration.end)))
        continue
      const placed = reading.theorems.find(({ theorem }) => sameName(theorem.name, name))
      if (placed === undefined) throw new Error(`${file} has no ${name}`)
      const compiled = await engine.startHole({ text, command: command.command, hole }, placed.theorem)
      if (compiled.kind === 'rejected') throw new Error(`${name}: ${compiled.diagnostics[0]?.text}`)
      const { states } = await run(placed.theorem, [])
      expect([file, name, states]).toEqual([file, name, [renderState(compiled.session.root.goals)]])
      await compiled.session.close()
      compared++
    }
  }
  expect(compared).toBeGreaterThanOrEqual(100)
})
const proofText = (text: string, from: number, to: number): string =>
  Buffer.from(text).subarray(from, to).toString().trim()

test('what is filled leaves the rest as it was: no new error, no other statement; and replays in its place', async () => {
  const members = await openMembers(engine, ['baseline'])
  const file = `${PROJECT}/Lights.lean`
  const before = await agreements(file, textOf(file))
  const { after, holes, faults } = await fillAndCheck(engine, members, file, 10_000)
  expect(faults).toEqual([])
  expect(holes.filter(({ status }) => status === 'proved').length).toBeGreaterThan(0)
  expect(await agreements(file, sourceText(after).text)).toBeGreaterThan(before)
})
