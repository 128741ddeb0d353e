import { gzipSync } from 'node:zlib'
import type { Engine } from '../lean/engine.ts'
import type { DeclarationExport } from '../proof/declarations/export.ts'
import { toNdjson } from '../proof/declarations/ndjson.ts'
import type { Theorem } from '../proof/theorem.ts'
import { programCommit } from './product.ts'

type Lean = Pick<Engine, 'leanVersion'>

/** What the verifier has checked, as the lines of a file for other checkers: lean4export's format 3.1. */
export function* exportLines(data: DeclarationExport, engine: Lean, theorem: Theorem): Iterable<string> {
  const { header, statement } = theorem
  const [version = '', githash = ''] = engine.leanVersion.split(', commit ')
  const meta = {
    exporter: { name: 'hedge-prover', version: programCommit() },
    lean: { version, githash },
    theorem: { header, statement },
  }
  for (const line of toNdjson(data, meta)) yield `${line}\n`
}

/** The same as a compressed file. */
export function packedExport(data: DeclarationExport, engine: Lean, theorem: Theorem): Uint8Array {
  return gzipSync([...exportLines(data, engine, theorem)].join(''), { level: 9 })
}
