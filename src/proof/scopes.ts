import type { CodeToken } from './lean-text.ts'

type Scope = { readonly kind: 'namespace' | 'section' | 'mutual'; readonly name: string }

/** Follows the scopes of a source text, token by token. */
export class OpenScopes {
  #scopes: Scope[] = []
  /** A word whose name, on the same line, may follow. */
  #word: { readonly kind: 'namespace' | 'section' | 'end'; readonly end: number } | undefined
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The open namespaces, with a dot behind each: a theorem's name is completed by them. */
  get namespace(): string {
    return this.#scopes.map(({ kind, name }) => (kind === 'namespace' ? `${name}.` : '')).join('')
  }

  get inMutual(): boolean {
    return this.#scopes.some(({ kind }) => kind === 'mutual')
  }

  /** The commands that close all that is open, innermost first. */
  get ends(): string[] {
    return this.#scopes.map(({ name }) => (name === '' ? 'end' : `end ${name}`)).reverse()
  }

  take({ kind, text, start }: Pick<CodeToken, 'kind' | 'text' | 'start'>): void {
    const word = this.#word
    this.#word = undefined
    if (kind === 'word' && word !== undefined && !this.#text.slice(word.end, start).includes('\n')) {
      // `namespace A.B` opens two, and `end A.B` closes two; `end` alone has closed one already.
      const names = text.split('.')
      if (word.kind === 'end') this.#scopes.splice(Math.max(0, this.#scopes.length - names.length + 1))
      else {
        this.#scopes.pop()
        for (const name of names) this.#scopes.push({ kind: word.kind, name })
      }
      return
    }
    if (kind !== 'word') return
    if (text === 'mutual') this.#scopes.push({ kind: 'mutual', name: '' })
    else if (text === 'end') this.#scopes.pop()
    else if (text === 'namespace' || text === 'section') this.#scopes.push({ kind: text, name: '' })
    if (text === 'namespace' || text === 'section' || text === 'end')
      this.#word = { kind: text, end: start + text.length }
  }
}
