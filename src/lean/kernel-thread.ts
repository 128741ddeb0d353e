import { parentPort } from 'node:worker_threads'
import { type ValidExport, validateExport } from '../proof/declarations/validate.ts'
import { DEFAULT_LIMITS } from './kernel/budget.ts'
import { Library, type NameComponents } from './kernel/library.ts'
import { ProofCheck } from './kernel/proof-check.ts'
import type { FromKernelThread, ToKernelThread } from './kernel-protocol.ts'

/** The thread that the second kernel runs in: libraries that proofs are checked on are kept from check to check. */
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const send = (message: FromKernelThread): void => port.postMessage(message)

/** What one library has been asked for, so that it can be built anew when its store is full. */
type Fed = readonly [data: ValidExport, asked: readonly NameComponents[], axioms: readonly NameComponents[]]
type Kept = { library: Library; readonly fed: Fed[] }
/** The latest last. */
const libraries = new Map<string, Kept>()
const LIBRARIES_KEPT = 8
/** A store that is fuller than this when a check ends is emptied. */
const FULL = 0.5

function libraryOf(key: string, terms: number): Kept {
  const known = libraries.get(key)
  const isFull = known?.library.isRetired || (known?.library.stores.terms.size ?? 0) >= terms * FULL
  const kept = known === undefined || isFull ? built(terms, known?.fed ?? []) : known
  libraries.delete(key)
  libraries.set(key, kept)
  for (const oldest of libraries.keys()) {
    if (libraries.size <= LIBRARIES_KEPT) break
    libraries.delete(oldest)
  }
  return kept
}
function built(terms: number, fed: Fed[]): Kept {
  const library = new Library(terms)
  for (const one of fed) library.add(...one)
  return { library, fed }
}

type Running = { readonly id: number; readonly check: ProofCheck; readonly kept: Kept; ms: number }
let running: Running | undefined

function advance(work: Running): void {
  const begun = performance.now()
  const step = work.check.run()
  work.ms += performance.now() - begun
  if (step.kind === 'needs') {
    send({ kind: 'needs', id: work.id, constants: step.constants })
    return
  }
  running = undefined
  const { steps } = work.check
  send({ kind: 'verdict', id: work.id, verdict: step, ms: work.ms, steps, terms: work.kept.library.stores.terms.size })
}

port.on('message', (message: ToKernelThread) => {
  switch (message.kind) {
    case 'check': {
      const begun = performance.now()
      const limits = { ...DEFAULT_LIMITS, ...message.limits }
      const kept = libraryOf(message.library, limits.terms)
      const check = new ProofCheck(kept.library, validateExport(message.stated), validateExport(message.proof), limits)
      running = { id: message.id, check, kept, ms: performance.now() - begun }
      advance(running)
      break
    }
    case 'constants': {
      if (running === undefined) break
      const begun = performance.now()
      const data = validateExport(message.exported)
      const fed: Fed = [data, message.asked, message.axioms]
      running.kept.fed.push(fed)
      running.kept.library.add(...fed)
      running.ms += performance.now() - begun
      advance(running)
      break
    }
    default:
      message satisfies never
  }
})
