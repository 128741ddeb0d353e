import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { loadTheorems } from '../../src/dataset/theorem-file.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A proof on record: a source, and the statement it is said to prove. */
export type RecordedProof = {
  readonly from: string
  readonly name: string
  readonly header: string
  readonly statement: string
  readonly source: string
  /** Tactics whose terms are of a kind of their own. */
  readonly kinds: readonly string[]
}

const KINDS: readonly (readonly [string, RegExp])[] = [
  ['decide +kernel', /decide\s+\+kernel/],
  ['bv', /\bbv_\w+|BitVec/],
  ['omega', /\bomega\b/],
  ['grind', /\bgrind\b/],
  ['decide', /\bdecide\b(?!\s*\+kernel)/],
  ['simp', /\bsimp(_all|_arith)?\b/],
]
const kindsOf = (proof: string): string[] => {
  const kinds = KINDS.filter(([, pattern]) => pattern.test(proof)).map(([kind]) => kind)
  return kinds.length === 0 ? ['other'] : kinds
}

/** All different proofs in the study's results, and those of the training corpus. */
export async function recordedProofs(): Promise<RecordedProof[]> {
  const proofs = new Map<string, RecordedProof>()
  const study = join(ROOT, 'study')
  for (const file of readdirSync(study).filter((name) => name.endsWith('.sqlite.gz'))) {
    const db = new Database(gunzipSync(readFileSync(join(study, file))), { readonly: true })
    const rows = db
      .prepare('SELECT t.name, t.header, t.statement, p.source FROM proofs p JOIN theorems t ON t.id = p.theorem_id')
      .all() as Pick<RecordedProof, 'name' | 'header' | 'statement' | 'source'>[]
    for (const row of rows) {
      const key = JSON.stringify([row.header, row.statement, row.source])
      if (!proofs.has(key)) proofs.set(key, { ...row, from: file, kinds: kindsOf(row.source) })
    }
    db.close()
  }
  const corpus = join(ROOT, 'datasets', 'core-train')
  for (const file of readdirSync(corpus).filter((name) => name.endsWith('.lean'))) {
    const source = readFileSync(join(corpus, file), 'utf8')
    const { theorems } = await loadTheorems(join(corpus, file))
    for (const [i, { theorem }] of theorems.entries()) {
      const start = source.indexOf(theorem.statement)
      const next = theorems[i + 1]?.theorem.statement
      const own = source.slice(start, next === undefined ? undefined : source.indexOf(next))
      proofs.set(JSON.stringify([file, theorem.name]), {
        from: file,
        name: theorem.name,
        header: theorem.header,
        statement: theorem.statement,
        source,
        kinds: kindsOf(own),
      })
    }
  }
  return [...proofs.values()]
}
