/** A name; equal names are one object. */
export type Name = {
  readonly id: number
  /** Undefined for the anonymous name. */
  readonly prefix: Name | undefined
  readonly part: string | bigint
  /** Different for different names, and readable. */
  readonly key: string
}

/** Text and number components are told apart, and a dot within a component from one between two. */
export class NameStore {
  readonly #known = new Map<string, Name>()
  #next = 1
  readonly anonymous: Name = { id: 0, prefix: undefined, part: '', key: '' }

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
  /** A name that no declaration can have: it is never found again. */
  fresh(hint: string): Name {
    const id = this.#next++
    return { id, prefix: this.anonymous, part: hint, key: `${hint}#${id}` }
  }
  #intern(prefix: Name, part: string | bigint, text: string): Name {
    const key = prefix === this.anonymous ? text : `${prefix.key}.${text}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name: Name = { id: this.#next++, prefix, part, key }
    this.#known.set(key, name)
    return name
  }
}
