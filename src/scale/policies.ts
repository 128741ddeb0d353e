import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readPolicyFiles } from '../policy/policy-files.ts'
import { InputError } from '../proof/input-error.ts'
import { pack, queueNames, unpack } from './protocol.ts'
import type { QueueServer } from './server.ts'

const manifestSchema = z.object({ hash: z.string(), files: z.record(z.string(), z.string()) })
const storedSchema = z.object({ body: z.string() })
const filesSchema = z.record(z.string().regex(/^[\w.-]+$/), z.string())

/** What a queue's server can be asked to carry. Larger ones go into a folder that all machines see. */
const MOST_BYTES = 64 << 20
const MANIFEST = 'manifest.json'

/** Lets workers fetch a trained policy. @throws InputError where it is too large for that; CheckpointError */
export async function publishPolicy(server: QueueServer, key: string, folder: string): Promise<void> {
  const { hash } = await readPolicyFiles(folder)
  const { files } = manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')))
  const contents: Record<string, string> = {}
  let bytes = 0
  for (const name of [MANIFEST, ...Object.keys(files)]) {
    const content = await readFile(join(folder, name))
    bytes += content.length
    if (bytes > MOST_BYTES)
      throw new InputError(
        `${folder} is too large to go through the queue (over ${MOST_BYTES >> 20} MB): put it into a folder that all machines see, and give that with \`hedge worker --policies\``,
      )
    contents[name] = content.toString('base64')
  }
  await server.queue(queueNames(key).policies).add([{ id: `p-${hash}`, data: { body: pack(contents) } }])
}

export type PolicyPlaces = {
  /** Where it may stand already, by another name. */
  readonly given: readonly string[]
  /** A folder of policies that machines share. */
  readonly shared: string | undefined
  /** Where fetched ones are kept. */
  readonly cache: string
}

/**
 * A folder with the policy of this hash: one that is here, or fetched from the run's coordinator through the queue.
 * Every file is checked against its hash.
 * @throws InputError where it is nowhere
 */
export async function findPolicy(
  server: QueueServer,
  key: string,
  hash: string,
  places: PolicyPlaces,
): Promise<string> {
  const shared =
    places.shared === undefined
      ? []
      : (await readdir(places.shared).catch(() => [])).map((name) => join(places.shared as string, name))
  const kept = join(places.cache, hash)
  for (const folder of [...places.given, ...shared, kept]) if ((await hashOf(folder)) === hash) return folder
  const stored = storedSchema.safeParse(await server.queue(queueNames(key).policies).data(`p-${hash}`))
  if (!stored.success)
    throw new InputError(
      `the policy ${hash.slice(0, 12)} is neither here nor in the queue: give its folder with --policies`,
    )
  await mkdir(places.cache, { recursive: true })
  const partial = await mkdtemp(join(places.cache, 'partial-'))
  const damaged = (cause?: unknown) => new InputError(`the queue's policy ${hash.slice(0, 12)} is damaged`, { cause })
  try {
    for (const [name, content] of Object.entries(filesIn(stored.data.body, damaged)))
      await writeFile(join(partial, name), Buffer.from(content, 'base64'))
    if ((await hashOf(partial)) !== hash) throw damaged()
    await rm(kept, { recursive: true, force: true })
    // Another worker of this machine may have been quicker; its files are the same.
    await rename(partial, kept).catch(async (error: Error) => {
      if ((await hashOf(kept)) !== hash) throw error
    })
    return kept
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

function filesIn(body: string, damaged: (cause: unknown) => Error): z.infer<typeof filesSchema> {
  try {
    return unpack(body, filesSchema)
  } catch (error) {
    throw damaged(error)
  }
}

async function hashOf(folder: string): Promise<string | undefined> {
  return readPolicyFiles(folder).then(
    ({ hash }) => hash,
    () => undefined,
  )
}
