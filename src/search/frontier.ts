import type { SearchNode } from './tree.ts'

type Entry = { readonly node: SearchNode; readonly priority: number; readonly order: number }

/**
 * Nodes waiting for expansion, highest priority first; equal priorities in the order in which they were first offered.
 * A binary heap whose outdated entries are dropped when they come up.
 */
export class Frontier {
  readonly #heap: Entry[] = []
  readonly #waiting = new Map<SearchNode, Entry>()
  readonly #order = new Map<SearchNode, number>()

  get size(): number {
    return this.#waiting.size
  }

  /** Adds a node, or raises the priority of one that waits already. */
  offer(node: SearchNode, priority: number): void {
    const waiting = this.#waiting.get(node)
    if (waiting !== undefined && waiting.priority >= priority) return
    const order = this.#order.get(node) ?? this.#order.size
    this.#order.set(node, order)
    const entry = { node, priority, order }
    this.#waiting.set(node, entry)
    this.#push(entry)
  }

  peek(): SearchNode | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#waiting.get(top.node) === top) return top.node
      this.#drop()
    }
    return undefined
  }

  /** The priority of the node that is taken next; lower than any other where none waits. */
  get highest(): number {
    this.peek()
    return this.#heap[0]?.priority ?? Number.NEGATIVE_INFINITY
  }

  take(): SearchNode | undefined {
    const node = this.peek()
    if (node === undefined) return undefined
    this.#drop()
    this.#waiting.delete(node)
    return node
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(entry, heap[parent] as Entry)) break
      heap[at] = heap[parent] as Entry
      at = parent
    }
    heap[at] = entry
  }

  /** Takes the top entry off the heap. */
  #drop(): void {
    const heap = this.#heap
    const last = heap.pop() as Entry
    if (heap.length === 0) return
    let at = 0
    while (true) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (!before(heap[child] as Entry, last)) break
      heap[at] = heap[child] as Entry
      at = child
    }
    heap[at] = last
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.order < b.order)
}
