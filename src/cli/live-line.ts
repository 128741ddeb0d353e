/** Between two lines where none can be redrawn: in a log, a pipe, an agent's terminal. */
const LOG_LINE_EVERY_MS = 15_000
const REDRAW_EVERY_MS = 250

export type LiveLine = {
  /** Shows the line as it is now, where it can be redrawn. */
  update(): void
  /** Another line, which stays above it. */
  say(text: string): void
  /** The line goes; `last` stays in its place. */
  stop(last?: string): void
}

export type LiveStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** Whether lines of a stream can be redrawn in place. */
export const isLive = (stream: LiveStream): boolean => stream.isTTY === true && process.env.TERM !== 'dumb'

/**
 * The program's one way to say how far something is: a line that is redrawn in place on a terminal; elsewhere `first`, once,
 * and the line now and then.
 */
export function showLine(
  line: () => string,
  first: () => string = line,
  stream: LiveStream = process.stderr,
): LiveLine {
  const inPlace = isLive(stream)
  const draw = () => stream.write(`\r\u001b[K${[...line()].slice(0, (stream.columns ?? 80) - 1).join('')}`)
  if (inPlace) draw()
  else stream.write(`${first()}\n`)
  const timer = setInterval(
    inPlace ? draw : () => stream.write(`${line()}\n`),
    inPlace ? REDRAW_EVERY_MS : LOG_LINE_EVERY_MS,
  )
  timer.unref()
  let stopped = false
  return {
    update() {
      if (inPlace && !stopped) draw()
    },
    say(text) {
      stream.write(inPlace && !stopped ? `\r\u001b[K${text}\n` : `${text}\n`)
      if (inPlace && !stopped) draw()
    },
    stop(last) {
      if (stopped) return
      stopped = true
      clearInterval(timer)
      if (inPlace) stream.write('\r\u001b[K')
      if (last !== undefined) stream.write(`${last}\n`)
    },
  }
}
