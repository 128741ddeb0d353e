import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
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

/** Texts with all that could be taken for the end of something, and characters of several bytes. */
const tricky = ['⊢ "}]" ∧ "\\\\"', '{[(\n', '𝔸 ⟨a, b⟩ \\"', '']
const leanDojo = tricky.map((text, i) => ({
  full_name: `t${i}`,
  file_path: 'A.lean',
  start: [1, 1],
  end: [2, 2],
  note: [{ deep: [text, '{'] }],
  traced_tactics: i === 3 ? [] : [{ tactic: `exact ${text}`, state_before: `⊢ ${text}`, state_after: 'no goals' }],
}))

describe('step file', () => {
  it('of LeanDojo is read piece by piece, wherever the pieces end, compressed or not', async () => {
    const text = JSON.stringify(leanDojo, null, 1)
    const expected = tricky.slice(0, 3).map((one, i) => ({
      theorem: `t${i}`,
      index: 0,
      state: `⊢ ${one}`,
      tactic: `exact ${one}`,
    }))
    const plain = await file(text)
    const packed = join(home, 'steps.json.gz')
    await writeFile(packed, gzipSync(text))
    const whole = await readStepFile(plain)
    expect(whole.steps).toEqual(expected)
    for (const bytes of [1, 2, 3, 7, 64]) {
      expect(await readStepFile(plain, bytes)).toEqual(whole)
      expect(await readStepFile(packed, bytes)).toEqual(whole)
    }
    await expect(readStepFile(await file(text.slice(0, -3)), 5)).rejects.toThrow(/is not JSON/)
    await expect(readStepFile(await file(text.replace('"t1"', '1')))).rejects.toThrow(/theorem 1: full_name/)
    await writeFile(packed, text)
    await expect(readStepFile(packed)).rejects.toThrow(/is not a gzip file/)
  })

  it('of lines is the same in pieces of any length', async () => {
    const plain = await file(`${formatStep(step)}\r\n\n${formatStep({ ...step, index: 1, state: '⊢ 𝔸' })}`)
    const whole = await readStepFile(plain)
    expect(whole.steps).toHaveLength(2)
    for (const bytes of [1, 2, 5]) expect(await readStepFile(plain, bytes)).toEqual(whole)
  })

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
