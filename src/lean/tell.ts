import type { MessageConnection } from 'vscode-jsonrpc/node'

/** Sends what nobody waits for. To a process that has ended, or is about to, nothing is sent: its connection throws at once. */
export function tell(connection: MessageConnection, method: string, params: object): void {
  const sending = async () => connection.sendNotification(method, params)
  sending().catch(() => {})
}
