import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const run = (...flags: string[]) =>
  promisify(execFile)('npx', ['tsx', join(ROOT, 'bench', 'families.ts'), ...flags], { cwd: ROOT }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  )

test('a benchmark lists its flags; one that it does not know, or no number, is one sentence and exit code 2', async () => {
  const [help, unknown, noNumber] = await Promise.all([run('--help'), run('--eahc', '3'), run('--each', 'many')])
  expect(help).toMatchObject({ code: 0, said: expect.stringContaining('--each <value> (default: 6)') })
  expect(unknown).toEqual({ code: 2, said: "families.ts: Unknown option '--eahc'; --help lists the flags\n" })
  expect(noNumber).toEqual({
    code: 2,
    said: 'families.ts: --each must be a number, not "many"; --help lists the flags\n',
  })
})

test('all benchmarks read their flags so', () => {
  const files = readdirSync(join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' })
  const own = files.filter(
    (file) => file.endsWith('.ts') && readFileSync(join(ROOT, 'bench', file), 'utf8').includes('parseArgs('),
  )
  expect(own.sort()).toEqual(['flags.ts', 'scale/fake-workers.ts'])
})
