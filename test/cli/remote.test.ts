import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import { openResults } from '../../src/results/store.ts'
import { unpackTree } from '../../src/results/trees.ts'
import { BUILT, HEDGE } from '../built.ts'
import {
  type Asked,
  type Choice,
  type Script,
  type ScriptedServer,
  sendChoices,
  sendJson,
  startModelServer,
  streamed,
} from '../policy/remote/model-server.ts'
import { lastingRows } from '../results/rows.ts'

const KEY = 'sk-never-to-be-seen'
const THEOREMS = {
  and_swap: 'theorem and_swap (p q : Prop) (h : p ∧ q) : q ∧ p',
  or_swap: 'theorem or_swap (p q : Prop) (h : p ∨ q) : q ∨ p',
  add: 'theorem add (a b : Nat) (h : a = 3) (k : b = a + 4) : b = 7',
  hard: 'theorem hard (n : Nat) : ∃ m, m > n ∧ ∀ k, 1 < k → k < m → m % k ≠ 0',
}
const NAMES = Object.keys(THEOREMS)

/** What the model says of any state. */
const TACTICS: readonly (readonly [string, number])[] = [
  ['constructor', 0.2],
  ['exact h.2', 0.15],
  ['exact h.1', 0.1],
  ['omega', 0.15],
  ['cases h', 0.1],
  ['simp_all', 0.1],
  ['right', 0.05],
  ['left', 0.05],
  ['this is not Lean', 0.05],
  ['rcases h with h | h\n· exact Or.inr h\n· exact Or.inl h', 0.05],
]

function pick(u: number): readonly [string, number] {
  let left = u
  for (const one of TACTICS) {
    left -= one[1]
    if (left < 0) return one
  }
  return TACTICS[0] as readonly [string, number]
}

/** A model whose draws depend on what it is asked and the seed alone. */
function choicesFor({ body }: Asked): Choice[] {
  const random = createRandom(`${body.model}/${body.seed}/${body.prompt}`)
  return Array.from({ length: body.n }, (_, i) => {
    const [text, p] = pick(random.fork(i).next())
    const half = text.length >> 1
    // Every tenth draw runs on until it is cut off.
    const finish = random.fork(`${i} end`).next() < 0.1 ? 'length' : 'stop'
    return {
      text,
      finish,
      tokens: [
        [text.slice(0, half), Math.log(p) / 2],
        [text.slice(half), Math.log(p) / 2],
      ],
    }
  })
}

/** The first requests meet everything that can go wrong; each of them is then made again. */
const troubled: Script = (asked, response, number) => {
  const choices = choicesFor(asked)
  if (number === 0) return sendJson(response, { error: { message: 'too many requests' } }, 429, { 'retry-after': '1' })
  if (number === 2) return void response.destroy()
  if (number === 4) return void response.end('<html>gateway</html>')
  // Never answered, and then never ended.
  if (number === 6) return
  if (number === 8) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    return void response.write([...streamed(asked, choices)][0])
  }
  // Streamed or not, whatever was asked for.
  return sendChoices({ ...asked, body: { ...asked.body, stream: number % 2 === 1 } }, response, choices)
}

const children: ChildProcess[] = []
let folder: string
let set: string
let server: ScriptedServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-remote-'))
  set = join(folder, 'set.jsonl')
  const lines = Object.entries(THEOREMS).map(([name, statement]) => JSON.stringify({ name, statement }))
  await writeFile(set, `${lines.join('\n')}\n`)
  server = await startModelServer(troubled)
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.close()
  await rm(folder, { recursive: true })
})

/** Not synchronous: the server that is asked is in this process. */
async function run(
  script: string,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, HEDGE_API_KEY: KEY },
  })
  children.push(child)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  expect(stdout + stderr).not.toContain(KEY)
  return { code, stdout, stderr }
}
const hedge = (...args: string[]) => run(HEDGE, ...args)

