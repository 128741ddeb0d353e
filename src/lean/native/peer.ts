import type { ProcessCommand } from './process-group.ts'

/**
 * A Lean whose language server's file worker can be started: a project's toolchain, or in tests another build of the
 * same server. The engine knows no more of it.
 */
export type LeanPeer = {
  /** E.g. `4.28.0, commit 38f3c0c4…`. */
  readonly version: string
  /** Identifies the libraries it reads, for results files. */
  readonly libraryHash: string
  /** `lean --worker`, which speaks LSP on its standard streams about one document. */
  readonly worker: ProcessCommand
  /** URI of the document, which need not exist. Inside a project, for its settings to hold. */
  readonly documentUri: string
  /** Of the project. A file in it is opened under its own name, for the options of its module to hold. */
  readonly directory?: string
}
