import { layoutTree, type Placed } from '../../../report/tree-layout.ts'
import { LEGEND, treeFacts } from '../../../report/tree-places.ts'
import { statesAbove, type ViewNode, viewTree } from '../../../report/tree-view.ts'
import type { SearchNode, Tree } from '../../../search/tree.ts'
import { restoreTree, type TreeRecord } from '../../../search/tree-record.ts'
import { announce, h } from '../dom.ts'
import { PADDING } from './camera.ts'
import { extentOf, placeKey, TreeCanvas } from './canvas.ts'
import { placePanel } from './panel.ts'

export type TreeOptions = { readonly isLive: boolean; readonly isAlone: boolean; readonly title: string }

export type TreeView = {
  readonly element: HTMLElement
  /** Shows a search as it stands; what the reader has opened, chosen and moved stays. */
  show(record: TreeRecord | null): void
}

/** How many places may be shown at first: as many as can be read at once. */
const SIZES = [150, 90, 60, 40, 25, 16, 10]
/** The window's height in pixels, as its content wants it. */
const HEIGHT = { least: 260, most: 600 }

export function treeView({ isLive, isAlone }: TreeOptions): TreeView {
  let tree: Tree | undefined
  let size = SIZES[0] as number
  let selected = ''
  let failuresOpen = false
  let matches: SearchNode[] = []
  let match = -1
  const opened = new Set<string>()
  const closed = new Set<string>()

  const canvas = new TreeCanvas({ select: (key) => select(key, false), toggle })
  canvas.camera.takesWheel = isAlone
  const facts = h('p', { class: 'note facts' })
  const panel = h('aside', { class: 'panel', 'aria-label': 'The chosen state' })
  const find = h('input', { type: 'search', placeholder: 'Goal or tactic', 'aria-label': 'Find in the search tree' })
  const found = h('span', { class: 'note', role: 'status' })
  const button = (text: string, label: string, onclick: () => void) =>
    h('button', { type: 'button', 'aria-label': label, title: label, text, onclick })
  const toolbar = h(
    'div',
    { class: 'controls', role: 'toolbar', 'aria-label': 'The tree' },
    button('+', 'Larger', () => canvas.camera.zoom(1.3)),
    button('−', 'Smaller', () => canvas.camera.zoom(1 / 1.3)),
    button('Fit', 'Fit the tree into its window', () => fitWindow()),
    button('Unfold all', 'Show every state', unfoldAll),
    button('Fold', 'Show the likeliest part and the proof', fold),
    ...(isAlone ? [] : [button('Full window', 'Let the tree fill the window', fullWindow)]),
    find,
    found,
  )
  const legend = h(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    ...LEGEND.map(([kind, label]) => h('li', { class: 'key' }, h('i', { class: `swatch ${kind}` }), label)),
  )
  const keys = h('p', {
    id: 'tree-keys',
    class: 'unseen',
    text: 'Arrow keys go from state to state, Enter folds and unfolds, plus and minus zoom, 0 fits the tree.',
  })
  const frame = h('div', { class: 'tree-frame' }, canvas.element as unknown as Node)
  const none = h('p', {
    class: 'note',
    text: isLive ? 'Nothing has been searched yet.' : 'No search tree is on record.',
  })
  const body = h(
    'div',
    { class: 'tree-body', hidden: true },
    toolbar,
    facts,
    h('div', { class: 'tree-split' }, frame, panel),
    legend,
    keys,
  )
  const element = h(
    'section',
    { class: `tree-view${isAlone ? ' alone' : ''}`, 'aria-label': 'Search tree' },
    none,
    body,
  )

  function show(record: TreeRecord | null): void {
    const root = record?.states[0]
    const isFirst = tree === undefined
    tree = record === null || root === undefined ? undefined : restoreTree(record, root)
    body.hidden = tree === undefined
    none.hidden = tree !== undefined
    if (tree === undefined) return
    if (isFirst || selected === '') selected = tree.root.state.key
    const isUntouched = isFirst || (!canvas.camera.isTouched && opened.size === 0 && closed.size === 0)
    if (isUntouched) size = sizeThatFits(tree)
    search(false)
    redraw()
    if (isUntouched) fitWindow()
  }

  /** The most places that can be read at once: all of them in height, if not in width, which is one row of a long proof. */
  function sizeThatFits(tree: Tree): number {
    const room = (isAlone ? canvas.camera.size.height : HEIGHT.most) - 2 * PADDING
    const fits = (size: number) => {
      const { width, height } = extentOf(layoutTree(viewTree(tree, size).root))
      return height * canvas.camera.scaleFor(width) <= room
    }
    return SIZES.find(fits) ?? (SIZES.at(-1) as number)
  }

  /** Gives the window the height that the tree takes, and fits the tree into it. */
  function fitWindow(): void {
    const { width, height } = canvas.extent()
    const wanted = height * canvas.camera.scaleFor(width) + 2 * PADDING
    element.style.setProperty('--tree-height', `${Math.round(Math.min(HEIGHT.most, Math.max(HEIGHT.least, wanted)))}px`)
    canvas.fit()
  }

  function redraw(): void {
    if (tree === undefined) return
    const view = viewTree(tree, size, { opened, closed })
    canvas.show(view.root)
    const rest = view.hidden > 0 ? ` · ${view.hidden} of ${view.shown + view.hidden} places are folded away` : ''
    facts.textContent = treeFacts(tree) + rest
    if (placeOf(selected) === undefined) selected = tree.root.state.key
    mark()
  }

  function mark(): void {
    canvas.mark(selected, new Set(matches.map(({ state }) => state.key)))
    const place = placeOf(selected)
    if (place === undefined) return
    const script: string[] = []
    for (let at: Placed | undefined = place; at?.node.edge !== undefined; at = at.parent)
      script.unshift(at.node.edge.tactic)
    const keep = (isOpen: boolean) => {
      failuresOpen = isOpen
    }
    panel.replaceChildren(...placePanel({ node: place.node, script }, failuresOpen, keep, goTo))
  }

  const placeOf = (key: string) => canvas.places.find(({ node }) => placeKey(node) === key)

  function select(key: string, move: boolean): void {
    selected = key
    mark()
    if (move) canvas.reveal(key)
  }

  /** Folds what is open, unfolds what is not wholly open. */
  function toggle(key: string): void {
    const node = placeOf(key)?.node
    if (node === undefined || node.item.kind !== 'state') return
    const all = node.children.length + node.hiddenChildren
    if (all === 0) return
    if (node.hiddenChildren > 0) {
      opened.add(key)
      closed.delete(key)
    } else {
      closed.add(key)
      opened.delete(key)
    }
    selected = key
    redraw()
    canvas.reveal(key)
    announce(node.hiddenChildren > 0 ? `${all} places unfolded` : `${all} places folded`)
  }

  function unfoldAll(): void {
    closed.clear()
    size = Number.POSITIVE_INFINITY
    redraw()
    fitWindow()
    canvas.camera.isTouched = true
  }

  function fold(): void {
    opened.clear()
    closed.clear()
    if (tree !== undefined) size = sizeThatFits(tree)
    redraw()
    fitWindow()
  }

  /** Unfolds the way to a state, wherever it is. */
  function goTo(key: string): void {
    const node = tree?.node(key)
    if (tree === undefined || node === undefined) return
    for (const { state } of statesAbove(tree, node)) {
      opened.add(state.key)
      closed.delete(state.key)
    }
    selected = key
    redraw()
    canvas.reveal(key)
    canvas.camera.isTouched = true
  }

  function search(jump: boolean): void {
    const text = find.value.trim().toLowerCase()
    matches = []
    if (text !== '' && tree !== undefined)
      for (const node of tree.nodes()) {
        const via = tree.reach(node).via?.tactic ?? ''
        const all = [via, ...node.state.goals.map((goal) => goal.text)].join('\n').toLowerCase()
        if (all.includes(text)) matches.push(node)
      }
    match = jump ? 0 : Math.min(match, matches.length - 1)
    found.textContent = text === '' ? '' : `${matches.length} found`
    if (jump && matches[0] !== undefined) goTo(matches[0].state.key)
    else if (jump) mark()
  }

  find.addEventListener('input', () => search(true))
  find.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || matches.length === 0) return
    event.preventDefault()
    match = (match + (event.shiftKey ? matches.length - 1 : 1)) % matches.length
    found.textContent = `${match + 1} of ${matches.length}`
    goTo((matches[match] as SearchNode).state.key)
  })

  function fullWindow(): void {
    const isFull = element.classList.toggle('full')
    canvas.camera.takesWheel = isFull
    canvas.fit()
  }

  canvas.element.addEventListener('keydown', (event) => {
    const key = (event as KeyboardEvent).key
    if (key === 'Escape' && element.classList.contains('full')) return fullWindow()
    const step = keyStep(key, placeOf(selected), canvas.places)
    if (step === undefined) return
    event.preventDefault()
    if (step.kind === 'go') select(placeKey(step.node), true)
    else if (step.kind === 'toggle') toggle(selected)
    else if (step.kind === 'zoom') canvas.camera.zoom(step.factor)
    else fitWindow()
  })
  // It was drawn while its place had no size, or the window has another width now.
  let before = 0
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry?.contentRect.width ?? 0)
    if (tree === undefined || canvas.camera.isTouched || width === before) return
    before = width
    if (opened.size === 0 && closed.size === 0) {
      size = sizeThatFits(tree)
      redraw()
    }
    fitWindow()
  }).observe(frame)

  return { element, show }
}

