import { Transform } from 'node:stream'

const MARK = Buffer.from('Content-Length: ')
const END_OF_HEADER = Buffer.from('\r\n\r\n')

/** Passes on the frames of a JSON-RPC stream and drops what stands between them: some builds of Lean print there. */
export function framesOnly(): Transform {
  let buffer: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
      for (;;) {
        const start = buffer.indexOf(MARK)
        if (start < 0) {
          // The mark may be cut in two.
          buffer = buffer.subarray(Math.max(0, buffer.length - MARK.length))
          break
        }
        const endOfHeader = buffer.indexOf(END_OF_HEADER, start)
        if (endOfHeader < 0) {
          buffer = buffer.subarray(start)
          break
        }
        const length = Number.parseInt(buffer.toString('latin1', start + MARK.length, endOfHeader), 10)
        const end = endOfHeader + END_OF_HEADER.length + length
        if (buffer.length < end) {
          buffer = buffer.subarray(start)
          break
        }
        this.push(buffer.subarray(start, end))
        buffer = buffer.subarray(end)
      }
      done()
    },
  })
}
