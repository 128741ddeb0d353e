import { layoutTree, type Placed } from '../../../report/tree-layout.ts'
import {
  BEND,
  BOX,
  boxWidth,
  COLUMN,
  linkPath,
  placeKind,
  placeLabel,
  placeRemarks,
  ROW,
  tacticLabels,
} from '../../../report/tree-places.ts'
import type { ViewNode } from '../../../report/tree-view.ts'
import { svg } from '../dom.ts'
import { Camera } from './camera.ts'

/** Names a place across views of the same search: a state by its key, an ending by its tactic. */
export function placeKey({ item }: ViewNode): string {
  return item.kind === 'state' ? item.node.state.key : `${item.edge.from.state.key}\n⊣ ${item.edge.tactic}`
}

export type CanvasEvents = { select(key: string): void; toggle(key: string): void }

/** Pixels around what is in sight that are drawn too. */
const MARGIN = 300

/** The picture of a search tree. Only what is in sight is in the document: thousands of places stay fluid. */
export class TreeCanvas {
  readonly element: SVGElement
  readonly camera: Camera
  readonly #links = svg('g', { 'aria-hidden': true })
  readonly #boxes = svg('g', { role: 'presentation' })
  readonly #world: SVGElement
  readonly #drawn = new Map<string, SVGElement>()
  readonly #lines = new Map<string, SVGElement>()
  readonly #events: CanvasEvents
  #places: readonly Placed[] = []
  #labels: ReadonlyMap<ViewNode, string> = new Map()
  #selected = ''
  #found: ReadonlySet<string> = new Set()
  #frame = 0

