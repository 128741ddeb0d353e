import type { Diagnostic } from '../lean/engine.ts'
import { showLine } from './live-line.ts'

export type Bar = {
  /** `done` in the bar's unit, and a few words on what is going on. */
  update(done: number, note: string): void
  stop(): void
}

const BAR_CHARACTERS = 20

/** A progress bar on stderr, shown at once and gone when it stops; off a terminal the label, as one line. */
export function showBar(label: string, total: number, unit: (value: number) => string): Bar {
  let [done, note] = [0, '']
  const line = () => {
    const full = Math.round((BAR_CHARACTERS * done) / total)
    return `${label} [${'='.repeat(full).padEnd(BAR_CHARACTERS, '-')}] ${unit(done)}/${unit(total)} ${note}`.trimEnd()
  }
  const bar = showLine(line, () => label)
  return {
    update(now, what) {
      ;[done, note] = [Math.min(now, total), what]
    },
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

/** Said of every file that a command has written, on stderr: what is on stdout is the result alone. */
export function sayWritten(...paths: readonly string[]): void {
  for (const path of paths) process.stderr.write(`written to ${path}\n`)
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

/** How long the user has waited since the program began. */
export const waited = (): string => seconds(performance.now())
