const [QUOTE, BACKSLASH, NEWLINE] = [0x22, 0x5c, 0x0a]
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/** The lines of a file that comes in chunks, however long it is; the last one may be empty. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = []
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      begun.push(chunk.subarray(from, at))
      yield Buffer.concat(begun).toString()
      begun = []
      from = at + 1
    }
    begun.push(chunk.subarray(from))
  }
  yield Buffer.concat(begun).toString()
}

/**
 * The texts of the objects in a JSON list that comes in chunks: what one string cannot hold can be read so. Between the objects
 * nothing is looked at. @throws SyntaxError where the list does not end
 */
export async function* objectsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let [depth, inString, escaped] = [0, false, false]
  let begun: Buffer[] = []
  for await (const chunk of chunks) {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
      } else if (byte === QUOTE) inString = true
      else if (OPENING.has(byte)) {
        if (depth === 1) from = at
        depth++
      } else if (CLOSING.has(byte)) {
        depth--
        if (depth !== 1) continue
        begun.push(chunk.subarray(from, at + 1))
        yield Buffer.concat(begun).toString()
        begun = []
      }
    }
    if (depth > 1) begun.push(chunk.subarray(from))
  }
  if (depth !== 0 || inString) throw new SyntaxError('the list does not end')
}
