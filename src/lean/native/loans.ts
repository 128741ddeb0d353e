/** Somebody who waits for a process that has this document open. */
export type Wanted = {
  readonly document: string
  /** How often a later one was served before. */
  readonly passedOver: number
}
/** A process nobody has; `document` is what it was started for, undefined where it is not running. */
export type Idle = { readonly document: string | undefined }

/**
 * To start a process for other imports takes as long as some hundred tactics, with Mathlib half a minute. So who can use a
 * process as it is goes before who cannot, but not before the same one more often than this.
 */
export const MOST_PASSED_OVER = 64

/** Who is served next and with which process, as places in the lists, of which none is empty. */
export function nextLoan(
  waiting: readonly Wanted[],
  idle: readonly Idle[],
): { readonly waiter: number; readonly slot: number } {
  const [first] = waiting as [Wanted]
  const serving = ({ document }: Wanted) => idle.findIndex((slot) => slot.document === document)
  const waiter = first.passedOver < MOST_PASSED_OVER ? waiting.findIndex((wanted) => serving(wanted) >= 0) : 0
  const slot = waiter < 0 ? -1 : serving(waiting[waiter] as Wanted)
  if (slot >= 0) return { waiter, slot }
  // A new process is needed: one that is not running, else one for whose document nobody waits.
  const documents = new Set(waiting.map(({ document }) => document))
  const free = idle.findIndex(({ document }) => document === undefined)
  const unwanted = idle.findIndex(({ document }) => document !== undefined && !documents.has(document))
  return { waiter: 0, slot: free >= 0 ? free : Math.max(0, unwanted) }
}
