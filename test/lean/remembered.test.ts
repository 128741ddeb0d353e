import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { remembered } from '../../src/lean/embedded/remembered.ts'

const folder = mkdtempSync(join(tmpdir(), 'hedge-remembered-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('results are made once, and only the latest stay', async () => {
  vi.stubEnv('HEDGE_CACHE', folder)
  let made = 0
  const ask = (key: string) => remembered('answers', key, z.number(), async () => ++made)
  expect([await ask('a'), await ask('a'), await ask('b')]).toEqual([1, 1, 2])
  for (let i = 0; i < 120; i++) await ask(`more ${i}`)
  expect(readdirSync(folder).filter((name) => name.startsWith('answers-'))).toHaveLength(100)
  expect(await ask('more 119')).toBe(122)
  vi.unstubAllEnvs()
})
