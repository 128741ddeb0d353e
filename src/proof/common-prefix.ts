const BLOCK = 4096

/** For how long two texts, or their bytes, are the same. */
export function commonPrefix<T extends string | Buffer>(a: T, b: T): number {
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at + BLOCK <= length && isSame(a, b, at)) at += BLOCK
  while (at < length && a[at] === b[at]) at++
  return at
}

/** Blocks are compared at once: a file may be megabytes long, and differ at its end. */
function isSame(a: string | Buffer, b: string | Buffer, at: number): boolean {
  const [one, other] = [a, b].map((text) => text.slice(at, at + BLOCK))
  return one instanceof Buffer ? one.equals(other as Buffer) : one === other
}
