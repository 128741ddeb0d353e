import { EXIT } from './failure.ts'

export type Interrupt = {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal
  /** From here on signals do what they do by default. */
  release(): void
}

/** Makes the first SIGINT or SIGTERM ask what is running to stop and save, and a second one end the program at once. */
export function listenForInterrupt(say: (line: string) => void): Interrupt {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) endAtOnce()
    say('\nstopping; once more stops at once')
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    release: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  }
}

function endAtOnce(): never {
  // Behind the listeners that end the Lean processes. In the middle of a native operation an ordinary exit would crash.
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'))
  process.exit(EXIT.interrupted)
}
