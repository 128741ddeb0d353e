import { parseAddress } from '../scale/address.ts'
import type { QueueServer } from '../scale/server.ts'

/** The flag, and what it means. */
export const QUEUE_FLAG = [
  '--queue <url>',
  'redis://, rediss:// or postgres://: work together with `hedge worker` on any machines; see docs/scale.md',
] as const

/**
 * Connects to the queue that the user has named.
 * @param say what a user should know of the server, a line each
 * @throws InputError where it cannot be used
 */
export async function openQueue(url: string, say: (line: string) => void = () => {}): Promise<QueueServer> {
  const address = parseAddress(url, process.env)
  // The client libraries are only for those who use a queue.
  const { connect } = await import('../scale/server.ts')
  return connect(address, { say })
}
