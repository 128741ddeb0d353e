import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { findNodeBinary } from '../../src/lean/embedded/node-binary.ts'
import { inspectCache, type PreparedLean, prepareLean } from '../../src/lean/embedded/prepare.ts'
import { openHeader } from '../../src/lean/embedded/session.ts'

let engine: EmbeddedEngine
let lean: PreparedLean
const secret = mkdtempSync(join(tmpdir(), 'hedge-secret-'))
beforeAll(async () => {
  writeFileSync(join(secret, 'secret.txt'), 'the secret')
  engine = await EmbeddedEngine.create({ processes: 1, verifies: false })
  lean = await prepareLean()
})
afterAll(async () => {
  await engine?.dispose()
  rmSync(secret, { recursive: true })
})

/** What Lean says to one `#eval`, all messages joined. */
function evaluate(code: string, header = ''): Promise<string> {
  return engine.pool.withWorker(async (worker) => {
    const { environment } = await openHeader(worker, header)
    const { diagnostics } = await worker.process.request('elaborate', { environment, source: `${code}\n` }, 60_000)
    return diagnostics.map((d) => d.text).join('\n')
  })
}

describe('code inside Lean', () => {
  test('#eval runs, or the tests below would say nothing', async () => {
    expect(await evaluate('#eval 6 * 7')).toBe('42')
    expect(await evaluate('#eval IO.FS.readFile "/lean/Init/Core.olean"')).toContain('non UTF-8 data')
  })

  test('reads nothing of the machine', async () => {
    for (const path of [
      '/etc/passwd',
      join(secret, 'secret.txt'),
      join(homedir(), '.bashrc'),
      join(lean.directory, 'manifest.json'),
      `/lean/../${secret}/secret.txt`,
    ]) {
      const said = await evaluate(`#eval IO.FS.readFile ${JSON.stringify(path)}`)
      expect(said).toMatch(/no such file/)
    }
    expect(await evaluate('#eval IO.getEnv "HOME"')).toBe('none')
    expect(await evaluate('#eval IO.appPath')).toBe('FilePath.mk "/lean/lean"')
    expect(await evaluate('#eval do return (← System.FilePath.readDir "/").map IO.FS.DirEntry.fileName')).not.toMatch(
      /etc|root/,
    )
  })

  test.each([
    ['a new file in the library', 'IO.FS.writeFile "/lean/pwned.txt" "x"'],
    ['a file of the library', 'IO.FS.writeFile "/lean/Init.olean" "x"'],
    ['an append to the library', 'do let h ← IO.FS.Handle.mk "/lean/Init.olean" .append; h.putStr "x"'],
    ['a read-write handle', 'do let h ← IO.FS.Handle.mk "/lean/Init.olean" .readWrite; h.putStr "x"'],
    ['removing', 'IO.FS.removeFile "/lean/Init.olean"'],
    ['renaming', 'IO.FS.rename "/lean/Init.olean" "/lean/Other.olean"'],
    ['a new folder', 'IO.FS.createDirAll "/lean/folder"'],
    ['removing a folder', 'IO.FS.removeDirAll "/lean/Init"'],
    ['permissions', 'IO.setAccessRights "/lean/Init.olean" {}'],
    ['the file system in memory', 'IO.FS.writeFile "/tmp/x" "x"'],
  ])('cannot write: %s', async (_what, code) => {
    expect(await evaluate(`#eval (${code} : IO Unit)`)).toMatch(/read-only|unsupported|not permitted|error code/)
    expect(readdirSync(lean.libraryDir).sort()).toEqual([
      'Init',
      'Init.olean',
      'Lake',
      'Lake.olean',
      'LakeMain.olean',
      'Lean',
      'Lean.olean',
      'Leanc.olean',
      'Std',
      'Std.olean',
    ])
  })

  test('starts no process', async () => {
    const marker = join(secret, 'started')
    for (const code of [
      `IO.Process.output { cmd := "touch", args := #[${JSON.stringify(marker)}] }`,
      `IO.Process.run { cmd := "sh", args := #["-c", "touch ${marker}"] }`,
    ]) {
      expect(await evaluate(`#eval do let x ← ${code}; return (repr (sizeOf x))`)).toMatch(
        /unsupported|error|not implemented/i,
      )
    }
    expect(existsSync(marker)).toBe(false)
  })

  test('tactics and statements that carry code get no further', async () => {
    const statement =
      'theorem t : (by exact (by first | exact True)) ∧ (run_tac IO.FS.writeFile "/lean/pwned.txt" "x") = True'
    expect((await engine.start({ name: 't', header: '', statement })).kind).toBe('rejected')
    expect(existsSync(join(lean.libraryDir, 'pwned.txt'))).toBe(false)
  })

  test('the library is as it was', async () => {
    expect((await inspectCache()).kind).toBe('ready')
  })
})

test("behind that, Node's permission model holds the host process itself", async () => {
  const node = await findNodeBinary()
  const script = `
    const tries = {
      read: () => require('fs').readFileSync(${JSON.stringify(join(secret, 'secret.txt'))}),
      home: () => require('fs').readdirSync(${JSON.stringify(homedir())}),
      write: () => require('fs').writeFileSync(${JSON.stringify(join(lean.libraryDir, 'pwned.txt'))}, 'x'),
      spawn: () => require('child_process').spawnSync('id'),
      library: () => require('fs').readFileSync(${JSON.stringify(join(lean.libraryDir, 'Init.olean'))}).length,
    }
    for (const [name, attempt] of Object.entries(tries)) { try { attempt(); console.log(name, 'ALLOWED') } catch (e) { console.log(name, e.code) } }`
  const { stdout } = spawnSync(node.path, ['--permission', `--allow-fs-read=${lean.directory}`, '-e', script], {
    encoding: 'utf8',
  })
  expect(stdout.trim().split('\n')).toEqual([
    'read ERR_ACCESS_DENIED',
    'home ERR_ACCESS_DENIED',
    'write ERR_ACCESS_DENIED',
    'spawn ERR_ACCESS_DENIED',
    'library ALLOWED',
  ])
  // The same flags are on every host.
  const [worker] = engine.pool.workers
  const command = spawnSync('ps', ['-o', 'args=', '-p', String(worker?.process.pid)], { encoding: 'utf8' }).stdout
  expect(command).toContain('--permission')
  expect(command).not.toMatch(/--allow-(fs-write|child-process|addons|wasi)/)
})
