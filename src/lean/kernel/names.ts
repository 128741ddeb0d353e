/** A name; equal names are one object. */
export type Name = {
  readonly id: number
  /** Undefined for the anonymous name. */
  readonly prefix: Name | undefined
  readonly part: string | bigint
  /** Different for different names, and readable. */
  readonly key: string
  /** Made by the kernel: no library and no declaration has it. */
  readonly isFresh: boolean
}

/** Text and number components are told apart, and a dot within a component from one between two. */
export class NameStore {
  readonly #known = new Map<string, Name>()
  #next = 1
  readonly anonymous: Name = { id: 0, prefix: undefined, part: '', key: '', isFresh: false }

  string(prefix: Name, part: string): Name {
    // A component that could be read otherwise is quoted.
    const text = /^[\p{L}_][\p{L}\p{N}_'!?]*$/u.test(part) ? part : JSON.stringify(part)
    return this.#intern(prefix, part, text)
  }
  number(prefix: Name, part: bigint): Name {
    return this.#intern(prefix, part, String(part))
  }
  /** From components that need no quotes: `Nat.add`. */
  plain(text: string): Name {
    return text.split('.').reduce((prefix, part) => this.string(prefix, part), this.anonymous)
  }
  /** The same name below another one. */
  below(space: Name, name: Name): Name {
    if (name.prefix === undefined) return space
    const prefix = this.below(space, name.prefix)
    return typeof name.part === 'string' ? this.string(prefix, name.part) : this.number(prefix, name.part)
  }
  /** A name that no declaration can have: it is never found again. */
  fresh(hint: string): Name {
    const id = this.#next++
    return { id, prefix: this.anonymous, part: hint, key: `${hint}#${id}`, isFresh: true }
  }
  #intern(prefix: Name, part: string | bigint, text: string): Name {
    const key = prefix === this.anonymous ? text : `${prefix.key}.${text}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name: Name = { id: this.#next++, prefix, part, key, isFresh: prefix.isFresh }
    this.#known.set(key, name)
    return name
  }
}

/** A name's components, outermost first; one that is no JavaScript number is a text that nothing else is. */
export function componentsOf(name: Name): (string | number)[] {
  const parts: (string | number)[] = []
  for (let n: Name | undefined = name; n?.prefix !== undefined; n = n.prefix) {
    const { part } = n
    const isSmall = typeof part === 'bigint' && part <= BigInt(Number.MAX_SAFE_INTEGER)
    parts.unshift(typeof part === 'string' ? part : isSmall ? Number(part) : `\0${part}`)
  }
  return parts
}