  constructor(events: CanvasEvents) {
    this.#events = events
    this.#world = svg('g', {}, this.#links, this.#boxes)
    this.element = svg(
      'svg',
      { class: 'tree', role: 'tree', tabindex: 0, 'aria-label': 'Search tree', 'aria-describedby': 'tree-keys' },
      this.#world,
    )
    this.camera = new Camera(this.element, () => this.#later())
  }

  get places(): readonly Placed[] {
    return this.#places
  }

  show(root: ViewNode): void {
    this.#places = layoutTree(root)
    this.#labels = tacticLabels(this.#places)
    this.#clear()
    this.#later()
  }

  /** @param found places that a search has found */
  mark(selected: string, found: ReadonlySet<string>): void {
    this.#selected = selected
    this.#found = found
    this.#clear()
    this.#later()
  }

  /** Width and height of the whole picture, in its own units. */
  extent(): { readonly width: number; readonly height: number } {
    return extentOf(this.#places)
  }

  /** The whole picture into its window, or its beginning where the whole could not be read. */
  fit(): void {
    this.camera.fit(this.extent())
  }

  /** Moves so far that a place is in sight. */
  reveal(key: string): void {
    const place = this.#places.find(({ node }) => placeKey(node) === key)
    if (place === undefined) return
    const x = place.column * COLUMN
    this.camera.reveal({
      left: x - 30,
      right: x + BOX.width + 30,
      top: place.row * ROW - 40,
      bottom: place.row * ROW + 40,
    })
  }

  #clear(): void {
    for (const element of [...this.#drawn.values(), ...this.#lines.values()]) element.remove()
    this.#drawn.clear()
    this.#lines.clear()
  }

  #later(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    this.#frame = 0
    this.#world.setAttribute('transform', this.camera.transform)
    const { left, right, top, bottom } = this.camera.sight(MARGIN)
    const inSight = new Set<string>()
    for (const place of this.#places) {
      const [x, y] = [place.column * COLUMN, place.row * ROW]
      const key = placeKey(place.node)
      const above = (place.parent?.row ?? place.row) * ROW
      const linkSeen = x >= left && x - COLUMN <= right && y >= top && above <= bottom
      const seen = x + BOX.width >= left && x <= right && y >= top && y <= bottom
      if (!linkSeen && !seen && key !== this.#selected) continue
      inSight.add(key)
      if (this.#drawn.has(key)) continue
      const link = this.#link(place)
      if (link !== undefined) {
        this.#lines.set(key, link)
        this.#links.append(link)
      }
      const box = this.#box(place, key)
      this.#drawn.set(key, box)
      this.#boxes.append(box)
    }
    for (const [key, element] of this.#drawn) {
      if (inSight.has(key)) continue
      element.remove()
      this.#lines.get(key)?.remove()
      this.#drawn.delete(key)
      this.#lines.delete(key)
    }
    const active = this.#drawn.get(this.#selected)
    if (active !== undefined) this.element.setAttribute('aria-activedescendant', active.id)
  }

  #link(place: Placed): SVGElement | undefined {
    const { node, column, row } = place
    if (node.edge === undefined) return undefined
    const proof = node.onProof ? ' proof' : ''
    const x = column * COLUMN - (COLUMN - BOX.width) + BEND + 4
    return svg(
      'g',
      {},
      svg('title', { text: node.edge.tactic }),
      svg('path', { class: `link${proof}`, d: linkPath(place) }),
      svg('text', { class: `tactic${proof}`, x, y: row * ROW - 5, text: this.#labels.get(node) ?? '' }),
    )
  }

  #box(place: Placed, key: string): SVGElement {
    const { node, column, row } = place
    const kind = placeKind(node)
    const small = placeRemarks(node, true)
    const width = boxWidth(node)
    const isSelected = key === this.#selected
    const folds = node.children.length > 0 || node.hiddenChildren > 0
    const tactic = node.edge === undefined ? 'root' : node.edge.tactic.replace(/\s+/g, ' ')
    const element = svg(
      'g',
      {
        id: `place-${column}-${row}`,
        class: `place${isSelected ? ' selected' : ''}${this.#found.has(key) ? ' found' : ''}`,
        role: 'treeitem',
        'aria-level': column + 1,
        'aria-selected': String(isSelected),
        'aria-expanded': folds ? String(node.children.length > 0) : undefined,
        'aria-label': `${tactic}: ${placeLabel(node)}${small === '' ? '' : `, ${small}`}${kind === 'proof' ? ', on the proof' : ''}`,
        transform: `translate(${column * COLUMN} ${row * ROW})`,
        onclick: () => this.#events.select(key),
        ondblclick: () => this.#events.toggle(key),
      },
      svg('rect', { class: `box ${kind}`, y: -BOX.height / 2, width, height: BOX.height, rx: 6 }),
      svg('text', {
        class: kind === 'accepted' ? 'on-accepted' : '',
        x: 8,
        y: small === '' ? 4 : -3,
        text: placeLabel(node),
      }),
      small !== '' && svg('text', { class: 'small', x: 8, y: 12, text: small }),
    )
    if (folds) element.append(this.#handle(node, key, width))
    return element
  }

  /** Folds and unfolds what is below a state. */
  #handle(node: ViewNode, key: string, width: number): SVGElement {
    const isOpen = node.hiddenChildren === 0
    const text = isOpen ? '−' : `+${node.hiddenChildren}`
    return svg(
      'g',
      {
        class: 'handle',
        transform: `translate(${width} 0)`,
        onclick: (event: MouseEvent) => {
          event.stopPropagation()
          this.#events.toggle(key)
        },
      },
      svg('title', { text: isOpen ? 'Fold' : 'Unfold' }),
      svg('rect', { x: -9, y: -9, width: text.length * 7 + 11, height: 18, rx: 9 }),
      svg('text', { x: (text.length * 7 + 11) / 2 - 9, y: 3.8, text }),
    )
  }
}

export function extentOf(places: readonly Placed[]): { readonly width: number; readonly height: number } {
  const width = Math.max(...places.map(({ node, column }) => column * COLUMN + boxWidth(node)))
  return { width, height: Math.max(...places.map(({ row }) => row)) * ROW + BOX.height }
}
