import { InputError } from '../proof/input-error.ts'

/** Where a queue's server is. */
export type QueueAddress = {
  readonly kind: 'redis' | 'postgres'
  /** As it may be shown: without the password. */
  readonly shown: string
  /** As the client libraries take it. */
  readonly url: string
}

const KINDS: Readonly<Record<string, QueueAddress['kind']>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'valkey:': 'redis',
  'valkeys:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
}

/** Where the password may stand instead of in the address, which other users of a machine can read. */
export const PASSWORD_VARIABLE = 'HEDGE_QUEUE_PASSWORD'

/** Reads an address as it is given to `--queue`. @throws InputError */
export function parseAddress(text: string, environment: NodeJS.ProcessEnv): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const kind = url === undefined ? undefined : KINDS[url.protocol]
  if (url === undefined || kind === undefined)
    throw new InputError(
      `\`${withoutPassword(text)}\` is no address of a queue: give redis://HOST:PORT, rediss:// (with TLS) or postgres://USER@HOST:PORT/DATABASE`,
    )
  if (url.hostname === '') throw new InputError(`\`${withoutPassword(text)}\` names no host`)
  url.protocol = url.protocol.replace('valkey', 'redis')
  const password = environment[PASSWORD_VARIABLE]
  if (password !== undefined && url.password === '') url.password = encodeURIComponent(password)
  // `URL` does not let the protocol of an unknown scheme be changed.
  const full = url.href.replace(/^valkey/, 'redis')
  return { kind, shown: withoutPassword(full), url: full }
}

function withoutPassword(text: string): string {
  return text.replace(/^([^:/]+:\/\/[^:/@]*):.*@/, '$1@').replace(/([?&]password=)[^&]*/i, '$1***')
}