function read<T>(file: string, look: (database: ReturnType<typeof openResults>) => T): T {
  const database = openResults(join(folder, file), { mustExist: true })
  try {
    return look(database)
  } finally {
    database.close()
  }
}
const trees = (file: string) =>
  read(file, (database) =>
    database
      .prepare('SELECT name, record FROM trees JOIN theorems ON theorems.id = theorem_id ORDER BY position')
      .all()
      .map((row) => row as { name: string; record: Uint8Array })
      .map(({ name, record }) => ({ name, tree: unpackTree(record) })),
  )
const passes = (file: string) =>
  read(file, (database) =>
    database
      .prepare('SELECT theorem, member, count(*) AS passes FROM passes_in_full GROUP BY 1, 2 ORDER BY 1, 2')
      .all(),
  )
/** Every answer of the members on the server. */
const answers = (file: string) =>
  read(file, (database) =>
    database
      .prepare("SELECT record FROM answers JOIN members ON members.id = member_id WHERE name <> 'baseline'")
      .pluck()
      .all()
      .flatMap(
        (record) => JSON.parse(inflateSync(record as Uint8Array).toString()) as [string, string, [string, number][]][],
      ),
  )

const member = (model: string, settings: string) => `${server.url}#${model},timeout=3,inprice=1,outprice=2,${settings}`
const ensemble = () => [
  member('n1', 'name=n1,n=4,neff=1'),
  member('n8', 'name=n8,n=4,neff=8,stream=true'),
  member('n8', 'name=best,search=best-first,width=4,expansions=6'),
  'baseline,name=baseline',
]
const inFolder = (name: string) => join(folder, name)