type Step =
  | { readonly kind: 'go'; readonly node: ViewNode }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'fit' }

/** What a key asks for, as in a list that folds. */
function keyStep(key: string, at: Placed | undefined, places: readonly Placed[]): Step | undefined {
  if (key === '+' || key === '=') return { kind: 'zoom', factor: 1.3 }
  if (key === '-') return { kind: 'zoom', factor: 1 / 1.3 }
  if (key === '0') return { kind: 'fit' }
  if (at === undefined) return undefined
  const go = (place: Placed | undefined): Step | undefined =>
    place === undefined ? undefined : { kind: 'go', node: place.node }
  const index = places.indexOf(at)
  switch (key) {
    case 'ArrowRight':
      return at.node.children.length > 0
        ? go(places[index + 1])
        : at.node.hiddenChildren > 0
          ? { kind: 'toggle' }
          : undefined
    case 'ArrowLeft':
      return go(at.parent)
    // Up and down stay in the column: places that look the same distance from the root.
    case 'ArrowDown':
      return go(inColumn(places, at, 1))
    case 'ArrowUp':
      return go(inColumn(places, at, -1))
    case 'Home':
      return go(places[0])
    case 'Enter':
    case ' ':
      return { kind: 'toggle' }
    default:
      return undefined
  }
}

function inColumn(places: readonly Placed[], at: Placed, sign: 1 | -1): Placed | undefined {
  const further = places.filter(({ column, row }) => column === at.column && sign * (row - at.row) > 0)
  return further.sort((a, b) => sign * (a.row - b.row))[0]
}
