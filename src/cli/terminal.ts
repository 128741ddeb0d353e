import { SingleBar } from 'cli-progress'
import type { Diagnostic } from '../lean/engine.ts'

/** On a terminal a bar is redrawn in place; in a log file a line is written now and then. */
const LOG_LINE_EVERY_MS = 5000

export type Bar = {
  /** `done` in the bar's unit, and a few words on what is going on. */
  update(done: number, note: string): void
  stop(): void
}

/** A progress bar on stderr, shown at once. */
export function showBar(label: string, total: number, unit: (value: number) => string): Bar {
  const bar = new SingleBar({
    format: `${label} [{bar}] {shown} {note}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    barsize: 20,
    fps: 8,
    noTTYOutput: true,
    notTTYSchedule: LOG_LINE_EVERY_MS,
    // On a terminal the bar takes one line, whatever the note.
    linewrap: false,
    emptyOnZero: true,
  })
  const payload = (value: number, note: string) => ({ shown: `${unit(value)}/${unit(total)}`, note })
  bar.start(total, 0, payload(0, ''))
  return {
    update: (done, note) => bar.update(Math.min(done, total), payload(Math.min(done, total), note)),
    stop: () => bar.stop(),
  }
}

/** Steps of a preparation, each with a bar of its own; a step that is over leaves no trace on a terminal. */
export function showSteps(quiet: boolean): { step(name: string, fraction: number): void; stop(): void } {
  let current: { name: string; bar: Bar } | undefined
  return {
    step(name, fraction) {
      if (quiet) return
      if (current?.name !== name) {
        current?.bar.stop()
        current = { name, bar: showBar(name, 100, (value) => `${Math.round(value)}%`) }
      }
      current.bar.update(fraction * 100, '')
    },
    stop() {
      current?.bar.stop()
      current = undefined
    },
  }
}

/** Lean's messages with the line they are about and a caret under the place. `text` is what was elaborated. */
export function renderDiagnostics(text: string, diagnostics: readonly Diagnostic[]): string {
  const lines = text.split('\n')
  return diagnostics
    .map(({ severity, line, column, text: message }) => {
      const source = lines[line - 1]
      const caret = source === undefined ? '' : `\n  ${source}\n  ${' '.repeat(column)}^`
      return `${line}:${column}: ${severity}: ${message.trimEnd()}${caret}`
    })
    .join('\n')
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`

/** What follows a verdict where checkers from elsewhere have accepted the proof too. */
export const alsoChecked = (checkers: readonly string[] = []): string =>
  checkers.length === 0 ? '' : `; also checked by ${checkers.join(' and ')}`
