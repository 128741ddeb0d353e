import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { spawnLean } from '../../src/lean/embedded/lean-process.ts'
import { findNodeBinary } from '../../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../../src/lean/embedded/prepare.ts'

test('notifications to a process that is ending are dropped, until its end is known and after', async () => {
  const process = spawnLean(await findNodeBinary(), await prepareLean())
  process.kill('a test')
  // The connection closes some turns before the process's end is reported.
  for (; process.death() === undefined; await nextTurn()) process.notify('closeTheorem', { theorem: 1 })
  process.notify('closeTheorem', { theorem: 1 })
  expect(await process.gone).toEqual({ kind: 'killed', reason: 'a test' })
  await expect(process.request('hello', {}, 1000)).rejects.toMatchObject({ name: 'ProcessGoneError' })
})
