import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { HEDGE } from './built.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** Something that each of them must say. */
const SAYS: Record<string, RegExp> = {
  'prove.ts': /rfl: error\n[\s\S]*omega: finished\n[\s\S]*-- found by/,
  'verify.ts': /^honest: verified\nunfinished: rejected, .+\nanother: rejected, .+\n$/,
  'fill.ts': /line 4, plants_even: proved\n[\s\S]*- {2}sorry/,
}

test.each(
  readdirSync(`${ROOT}/examples`).filter((name) => name.endsWith('.ts')),
)('examples/%s does what it says, and leaves nothing running', async (name) => {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', `examples/${name}`], {
    cwd: ROOT,
    timeout: 240_000,
  })
  expect(stdout).toMatch(SAYS[name] as RegExp)
})

test('what README does with examples/Garden.lean is done: both holes are filled', async () => {
  const args = [HEDGE, 'fill', 'examples/Garden.lean', '--json', '--budget', '120s']
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, timeout: 280_000 })
  const { holes } = JSON.parse(stdout)
  expect(holes).toMatchObject([
    { theorem: 'total_append', line: 6, column: 2, status: 'proved' },
    { theorem: 'both', line: 9, column: 2, status: 'proved' },
  ])
})
