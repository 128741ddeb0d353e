import type { Events, WrittenPage } from '../data.ts'

export type Handlers = { readonly [Kind in keyof Events]?: (data: Events[Kind]) => void } & {
  /** Whether the server answers. */
  readonly connected?: (yes: boolean) => void
}

/** Where the page's data come from: a server, or the page itself. */
export interface Source {
  readonly isLive: boolean
  /** Calls the handlers, first and whenever something has changed, until the returned function is called. */
  watch(run: string | undefined, theorem: number | undefined, handlers: Handlers): () => void
  /** An exported proof, gzipped. */
  exported(run: string, theorem: number): Promise<Uint8Array>
}

const KINDS = [
  'runs',
  'run',
  'rows',
  'theorem',
  'tree',
  'queue',
  'problem',
] as const satisfies readonly (keyof Events)[]

export const liveSource: Source = {
  isLive: true,
  watch(run, theorem, handlers) {
    const query = new URLSearchParams()
    if (run !== undefined) query.set('run', run)
    if (theorem !== undefined) query.set('theorem', String(theorem))
    const events = new EventSource(`events?${query}`)
    for (const kind of KINDS)
      events.addEventListener(kind, ({ data }) => {
        const handler = handlers[kind] as ((data: unknown) => void) | undefined
        handler?.(JSON.parse(data))
      })
    events.addEventListener('open', () => handlers.connected?.(true))
    events.addEventListener('error', () => handlers.connected?.(false))
    return () => events.close()
  },
  async exported(run, theorem) {
    const answer = await fetch(`export?${new URLSearchParams({ run, theorem: String(theorem) })}`)
    if (!answer.ok) throw new Error(await answer.text())
    return new Uint8Array(await answer.arrayBuffer())
  },
}

/** The data of a written report. */
export function writtenSource(page: Extract<WrittenPage, { kind: 'report' }>): Source {
  const { run, rows, theorems } = page
  return {
    isLive: false,
    watch(_, theorem, handlers) {
      let isOver = false
      const say = async () => {
        handlers.connected?.(true)
        handlers.runs?.({ runs: [run.overview], plot: null, problems: [], unread: 0 })
        if (theorem === undefined) {
          handlers.rows?.({ whole: true, rows })
          handlers.run?.(run)
          return
        }
        const packed = theorems[theorem]
        if (packed === undefined) return handlers.problem?.(`the report has no theorem ${theorem}`)
        const shown = JSON.parse(await unpack(packed.page))
        const record = packed.tree === null ? null : JSON.parse(await unpack(packed.tree))
        if (isOver) return
        handlers.theorem?.(shown)
        handlers.tree?.({ record })
      }
      queueMicrotask(() => void say())
      return () => {
        isOver = true
      }
    },
    async exported(_, theorem) {
      const packed = theorems[theorem]?.exported
      if (packed === null || packed === undefined) throw new Error('the report has no exported proof of it')
      return bytesOf(packed)
    },
  }
}

export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

/** What was deflated, as text. */
export function unpack(base64: string): Promise<string> {
  return inflated(bytesOf(base64), 'deflate')
}

export function inflated(bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat): Promise<string> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format))).text()
}
