import type { Engine } from '../lean/engine.ts'
import type { DeclarationExport } from '../proof/declarations/export.ts'
import { toNdjson } from '../proof/declarations/ndjson.ts'
import { programCommit } from './product.ts'

/** What the verifier has checked, as the lines of a file for other checkers: lean4export's format 3.1. */
export function* exportLines(data: DeclarationExport, engine: Engine): Iterable<string> {
  const [version = '', githash = ''] = engine.leanVersion.split(', commit ')
  const meta = { exporter: { name: 'hedge-prover', version: programCommit() }, lean: { version, githash } }
  for (const line of toNdjson(data, meta)) yield `${line}\n`
}
