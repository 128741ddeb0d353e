import { expect, test } from 'vitest'
import type { Worker } from '../../../src/lean/embedded/pool.ts'
import { ReservedProcess } from '../../../src/lean/embedded/reserved.ts'

test('no second process is started ahead while the one there is is lent', async () => {
  let booted = 0
  const ended: number[] = []
  const boot = async (): Promise<Worker> => {
    const pid = ++booted
    const process = { pid, death: () => undefined, kill: () => void ended.push(pid) } as unknown as Worker['process']
    return { process, environments: new Map(), theorems: new Map(), heapBytes: 0 }
  }
  const reserved = new ReservedProcess(boot, 1)
  reserved.prepare()
  const use = (heapBytes: number) =>
    reserved.use(async ({ process }) => {
      reserved.prepare()
      return { result: process.pid, heapBytes, reusable: true }
    })
  expect([await use(0), await use(0), await use(2)]).toEqual([1, 1, 1])
  expect([booted, ended]).toEqual([1, [1]])
  reserved.prepare()
  expect(await use(0)).toBe(2)
})
