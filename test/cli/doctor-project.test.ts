import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { Finding } from '../../src/lean/diagnosis/finding.ts'
import { projectFindings } from '../../src/lean/diagnosis/project.ts'
import { readProject } from '../../src/lean/native/project.ts'

const PROJECT = fileURLToPath(new URL('../../lean-project', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hedge-project-'))
const path = process.env.PATH
afterAll(() => {
  process.env.PATH = path
  rmSync(folder, { recursive: true, force: true })
})

async function findings(project: string): Promise<Map<string, Finding>> {
  const found = new Map<string, Finding>()
  for await (const finding of projectFindings(project)) found.set(finding.what, finding)
  return found
}

test('on a machine without elan, each line says what is missing and the command that gets it', async () => {
  // As if nothing were installed, wherever the tests run.
  process.env.PATH = folder
  const found = await findings(PROJECT)
  for (const what of ['elan', 'toolchain', 'lake', 'Mathlib', 'versions']) {
    if (found.get(what)?.state === 'ok') continue
    expect(found.get(what), what).toMatchObject({ state: 'bad', remedy: expect.stringMatching(/elan|lake|cp /) })
  }
  expect(found.get('elan')?.state).toBe('bad')
  expect(found.get('project')?.state).toBe('ok')
  expect(found.get('toolchain')?.remedy).toContain('elan toolchain install leanprover/lean4:v4.34.0')
})

test('a folder that is no project is told so', async () => {
  expect((await findings(folder)).get('project')).toMatchObject({
    state: 'bad',
    detail: expect.stringContaining('lakefile'),
  })
  writeFileSync(join(folder, 'lakefile.toml'), '')
  expect((await findings(folder)).get('project')).toMatchObject({ detail: expect.stringContaining('lean-toolchain') })
  writeFileSync(join(folder, 'lean-toolchain'), 'leanprover/lean4:v4.34.0\n')
  expect((await findings(folder)).get('project')).toMatchObject({ remedy: expect.stringContaining('lake update') })
})

test('the project that comes with hedge pins one release of Mathlib, and the toolchain of that release', () => {
  const files = readProject(PROJECT)
  expect(files.mathlib?.release).toBe('v4.34.0')
  expect(files.toolchain).toBe(`leanprover/lean4:${files.mathlib?.release}`)
})
