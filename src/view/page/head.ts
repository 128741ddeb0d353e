import { type Child, h } from './dom.ts'

/** A page's beginning. Its parts stay where they are while their content changes, so that a focus on them stays too. */
export type PageHead = {
  readonly element: HTMLElement
  show(product: readonly Child[], title: readonly Child[], rest?: readonly Child[]): void
}

export function pageHead(): PageHead {
  const product = h('p', { class: 'product' })
  const title = h('h1', { tabindex: -1 })
  const rest = h('div')
  return {
    element: h('div', {}, product, title, rest),
    show(first, second, third = []) {
      fill(product, first)
      fill(title, second)
      fill(rest, third)
    },
  }
}

/** Leaves alone what would be the same. */
function fill(place: HTMLElement, children: readonly Child[]): void {
  const fresh = h('div', {}, ...children)
  if (fresh.innerHTML !== place.innerHTML) place.replaceChildren(...fresh.childNodes)
}
