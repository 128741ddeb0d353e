import type { EmbeddedEngine } from '../../../src/lean/embedded/engine.ts'
import { LspEngine, type Verify } from '../../../src/lean/native/engine.ts'
import { sharedEngine } from '../shared-engine.ts'
import { wasmPeer } from '../wasm-worker/peer.ts'

/** One embedded Lean and one language server for all that is compared between them: a server takes 2 GB and seconds to start. */
export let embedded: EmbeddedEngine
export let lsp: LspEngine
/** Why processes of the server ended, in order. */
export const ended: string[] = []

/** The peer has no verifier; that of the embedded Lean stands in for it, or another one that a test brings. */
let verify: Verify | undefined
export function verifyBy(other: Verify | undefined): void {
  verify = other
}

export async function openEngines(): Promise<void> {
  embedded = await sharedEngine()
  const onEvent = (event: { kind: string; reason?: string }) => {
    if (event.kind === 'ended') ended.push(event.reason ?? '')
  }
  lsp = new LspEngine(await wasmPeer(), { processes: 1, onEvent }, (...what) =>
    (verify ?? embedded.verify.bind(embedded))(...what),
  )
}

export async function closeEngines(): Promise<void> {
  await lsp?.dispose()
}
