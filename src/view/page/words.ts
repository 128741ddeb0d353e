import type { RowOutcome, RunState } from '../data.ts'

/** Milliseconds as people say them: `350 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`
  return `${Math.round(seconds / 86_400)} days`
}

/** A share in [0, 1]. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** A moment in the reader's own time. */
export function moment(iso: string): string {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

/** The time of day, to the second. */
export function clock(iso: string): string {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleTimeString(undefined, { timeStyle: 'medium' })
}

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  running: 'running',
  idle: 'nobody is at work',
  complete: 'complete',
}

/** The class that colours an outcome. */
export function outcomeClass(outcome: RowOutcome): string {
  switch (outcome) {
    case 'proved':
      return 'good'
    case 'statement error':
    case 'engine error':
      return 'bad'
    case 'under way':
      return 'busy'
    case 'not proved':
    case 'open':
      return 'quiet'
    default:
      return outcome satisfies never
  }
}

/** Okabe and Ito's colours, as in the plots: a member has the same one everywhere. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a7a00']
export const memberColour = (member: number): string => COLOURS[member % COLOURS.length] as string
