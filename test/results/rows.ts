import type { Database } from 'better-sqlite3'

/**
 * Everything a results file says that must not depend on when it was written, or in how many attempts: no times, no
 * row numbers, no counts of how much was known already.
 */
export function lastingRows(database: Database, { units = true } = {}): unknown {
  return {
    runs: database
      .prepare('SELECT key, config, seed, mode, passes, dataset, dataset_hash FROM runs ORDER BY key')
      .all(),
    members: database.prepare('SELECT position, name, n_eff, quota, config FROM members ORDER BY position').all(),
    theorems: database
      .prepare('SELECT position, name, header, statement, outcome, completion, message FROM theorems ORDER BY position')
      .all(),
    units:
      units &&
      database
        .prepare(
          `SELECT theorems.name AS theorem, members.name AS member, turn, first_pass, units.seed, open FROM units
         JOIN theorems ON theorems.id = theorem_id JOIN members ON members.id = member_id ORDER BY 1, 2, 3`,
        )
        .all(),
    passes: database
      .prepare(
        `SELECT theorem, member, pass, ending, depth, tactics, proof_source, seed FROM passes_in_full ORDER BY 1, 2, 3`,
      )
      .all(),
    refusals: database
      .prepare(
        `SELECT theorems.name AS theorem, key, reason, messages FROM refusals
         JOIN theorems ON theorems.id = theorem_id ORDER BY 1, 2`,
      )
      .all(),
    proofs: database
      .prepare(
        `SELECT theorems.name AS theorem, key, tactics, source, axioms FROM proofs
         JOIN theorems ON theorems.id = theorem_id ORDER BY 1, 2`,
      )
      .all(),
  }
}
