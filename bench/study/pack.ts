import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { openResults } from '../../src/results/store.ts'

/** Writes what the tables need of a results file, compressed, beside it. */
export async function pack(path: string): Promise<void> {
  if (!existsSync(path)) return
  const copy = `${path}.packing`
  await rm(copy, { force: true })
  const source = openResults(path, { mustExist: true })
  source.prepare('VACUUM INTO ?').run(copy)
  source.close()
  const packed = openResults(copy, { mustExist: true })
  packed.exec(
    "DELETE FROM trees; DELETE FROM tree_parts; DELETE FROM answers; UPDATE passes SET tactics = '[]' WHERE proof_id IS NULL",
  )
  packed.exec('VACUUM')
  packed.pragma('journal_mode = DELETE')
  packed.close()
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(copy), { level: 9 }))
  await rm(copy)
}
