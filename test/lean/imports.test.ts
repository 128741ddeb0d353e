import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { RejectedInput } from '../../src/lean/engine.ts'
import { BadImport, importedFiles } from '../../src/lean/module-files.ts'
import { verifyProof } from '../../src/lean/verifier.ts'
import type { Theorem } from '../../src/proof/theorem.ts'

/** Files that import each other, compiled and imported by the embedded Lean. */
const MAIN = 'test/fixtures/imports/Main.lean'
let engine: EmbeddedEngine
let theorems: Map<string, Theorem>

beforeAll(async () => {
  engine = await EmbeddedEngine.create({ processes: 1 })
  const text = await readFile(MAIN, 'utf8')
  await engine.addModules(await importedFiles({ path: MAIN, text }, engine))
  const reading = await engine.readFile(text)
  expect(reading.commands.flatMap(({ errors }) => errors)).toEqual([])
  theorems = new Map(reading.theorems.map(({ theorem }) => [theorem.name, theorem]))
}, 300_000)
afterAll(() => engine?.dispose())

const named = (name: string): Theorem => {
  const theorem = theorems.get(name)
  if (theorem === undefined) throw new Error(`no theorem ${name}`)
  return theorem
}
const verdictOf = async (name: string, tactics: string[]) => verifyProof(engine, named(name), { tactics })

/** A folder with files by their paths. */
function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'hedge-imports-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
async function bring(root: string, path: string): Promise<string> {
  const text = await readFile(join(root, path), 'utf8')
  await engine.addModules(await importedFiles({ path: join(root, path), text }, engine))
  return text
}

describe('what an imported file says', { timeout: 300_000 }, () => {
  it('counts: its theorems, its scoped notation, its instances', async () => {
    expect(await verdictOf('beds_even', ['rw [beds_eq]', 'omega'])).toMatchObject({ kind: 'verified', axioms: [] })
    expect(await verdictOf('plot_le', ['rw [Plot.le_def, beds_eq]', 'exact h'])).toMatchObject({ kind: 'verified' })
    const started = await engine.start(named('plot_le_self'))
    if (started.kind !== 'started') throw new Error('rejected')
    const [result] = await started.session.runTactics(started.session.root, ['rw [Plot.le_def, beds_eq]'])
    expect(result).toMatchObject({
      kind: 'open',
      state: { goals: [{ text: expect.stringContaining('2 * a.beds ≤ a.beds') }] },
    })
    await started.session.close()
  })

  it('is no more than what it exports: private names, local notation, variables, options and open namespaces end with it', async () => {
    expect(await verdictOf('own_secret', ['rfl'])).toMatchObject({ kind: 'verified' })
    const header = 'import Garden.Basic\n'
    const left: Record<string, string> = {
      'theorem t : secret = 3': 'secret',
      'theorem t : Garden.secret = 3': 'Garden.secret',
      'theorem t : (here : Nat) = 3': 'here',
      'theorem t : beds 1 = 2': 'beds',
      'theorem t : m = 0': 'm',
    }
    for (const [statement, name] of Object.entries(left)) {
      const started = await engine.start({ name: 't', header: `${header}set_option autoImplicit false\n`, statement })
      expect(started, statement).toMatchObject({
        kind: 'rejected',
        diagnostics: [{ text: expect.stringContaining(name) }],
      })
    }
    const started = await engine.start({ name: 't', header, statement: 'theorem t : Garden.beds k = k + k' })
    expect(started.kind).toBe('started')
    if (started.kind === 'started') await started.session.close()
  })

  it('rests on its own sorries and axioms, which no proof gets past', async () => {
    const doubtful = await verdictOf('few', ['exact doubtful n'])
    expect(doubtful).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('sorryAx') })
    const wish: Theorem = {
      name: 't',
      header: 'import Garden.Doubt\n',
      statement: 'theorem t (n : Nat) : Garden.beds n < 6',
    }
    const verdict = await verifyProof(engine, wish, { tactics: ['exact Garden.wish n'] })
    expect(verdict).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('Garden.wish') })
  })

  it('is a premise', async () => {
    const { theorems, definitions, imports } = await engine.localPremises(named('few').header)
    expect(theorems.map(({ name }) => name)).toContain('Garden.beds_eq')
    // What rests on a `sorry` is listed with that mark, and proposed by `fill` alone.
    const finished = theorems.filter(({ unfinished }) => unfinished !== true)
    expect(finished.map(({ name }) => name)).not.toContain('Garden.doubtful')
    expect(finished.map(({ name }) => name)).toContain('Garden.beds_eq')
    expect(definitions.map(({ name }) => name)).toContain('Garden.beds')
    expect(imports).toBe('import Init')
  })
})

describe('files that cannot be imported', { timeout: 300_000 }, () => {
  it('are told with the files that lead there', async () => {
    const root = folder({
      'A.lean': 'import P.B\n',
      'P/B.lean': 'import P.C\n',
      'P/C.lean': 'import P.B\n',
      'Missing.lean': 'import P.D\n',
      'P/D.lean': 'import P.Nowhere\n',
      'Lost.lean': 'import Q.R\n',
    })
    await expect(bring(root, 'A.lean')).rejects.toThrow(/A\.lean imports P\.B imports P\.C imports P\.B/)
    await expect(bring(root, 'Missing.lean')).rejects.toThrow(/imports P\.D imports P\.Nowhere, but there is no file/)
    await expect(bring(root, 'Lost.lean')).rejects.toThrow(/there is no Q\/R\.lean/)
    await expect(bring(root, 'Lost.lean')).rejects.toThrow(BadImport)
  })

  it('are told with their error and its place', async () => {
    const root = folder({
      'Uses.lean': 'import Wrong.Two\ntheorem t : 1 = 1 := rfl\n',
      'Wrong/Two.lean': 'import Wrong.One\n',
      'Wrong/One.lean': '\ntheorem one : 1 = 2 := by\n  rfl\n',
    })
    const text = await bring(root, 'Uses.lean')
    const read = await engine.readFile(text).catch((error: unknown) => error)
    expect(read).toBeInstanceOf(RejectedInput)
    expect((read as RejectedInput).diagnostics[0]?.text).toMatch(
      /imported file .*Wrong\/One\.lean has an error: .*One\.lean:3:2: /,
    )
  })

  it('are not taken for another of the same name', async () => {
    const one = folder({ 'Use.lean': 'import Same\n', 'Same.lean': 'def one := 1\n' })
    const two = folder({ 'Use.lean': 'import Same\n', 'Same.lean': 'def one := 2\n' })
    await bring(one, 'Use.lean')
    await expect(bring(two, 'Use.lean')).rejects.toThrow(/Same is two files/)
  })

  it('are each elaborated behind their own imports, not behind those of their neighbours', async () => {
    const root = folder({
      'Both.lean': 'import First\nimport Second\ntheorem t : second = 5 := rfl\n#check (⊕⊕ : Nat)\n',
      'First.lean':
        'notation "⊕⊕" => (3 : Nat)\ninstance : OfNat Nat 4 := ⟨7⟩\nmacro "done!" : tactic => `(tactic| rfl)\n',
      'Second.lean': 'def second : Nat := 4 + 1\ntheorem second_eq : second = 5 := rfl\n',
    })
    const text = await bring(root, 'Both.lean')
    const {
      commands,
      theorems: [found],
    } = await engine.readFile(text)
    expect(commands.flatMap(({ errors }) => errors)).toEqual([])
    const verdict = await verifyProof(engine, (found as NonNullable<typeof found>).theorem, { tactics: ['done!'] })
    expect(verdict).toMatchObject({ kind: 'verified' })
  })
})
