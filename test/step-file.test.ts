import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DatasetError, formatStep, readStepFile } from '../src/dataset/step-file.ts'

const home = await mkdtemp(join(tmpdir(), 'hedge-steps-'))
afterAll(() => rm(home, { recursive: true }))
const file = async (content: string) => {
  const path = join(home, 'steps.jsonl')
  await writeFile(path, content)
  return path
}
const step = { theorem: 'add_zero', index: 0, state: 'n : Nat\n⊢ n + 0 = n', tactic: 'simp' }

describe('step file', () => {
  it('is read line by line, with the hash of its bytes', async () => {
    const content = `${formatStep(step)}\n\n${JSON.stringify({ ...step, index: 1, extra: true })}\n`
    const { steps, hash } = await readStepFile(await file(content))
    expect(steps).toEqual([step, { ...step, index: 1 }])
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect((await readStepFile(await file(`${content}\n`))).hash).not.toBe(hash)
  })

  it('names the line that is wrong', async () => {
    const cases: [string, RegExp][] = [
      [`${formatStep(step)}\n{"theorem": "x",\n`, /line 2 is not JSON/],
      [`${formatStep(step)}\n${JSON.stringify({ ...step, tactic: '' })}`, /line 2 is not a proof step \(tactic: /],
      [JSON.stringify({ theorem: 'x', state: 's', tactic: 't' }), /line 1 is not a proof step \(index: /],
      ['\n', /has no proof steps/],
    ]
    for (const [content, message] of cases) {
      const error = await readStepFile(await file(content)).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(DatasetError)
      expect((error as Error).message).toMatch(message)
    }
    await expect(readStepFile(join(home, 'nothing'))).rejects.toThrow(/cannot be read \(ENOENT\)/)
  })
})
