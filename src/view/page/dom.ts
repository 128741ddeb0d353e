/** What an element is given: attributes as they are, `on…` as listeners, `text` as its text. */
export type Props = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>
export type Child = Node | string | undefined | false

/** An HTML element. Texts go in as texts: nothing of a run is ever markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  fill(element, props, children)
  return element
}

/** An SVG element. */
export function svg(tag: string, props: Props = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  fill(element, props, children)
  return element
}

function fill(element: Element, props: Props, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener)
    else if (name === 'text') element.textContent = String(value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child !== undefined && child !== false) element.append(child)
}

/** A picture that this program drew. */
export function drawn(markup: string, label: string): HTMLElement {
  const box = h('div', { class: 'plot', role: 'img', 'aria-label': label })
  box.innerHTML = markup
  return box
}

/** Says something to those who do not see the page; the last word counts. */
export function announce(text: string): void {
  const place = document.getElementById('said') ?? h('div', { id: 'said', class: 'unseen', 'aria-live': 'polite' })
  if (!place.isConnected) document.body.append(place)
  place.textContent = text
}

/** Hands the reader a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  h('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
