/** The bytes are no WebAssembly module of the form that is known here. */
export class MalformedModule extends Error {
  override readonly name = 'MalformedModule'
}

/** Reads the values that WebAssembly's binary format is made of, one after another. @throws MalformedModule past the end */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }
  /** Where the next value begins. */
  get at(): number {
    return this.#at
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw new MalformedModule(`the bytes end at ${this.#bytes.length}`)
    return value
  }
  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break
        return value
      }
    }
    throw new MalformedModule(`no 32-bit number before byte ${this.#at}`)
  }
  /** A signed LEB128 number of at most 32 bits. */
  s32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << Math.min(shift, 31)
      if (byte < 0x80) return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
    }
    throw new MalformedModule(`no 32-bit number before byte ${this.#at}`)
  }
  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new MalformedModule(`the bytes end at ${this.#bytes.length}`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
  /** A name, whose length stands before it. */
  name(): string {
    const bytes = this.take(this.u32())
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  }
}

/** Writes the same values. */
export class ByteWriter {
  readonly #chunks: Uint8Array[] = []
  #open: number[] = []

  byte(value: number): this {
    this.#open.push(value)
    return this
  }
  u32(value: number): this {
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      const more = rest >= 128
      this.#open.push((rest % 128) | (more ? 0x80 : 0))
      if (!more) return this
    }
  }
  s32(value: number): this {
    for (let rest = value; ; rest >>= 7) {
      const last = rest >> 7 === (rest & 0x40 ? -1 : 0)
      this.#open.push((rest & 0x7f) | (last ? 0 : 0x80))
      if (last) return this
    }
  }
  /** The bytes are not copied before `done`. */
  bytes(bytes: Uint8Array): this {
    this.#close()
    this.#chunks.push(bytes)
    return this
  }
  name(text: string): this {
    const bytes = Buffer.from(text)
    return this.u32(bytes.length).bytes(bytes)
  }
  done(): Uint8Array {
    this.#close()
    return Buffer.concat(this.#chunks)
  }
  #close(): void {
    if (this.#open.length > 0) this.#chunks.push(Uint8Array.from(this.#open))
    this.#open = []
  }
}