describe('a language model on a server', { timeout: 300_000 }, () => {
  test('that stumbles costs no theorem and no pass, and its probabilities are kept', async () => {
    // One Lean for both commands: the second does the run again.
    const evaluate = [
      set,
      '-m',
      ...ensemble(),
      '-n',
      '8',
      '--block',
      '4',
      '-d',
      '6',
      '-w',
      '1',
      '-o',
      inFolder('run.sqlite'),
    ]
    const replay = ['--replay', inFolder('run.sqlite'), '--with-lean', '-o', inFolder('lean.sqlite')]
    const { code, stderr } = await run(`${BUILT.test}/cli/evaluate-child.js`, 'program', ...evaluate, '--', ...replay)
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/3 of 4 theorems proved/) })
    expect(stderr).toContain('on 4 theorems replayed; every pass and every tree is the one on record')
    const quotas = { n1: 32, n8: 8, best: 1, baseline: 8 }
    expect(passes('run.sqlite')).toEqual(
      NAMES.toSorted().flatMap((theorem) =>
        Object.keys(quotas)
          .toSorted()
          .map((name) => ({ theorem, member: name, passes: quotas[name as keyof typeof quotas] })),
      ),
    )
    const said = answers('run.sqlite').flatMap(([, , candidates]) => candidates)
    expect(said.length).toBeGreaterThan(100)
    for (const [tactic, logProb] of said) expect(logProb).toBeCloseTo(Math.log(new Map(TACTICS).get(tactic) ?? 0), 9)
    expect(server.asked.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true)
    const spent = read('run.sqlite', (database) =>
      database
        .prepare(
          `SELECT sum(requests) AS requests, sum(retries) AS retries, sum(samples) AS samples,
             sum(truncated) AS truncated, sum(prompt_tokens) AS prompts, sum(completion_tokens) AS tokens,
             sum(cost) AS cost FROM answers`,
        )
        .get(),
    ) as Record<'requests' | 'retries' | 'samples' | 'truncated' | 'prompts' | 'tokens' | 'cost', number>
    expect(spent.retries).toBeGreaterThanOrEqual(5)
    // The replay asked for nothing: every request belongs to the run.
    expect(server.asked.length).toBeLessThanOrEqual(spent.requests + spent.retries)
    expect(spent.prompts).toBe(10 * spent.requests)
    expect(spent.tokens).toBe(2 * spent.samples)
    expect(spent.truncated).toBeGreaterThan(0)
    expect(spent.cost).toBeCloseTo((spent.prompts + 2 * spent.tokens) / 1e6, 12)
    expect((await readFile(join(folder, 'run.sqlite'))).includes(KEY)).toBe(false)
  })

  test('is not needed for a replay, which gives the identical tree, with Lean and without', async () => {
    await server.close()
    const recorded = { rows: read('run.sqlite', (db) => lastingRows(db)), trees: trees('run.sqlite') }
    expect(recorded.trees.map(({ name }) => name)).toEqual(NAMES)
    const { code, stderr } = await hedge('evaluate', '--replay', inFolder('run.sqlite'), '-o', inFolder('again.sqlite'))
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('on 4 theorems replayed; every pass and every tree is the one on record'),
    })
    const report = await hedge('report', inFolder('run.sqlite'))
    expect(report.stdout).toMatch(/Model servers.* requests \(\d+ made again\), \d+ \+ \d+ tokens, .*cost 0\.0/)
    for (const replayed of ['again.sqlite', 'lean.sqlite']) {
      expect(read(replayed, (db) => lastingRows(db))).toEqual(recorded.rows)
      expect(trees(replayed)).toEqual(recorded.trees)
    }
  })

  test('a replay notices a record that is not what the search does with it', async () => {
    const copy = join(folder, 'tampered.sqlite')
    await writeFile(copy, await readFile(join(folder, 'run.sqlite')))
    read('tampered.sqlite', (database) => {
      database.exec(`UPDATE passes SET depth = depth + 1
        WHERE pass = 2 AND theorem_id = (SELECT id FROM theorems WHERE name = 'hard')
          AND member_id = (SELECT id FROM members WHERE name = 'n8')`)
    })
    const { code, stderr } = await hedge('evaluate', '--replay', copy)
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('hard: the passes of n8 from pass 0'),
    })
  })

  test('bad input of a replay is told in a sentence', async () => {
    const bad = async (...args: string[]) => {
      const { code, stderr } = await hedge('evaluate', ...args)
      expect(code).toBe(2)
      return stderr
    }
    expect(await bad()).toBe('hedge: the file of theorems is missing\n')
    expect(await bad('--replay', inFolder('run.sqlite'), '-m', 'baseline')).toMatch(/give neither\n$/)
    expect(await bad('--replay', inFolder('none.sqlite'))).toMatch(/^hedge: there is no file .*none.sqlite\n$/)
    expect(await bad('--replay', inFolder('run.sqlite'), '--run', 'xyz')).toBe("hedge: no run's key begins with xyz\n")
    expect(await bad('--replay', inFolder('run.sqlite'), '-o', inFolder('run.sqlite'))).toMatch(
      /is the recorded run itself/,
    )
  })

  test('proves a theorem, and says what that cost; one that nobody can reach is exit 3', async () => {
    server = await startModelServer((asked, response) => sendChoices(asked, response, choicesFor(asked)))
    const policy = member('n1', '').replace(/,$/, '')
    const proved = await hedge('prove', THEOREMS.and_swap, '--policy', policy, '--json', '--workers', '1')
    expect(proved).toMatchObject({ code: 0 })
    expect(JSON.parse(proved.stdout)).toMatchObject({
      result: 'proved',
      usage: [{ requests: expect.any(Number), promptTokens: expect.any(Number), cost: expect.any(Number) }],
    })
    await server.close()
    const unreached = await hedge('prove', THEOREMS.and_swap, '--policy', policy)
    expect(unreached).toMatchObject({ code: 3, stdout: '' })
    expect(unreached.stderr).toMatch(/^hedge: the model server http:\S+ \(n1\) cannot be reached \(.*ECONNREFUSED.*\n$/)
    expect(await hedge('evaluate', set, '-m', policy, '-o', inFolder('nothing.sqlite'))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^hedge: the model server http:.*ECONNREFUSED/),
    })
    expect(existsSync(inFolder('nothing.sqlite'))).toBe(false)
    expect(await hedge('prove', THEOREMS.and_swap, '--policy', 'http://localhost:1/v1')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/names no model: write it as .*\n$/),
    })
  })
})
