import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../src/policy/network/checkpoint.ts'
import { initialParameters } from '../../src/policy/network/network-config.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src/policy/network/safetensors.ts'
import { trainTokenizer } from '../../src/policy/network/tokenizer-trainer.ts'
import { CheckpointError } from '../../src/policy/policy-files.ts'

const home = await mkdtemp(join(tmpdir(), 'hedge-checkpoint-'))
afterAll(() => rm(home, { recursive: true }))

const tokenizer = trainTokenizer(['n : Nat\n⊢ n + 0 = n:::simp', 'n : Nat\n⊢ 0 + n = n:::exact Nat.zero_add n'], 270)
const config = { vocabularySize: tokenizer.vocabularySize, contextLength: 32, width: 8, layers: 1, heads: 2 }
const checkpoint: Checkpoint = {
  config,
  settings: { nEff: 8, maxTacticTokens: 16 },
  tokenizer,
  parameters: initialParameters(config, 5),
  training: { seed: 5, losses: [3.5, 2.25] },
}
const good = join(home, 'good')
const hash = await writeCheckpoint(good, checkpoint)

/** A copy of the good policy with one file changed. */
async function damaged(file: string, change: (bytes: Buffer) => Uint8Array | string): Promise<string> {
  const directory = await mkdtemp(join(home, 'bad-'))
  await cp(good, directory, { recursive: true })
  await writeFile(join(directory, file), change(await readFile(join(directory, file))))
  return directory
}

describe('checkpoint', () => {
  it('gives back what was written, to the bit', async () => {
    const read = await readCheckpoint(good)
    expect(read.parameters).toEqual(checkpoint.parameters)
    expect(read.config).toEqual(config)
    expect(read.settings).toEqual(checkpoint.settings)
    expect(read.training).toEqual(checkpoint.training)
    expect(read.tokenizer.merges).toEqual(tokenizer.merges)
    expect(read.hash).toBe(hash)
  })

  it('has the same hash for the same policy, another for another', async () => {
    expect(await writeCheckpoint(join(home, 'same'), checkpoint)).toBe(hash)
    const other = { ...checkpoint, parameters: initialParameters(config, 6) }
    expect(await writeCheckpoint(join(home, 'other'), other)).not.toBe(hash)
  })

  it('says in one sentence what is wrong with a directory', async () => {
    const flip = (bytes: Buffer) => {
      bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1
      return bytes
    }
    const cases: [string, RegExp][] = [
      [join(home, 'nowhere'), /manifest\.json cannot be read \(ENOENT\)/],
      [await damaged('model.safetensors', flip), /model\.safetensors does not have the hash/],
      [
        await damaged('model.safetensors', (bytes) => bytes.subarray(0, 100)),
        /model\.safetensors does not have the hash/,
      ],
      [await damaged('tokenizer.json', () => '{}'), /tokenizer\.json does not have the hash/],
      [
        await damaged('manifest.json', (bytes) => bytes.subarray(0, 40)),
        /manifest\.json is not one this program wrote/,
      ],
      [await damaged('manifest.json', () => '{"format":"gguf"}'), /manifest\.json is not one this program wrote/],
      [
        await damaged('manifest.json', (b) => b.toString().replace(hash, hash.replaceAll('a', 'b'))),
        /do not fit together/,
      ],
    ]
    for (const [directory, message] of cases) {
      const error = await readCheckpoint(directory).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(CheckpointError)
      expect((error as Error).message).toMatch(message)
      expect((error as Error).message).toContain(directory)
      expect((error as Error).message).not.toContain('\n')
    }
  })

  it('refuses files that are whole but do not belong together', async () => {
    const broken = join(home, 'mismatch')
    const smaller = { ...checkpoint, config: { ...config, vocabularySize: config.vocabularySize - 1 } }
    await writeCheckpoint(broken, smaller)
    await expect(readCheckpoint(broken)).rejects.toThrow(/its tokenizer has \d+ tokens and its network/)
    const infinite = checkpoint.parameters.slice()
    infinite[3] = Number.NaN
    await writeCheckpoint(broken, { ...checkpoint, parameters: infinite })
    await expect(readCheckpoint(broken)).rejects.toThrow(/not finite/)
  })
})

describe('safetensors', () => {
  const tensors = [
    { name: 'a', shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
    { name: 'b', shape: [1], data: Float32Array.of(-0.5) },
  ]
  const file = encodeSafetensors(tensors, { note: 'x' })

  it('round-trips, aligned, with metadata', () => {
    const read = decodeSafetensors(file)
    expect([...read.tensors.values()]).toEqual(tensors)
    expect(read.metadata).toEqual({ note: 'x' })
    const header = Number(new DataView(file.buffer).getBigUint64(0, true))
    expect((8 + header) % 8).toBe(0)
    expect(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + header))).a).toEqual({
      dtype: 'F32',
      shape: [2, 3],
      data_offsets: [0, 24],
    })
  })

  it('refuses what is cut off, foreign or inconsistent', () => {
    expect(() => decodeSafetensors(file.subarray(0, 4))).toThrow(/too short/)
    expect(() => decodeSafetensors(file.subarray(0, 30))).toThrow(/cut off in its header/)
    expect(() => decodeSafetensors(file.subarray(0, file.length - 4))).toThrow(/cut off inside the tensor b/)
    expect(() => decodeSafetensors(new Uint8Array([...file, 0, 0, 0, 0]))).toThrow(/belong to no tensor/)
    expect(() => decodeSafetensors(new TextEncoder().encode('GGUF, but long enough to be read'))).toThrow(
      /not a safetensors/,
    )
    const text = new TextDecoder('latin1').decode(file)
    const bytes = (changed: string) => Uint8Array.from(changed, (c) => c.charCodeAt(0))
    expect(() => decodeSafetensors(bytes(text.replace('"F32"', '"F16"')))).toThrow(/not a float32 tensor/)
    expect(() => decodeSafetensors(bytes(text.replace('[2,3]', '[2,4]')))).toThrow(/another size/)
  })
})
