import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemText, readSet } from '../../src/cli/theorem-set.ts'
import type { Engine } from '../../src/lean/engine.ts'
import { LspEngine } from '../../src/lean/native/engine.ts'
import { renderState } from '../../src/proof/proof-state.ts'
import { sharedEngine } from '../lean/shared-engine.ts'
import { wasmPeer } from '../lean/wasm-worker/peer.ts'

/** A benchmark in LeanDojo's format over a small project, in the embedded Lean and over the language server. */
const ROOT = 'test/fixtures/project'
const folder = mkdtempSync(join(tmpdir(), 'hedge-leandojo-'))
const engines: Engine[] = []
beforeAll(async () => {
  engines.push(await sharedEngine())
  engines.push(new LspEngine(await wasmPeer(), { processes: 1 }))
})
afterAll(async () => {
  await engines[1]?.dispose()
  rmSync(folder, { recursive: true })
})

/** Line of a text, from 1. */
const lineOf = (file: string, text: string): number => {
  const at = readFileSync(join(ROOT, file), 'utf8').split('\n')
  return at.findIndex((line) => line.includes(text)) + 1
}
const row = (file: string, full_name: string, declared: string, line = lineOf(file, declared)) => ({
  url: 'https://example.org/project',
  commit: '0123456789abcdef',
  file_path: file,
  full_name,
  start: [line, 1],
  end: [line + 1, 8],
  traced_tactics: [],
})

test('its theorems are found by place and name, and begin alike; their own proofs and what follows are out of reach', async () => {
  const rows = [
    row('Garden.lean', 'Garden.plants_one', 'theorem plants_one'),
    row('Garden.lean', 'Garden.plants_many', 'theorem plants_many'),
    row('Names.lean', '«2031_p4»', 'theorem «2031_p4»'),
    row('Names.lean', '«my names».«1»', 'theorem «1»'),
    row('Names.lean', 'top_level', 'theorem _root_.top_level'),
    row('Names.lean', 'shown', 'theorem shown'),
    // Another commit's place: the name counts. What is at the place is told where there is no such name.
    row('Names.lean', 'quoted', 'theorem quoted', 2),
    row('Names.lean', 'not_here', 'theorem shown'),
  ]
  const path = join(folder, 'test.json')
  writeFileSync(path, JSON.stringify(rows))
  const begun: unknown[] = []
  for (const engine of engines) {
    const { entries, problems } = await readSet(path, undefined, { reader: async () => engine, root: ROOT })
    expect(problems.map(problemText)).toEqual([
      `${ROOT}/Names.lean:${lineOf('Names.lean', 'theorem shown')}: line ${lineOf('Names.lean', 'theorem shown')} is now \`shown\`, not \`not_here\`: the files are of another commit than the benchmark`,
    ])
    const states: [string, string, string[]][] = []
    for (const { theorem } of entries) {
      const started = await engine.start(theorem)
      if (started.kind === 'rejected') throw new Error(`${theorem.name}: ${started.diagnostics[0]?.text}`)
      const { session } = started
      const itself = theorem.statement.replace(/^(theorem|private theorem)\s+/, '').split(/[\s({:]/)[0] as string
      const results = await session.runTactics(session.root, [`exact @${itself}`, 'exact @ends_in_comment'])
      states.push([theorem.name, renderState(session.root.goals), results.map(({ kind }) => kind)])
      await session.close()
    }
    expect(states.map(([name]) => name)).toEqual(
      rows.slice(0, 7).map(({ full_name }) => expect.stringContaining(last(full_name))),
    )
    expect(states.flatMap(([, , kinds]) => kinds)).toEqual(Array(14).fill('error'))
    begun.push(states)
  }
  expect(begun[1]).toEqual(begun[0])
})
const last = (name: string): string => (name.split('.').at(-1) as string).replace(/[«»]/g, '')
