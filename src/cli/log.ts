import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

/** Logs to stderr; silent unless asked for. */
export function createLog(verbose: boolean): Logger {
  return pino(
    { level: verbose ? 'debug' : 'silent', base: null },
    pretty({ destination: 2, sync: true, translateTime: 'HH:MM:ss.l' }),
  )
}
