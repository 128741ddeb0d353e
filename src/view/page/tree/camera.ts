/** A part of the picture, in its own units. */
export type Sight = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

export const PADDING = 28
/** At `least` texts can still be read: a picture that does not fit then is moved about, unless it is in sight whole at `whole`, as on a telephone. */
export const FIT = { whole: 0.3, least: 0.6, most: 2 }
const ZOOM = { least: 0.08, most: 3 }
/** On a narrow screen there is less to spare beside a picture. */
const sidesOf = (width: number): number => 2 * Math.min(PADDING, width / 30)
const limited = (scale: number): number => (scale < FIT.whole ? FIT.least : Math.min(FIT.most, scale))
/** Pixels that a pointer may move in a click. */
const CLICK = 4

/** Which part of a picture is in sight, and how large: moved by dragging, wheel, pinching and buttons. */
export class Camera {
  readonly #element: SVGElement
  readonly #changed: () => void
  readonly #pointers = new Map<number, { x: number; y: number }>()
  #x = PADDING
  #y = PADDING
  #scale = 1
  #dragged = 0
  /** Whether a reader has moved it: then it is not moved without them. */
  isTouched = false
  /** Whether the wheel alone moves the picture. On a page that scrolls it takes the control key too. */
  takesWheel = false

  constructor(element: SVGElement, changed: () => void) {
    this.#element = element
    this.#changed = changed
    element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false })
    element.addEventListener('pointerdown', (event) => this.#down(event))
    element.addEventListener('pointermove', (event) => this.#move(event))
    for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const)
      element.addEventListener(end, (event) => this.#pointers.delete(event.pointerId))
    // A drag is no click on what it ends on.
    element.addEventListener(
      'click',
      (event) => {
        if (this.#dragged > CLICK) event.stopPropagation()
      },
      { capture: true },
    )
  }

  get transform(): string {
    return `translate(${this.#x} ${this.#y}) scale(${this.#scale})`
  }

  get scale(): number {
    return this.#scale
  }

  get size(): { readonly width: number; readonly height: number } {
    const { clientWidth, clientHeight } = this.#element
    return { width: clientWidth || 800, height: clientHeight || 500 }
  }

  sight(margin: number): Sight {
    const { width, height } = this.size
    return {
      left: (-margin - this.#x) / this.#scale,
      right: (width + margin - this.#x) / this.#scale,
      top: (-margin - this.#y) / this.#scale,
      bottom: (height + margin - this.#y) / this.#scale,
    }
  }

  /** How large a picture of this width can be shown, in [FIT.whole, FIT.most]. */
  scaleFor(width: number): number {
    return limited((this.size.width - sidesOf(this.size.width)) / width)
  }

  /** The whole picture, or its beginning where the whole could not be read. */
  fit(extent: { readonly width: number; readonly height: number }): void {
    const { width, height } = this.size
    this.#scale = limited(Math.min((width - sidesOf(width)) / extent.width, (height - 2 * PADDING) / extent.height))
    const middle = (size: number, room: number, least = PADDING) => Math.max(least, (room - size * this.#scale) / 2)
    this.#x = middle(extent.width, width, sidesOf(width) / 2)
    // Rows count from the middle of the root's box.
    this.#y = middle(extent.height, height) + 18 * this.#scale
    this.isTouched = false
    this.#changed()
  }

  zoom(factor: number, atX = this.size.width / 2, atY = this.size.height / 2): void {
    const scale = Math.min(ZOOM.most, Math.max(ZOOM.least, this.#scale * factor))
    this.#x = atX - ((atX - this.#x) * scale) / this.#scale
    this.#y = atY - ((atY - this.#y) * scale) / this.#scale
    this.#scale = scale
    this.isTouched = true
    this.#changed()
  }

  pan(dx: number, dy: number): void {
    this.#x += dx
    this.#y += dy
    this.isTouched = true
    this.#changed()
  }

  reveal({ left, right, top, bottom }: Sight): void {
    const seen = this.sight(0)
    const dx = left < seen.left ? seen.left - left : right > seen.right ? seen.right - right : 0
    const dy = top < seen.top ? seen.top - top : bottom > seen.bottom ? seen.bottom - bottom : 0
    if (dx === 0 && dy === 0) return
    this.#x += dx * this.#scale
    this.#y += dy * this.#scale
    this.#changed()
  }

  #wheel(event: WheelEvent): void {
    const isZoom = event.ctrlKey || event.metaKey
    if (!isZoom && !this.takesWheel) return
    event.preventDefault()
    if (isZoom || !event.shiftKey) {
      const box = this.#element.getBoundingClientRect()
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top)
    } else this.pan(-event.deltaY, 0)
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    this.#dragged = 0
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId)
    if (before === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    const [dx, dy] = [now.x - before.x, now.y - before.y]
    this.#dragged += Math.abs(dx) + Math.abs(dy)
    if (this.#dragged > CLICK && !this.#element.hasPointerCapture(event.pointerId))
      this.#element.setPointerCapture(event.pointerId)
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1]
    this.#pointers.set(event.pointerId, now)
    if (other === undefined) {
      if (this.#dragged > CLICK) this.pan(dx, dy)
      return
    }
    const distance = (point: { x: number; y: number }) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y))
    const box = this.#element.getBoundingClientRect()
    this.zoom(distance(now) / distance(before), (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top)
  }
}
