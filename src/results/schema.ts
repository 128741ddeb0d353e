import type { Database } from 'better-sqlite3'

/**
 * The results file. Every row leads to its run, which says what was proved (dataset, its hash), by what (Lean, its
 * library's hash) and how (seed, config); members say with which checkpoint; units say with which commit of this
 * program. The view `passes_in_full` puts all of it on one line.
 *
 * Times are milliseconds, moments are ISO 8601 in UTC, lists are JSON.
 */
const VERSIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,          -- SHA-256 of all that decides the results: the same key is the same run
    config TEXT NOT NULL,              -- what the key is the hash of
    seed TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('union', 'first-proof', 'slices')),
    passes INTEGER NOT NULL,           -- per member and theorem
    dataset TEXT NOT NULL,
    dataset_hash TEXT NOT NULL,
    lean_version TEXT NOT NULL,
    library_hash TEXT NOT NULL,
    commit_hash TEXT NOT NULL,         -- of the program that began the run
    started_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    n_eff REAL,
    checkpoint_hash TEXT,
    quota INTEGER NOT NULL,            -- passes this member may use on one theorem
    config TEXT NOT NULL,
    UNIQUE (run_id, position), UNIQUE (run_id, name)
  ) STRICT;

  CREATE TABLE theorems (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    header TEXT NOT NULL,
    statement TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'done', 'statementError', 'engineError')),
    completion TEXT CHECK (completion IN ('complete', 'wallClock', 'firstProof')),
    message TEXT,
    UNIQUE (run_id, position)
  ) STRICT;

  CREATE TABLE units (                 -- work that was recorded together
    id INTEGER PRIMARY KEY,
    theorem_id INTEGER NOT NULL REFERENCES theorems(id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
    turn INTEGER NOT NULL,
    first_pass INTEGER NOT NULL,
    seed TEXT NOT NULL,                -- pass i drew from createRandom(seed).fork(i)
    open INTEGER NOT NULL,             -- 0: the member has nothing left to do on the theorem
    commit_hash TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    expansions INTEGER NOT NULL, tactics_run INTEGER NOT NULL, cache_hits INTEGER NOT NULL,
    errors INTEGER NOT NULL, timeouts INTEGER NOT NULL, crashes INTEGER NOT NULL, refused INTEGER NOT NULL,
    policy_ms REAL NOT NULL, engine_ms REAL NOT NULL, verifier_ms REAL NOT NULL, total_ms REAL NOT NULL,
    UNIQUE (theorem_id, member_id, turn)
  ) STRICT;

  CREATE TABLE proofs (                -- verified ones, nothing else
    id INTEGER PRIMARY KEY,
    theorem_id INTEGER NOT NULL REFERENCES theorems(id) ON DELETE CASCADE,
    key TEXT NOT NULL,                 -- the last step: proof state and tactic
    tactics TEXT NOT NULL,
    source TEXT NOT NULL,              -- the file that was verified
    axioms TEXT NOT NULL,
    UNIQUE (theorem_id, key)
  ) STRICT;

  CREATE TABLE passes (
    theorem_id INTEGER NOT NULL REFERENCES theorems(id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
    pass INTEGER NOT NULL,
    unit_id INTEGER NOT NULL REFERENCES units(id) ON DELETE CASCADE,
    ending TEXT NOT NULL,
    depth INTEGER NOT NULL,            -- valid tactics
    tactics TEXT NOT NULL,
    proof_id INTEGER REFERENCES proofs(id),
    PRIMARY KEY (theorem_id, member_id, pass),
    CHECK ((ending = 'proved') = (proof_id IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX passes_of_unit ON passes (unit_id);

  CREATE TABLE trees (
    theorem_id INTEGER PRIMARY KEY REFERENCES theorems(id) ON DELETE CASCADE,
    record BLOB NOT NULL               -- deflated JSON of a TreeRecord
  ) STRICT;

  CREATE VIEW passes_in_full AS
    SELECT runs.dataset, runs.dataset_hash, runs.lean_version, runs.library_hash, runs.seed AS run_seed,
      runs.config, runs.mode, units.commit_hash, units.seed, members.name AS member, members.n_eff,
      members.checkpoint_hash, members.config AS member_config, theorems.name AS theorem, passes.pass,
      passes.ending, passes.depth, passes.tactics, proofs.source AS proof_source
    FROM passes
      JOIN units ON units.id = passes.unit_id
      JOIN members ON members.id = passes.member_id
      JOIN theorems ON theorems.id = passes.theorem_id
      JOIN runs ON runs.id = theorems.run_id
      LEFT JOIN proofs ON proofs.id = passes.proof_id;
  `,
  `
  CREATE TABLE answers (               -- what policies said, so that a run can be done again without them
    id INTEGER PRIMARY KEY,
    theorem_id INTEGER NOT NULL REFERENCES theorems(id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
    requests INTEGER NOT NULL,         -- what they cost, on a model server; 0 elsewhere
    retries INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    truncated INTEGER NOT NULL,        -- samples that are no tactic
    too_long INTEGER NOT NULL,         -- proof states that did not fit
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost REAL NOT NULL,                -- at the prices in the member's config
    record BLOB NOT NULL               -- deflated JSON: [state, question, [tactic, log-probability]...]...
  ) STRICT;
  CREATE INDEX answers_of_theorem ON answers (theorem_id, member_id);
  `,
  `
  CREATE TABLE refusals (              -- finished scripts that the verifier did not take
    id INTEGER PRIMARY KEY,
    theorem_id INTEGER NOT NULL REFERENCES theorems(id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members(id) ON DELETE CASCADE,
    key TEXT NOT NULL,                 -- the last step: proof state and tactic
    tactics TEXT NOT NULL,
    reason TEXT NOT NULL,              -- one line
    messages TEXT NOT NULL,            -- all that Lean said
    UNIQUE (theorem_id, key)
  ) STRICT;
  ALTER TABLE proofs ADD COLUMN kernels TEXT; -- what the second kernel said, JSON; NULL where it was not asked
  `,
  `
  -- The theorem of the same run, by position, whose header begins with this one's, and how many of its characters are this
  -- one's, which is stored as '' then. NULL where the header is stored.
  ALTER TABLE theorems ADD COLUMN header_of INTEGER;
  ALTER TABLE theorems ADD COLUMN header_chars INTEGER;
  -- Characters of the theorem's header that the source begins with, and that are not stored again; NULL for none.
  ALTER TABLE proofs ADD COLUMN header_chars INTEGER;

  CREATE VIEW headers AS
    SELECT theorems.id AS theorem_id,
      CASE WHEN theorems.header_of IS NULL THEN theorems.header
           ELSE substr(longest.header, 1, theorems.header_chars) END AS header
    FROM theorems
      LEFT JOIN theorems AS longest ON longest.run_id = theorems.run_id AND longest.position = theorems.header_of;

  CREATE VIEW sources AS
    SELECT proofs.id AS proof_id,
      CASE WHEN proofs.header_chars IS NULL THEN proofs.source
           ELSE substr(headers.header, 1, proofs.header_chars) || proofs.source END AS source
    FROM proofs JOIN headers ON headers.theorem_id = proofs.theorem_id;

  DROP VIEW passes_in_full;
  CREATE VIEW passes_in_full AS
    SELECT runs.dataset, runs.dataset_hash, runs.lean_version, runs.library_hash, runs.seed AS run_seed,
      runs.config, runs.mode, units.commit_hash, units.seed, members.name AS member, members.n_eff,
      members.checkpoint_hash, members.config AS member_config, theorems.name AS theorem, passes.pass,
      passes.ending, passes.depth, passes.tactics, sources.source AS proof_source
    FROM passes
      JOIN units ON units.id = passes.unit_id
      JOIN members ON members.id = passes.member_id
      JOIN theorems ON theorems.id = passes.theorem_id
      JOIN runs ON runs.id = theorems.run_id
      LEFT JOIN sources ON sources.proof_id = passes.proof_id;
  `,
  `
  CREATE TABLE exports (               -- what the kernels checked of a proof, to be checked again
    proof_id INTEGER PRIMARY KEY REFERENCES proofs(id) ON DELETE CASCADE,
    hash TEXT NOT NULL,                -- SHA-256 of the record
    record BLOB NOT NULL               -- gzipped NDJSON in lean4export's format; its first line says for which theorem
  ) STRICT;
  `,
  `
  CREATE TABLE tree_parts (            -- what a tree has gained since trees has it; gone when the tree is written as a whole
    id INTEGER PRIMARY KEY,
    theorem_id INTEGER NOT NULL REFERENCES theorems(id) ON DELETE CASCADE,
    record BLOB NOT NULL               -- deflated JSON of a TreePart
  ) STRICT;
  CREATE INDEX tree_parts_of_theorem ON tree_parts (theorem_id);
  `,
]

/** The file was written by a newer version of this program, or is no results file at all. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/** What a database is, told without a write. @throws SchemaError where it is not this program's to use */
export function identify(database: Database): 'empty' | 'old' | 'current' {
  // Both at one moment: another process may be creating the tables.
  const look = database.transaction(() => ({
    version: Number(database.pragma('user_version', { simple: true })),
    objects: database.prepare('SELECT name FROM sqlite_master').pluck().all(),
  }))
  const { version, objects } = look()
  if (objects.length === 0 && version === 0) return 'empty'
  // Other programs number their schemas too, so the number alone says nothing.
  if (version === 0 || !objects.includes('passes_in_full'))
    throw new SchemaError('the file is a database of something else')
  if (version > VERSIONS.length) {
    throw new SchemaError(
      `the results file has version ${version}, this program knows versions up to ${VERSIONS.length}`,
    )
  }
  return version < VERSIONS.length ? 'old' : 'current'
}

/** Brings a results file, new or old, to this program's version. @throws SchemaError */
export function migrate(database: Database): void {
  // A reader of a finished file needs no lock, nor leave to write.
  if (identify(database) === 'current') return
  // Immediate: two processes that open a new file at once must not both create its tables.
  database
    .transaction(() => {
      identify(database)
      const found = Number(database.pragma('user_version', { simple: true }))
      for (const step of VERSIONS.slice(found)) database.exec(step)
      database.pragma(`user_version = ${VERSIONS.length}`)
    })
    .immediate()
}
