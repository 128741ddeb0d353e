import type { Duplex } from 'node:stream'
import { AbstractMessageWriter, type Message, type MessageWriter } from 'vscode-jsonrpc/node'

/** Writes a message in one piece. The library's own writer waits for the length to be written, and writes the rest then. */
export class WholeMessageWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #channel: Duplex

  constructor(channel: Duplex) {
    super()
    this.#channel = channel
    channel.on('error', (error) => this.fireError(error))
    channel.on('close', () => this.fireClose())
  }

  write(message: Message): Promise<void> {
    const content = JSON.stringify(message)
    const whole = `Content-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}`
    return new Promise((resolve, reject) => {
      this.#channel.write(whole, 'utf8', (error) => {
        if (error === null || error === undefined) return resolve()
        this.fireError(error, message)
        reject(error)
      })
    })
  }

  end(): void {
    this.#channel.end()
  }
}
