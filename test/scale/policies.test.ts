import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { readPolicyFiles } from '../../src/policy/policy-files.ts'
import { parseAddress } from '../../src/scale/address.ts'
import { findPolicy, type PolicyPlaces, publishPolicy } from '../../src/scale/policies.ts'
import { pack, queueNames, unpack } from '../../src/scale/protocol.ts'
import { connect, type QueueServer } from '../../src/scale/server.ts'
import { ownPolicy } from './own-policy.ts'
import { postgres, type TestServer } from './servers.ts'

let database: TestServer
let server: QueueServer
let folder: string
let policy: string
let hash: string
let runs = 0
let key: string
let places: PolicyPlaces
beforeAll(async () => {
  database = await postgres()
  server = await connect(parseAddress(database.url, {}))
  folder = await mkdtemp(join(tmpdir(), 'hedge-policies-'))
  policy = join(folder, 'mine')
  hash = await ownPolicy(policy)
})
afterAll(async () => {
  await server.close()
  await database.remove()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  key = `${runs++}`.repeat(64)
  places = { given: [], shared: undefined, cache: join(folder, `cache-${runs}`) }
})

async function contents(of: string): Promise<Record<string, string>> {
  const names = (await readdir(of)).sort()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(of, name), 'hex')])))
}

test('a worker that has no such policy gets it from the queue, keeps it, and asks no second time', async () => {
  await expect(findPolicy(server, key, hash, places)).rejects.toThrow(
    `the policy ${hash.slice(0, 12)} is neither here nor in the queue: give its folder with --policies`,
  )
  await publishPolicy(server, key, policy)
  const fetched = await findPolicy(server, key, hash, places)
  expect(fetched).toBe(join(places.cache, hash))
  expect(await contents(fetched)).toEqual(await contents(policy))
  expect(await readdir(places.cache)).toEqual([hash])
  await server.queue(queueNames(key).policies).remove()
  expect(await findPolicy(server, key, hash, places)).toBe(fetched)
})

test('what is damaged here is not used: it is fetched again', async () => {
  await publishPolicy(server, key, policy)
  const fetched = await findPolicy(server, key, hash, places)
  await appendFile(join(fetched, 'model.safetensors'), 'x')
  expect(await findPolicy(server, key, hash, places)).toBe(fetched)
  expect((await readPolicyFiles(fetched)).hash).toBe(hash)
  // Nor is a folder of that name with another policy in it.
  await rm(places.cache, { recursive: true })
  const other = join(folder, 'other')
  await ownPolicy(other, 2)
  expect(await findPolicy(server, key, hash, { ...places, given: [other] })).toBe(fetched)
})

test('a folder that machines share comes first', async () => {
  const shared = join(folder, 'shared')
  await mkdir(shared, { recursive: true })
  await ownPolicy(join(shared, 'by-any-name'))
  expect(await findPolicy(server, key, hash, { ...places, shared })).toBe(join(shared, 'by-any-name'))
})

test.each([
  ['a file in it was changed', (files: Record<string, string>) => ({ ...files, 'config.json': btoa('{}') })],
  ['a file is missing', ({ 'model.safetensors': _, ...files }: Record<string, string>) => files],
  ['a name leads out of the folder', (files: Record<string, string>) => ({ ...files, '../evil': btoa('x') })],
  ['it is none', () => undefined],
])('a policy from the queue is refused where %s, and nothing is kept', async (_, change) => {
  await publishPolicy(server, key, policy)
  const queue = server.queue(queueNames(key).policies)
  const id = `p-${hash}`
  const { body } = (await queue.data(id)) as { body: string }
  const changed = change(unpack(body, z.record(z.string(), z.string())))
  await queue.withdraw(id)
  await queue.add([{ id, data: { body: changed === undefined ? 'nonsense' : pack(changed) } }])
  await expect(findPolicy(server, key, hash, places)).rejects.toThrow(
    `the queue's policy ${hash.slice(0, 12)} is damaged`,
  )
  expect(await readdir(places.cache)).toEqual([])
  expect(await readdir(folder)).not.toContain('evil')
})

test('one that is damaged at the coordinator is not given to anybody', async () => {
  const bad = join(folder, 'bad')
  await ownPolicy(bad)
  await writeFile(join(bad, 'config.json'), '{}')
  await expect(publishPolicy(server, key, bad)).rejects.toThrow(`${bad} is not a usable policy`)
  expect(await server.queue(queueNames(key).policies).ids()).toEqual([])
})
