import type { ExportedTheorem } from '../../proof/declarations/ndjson.ts'
import { announce, h } from './dom.ts'
import type { FromWorker } from './kernel-worker.ts'
import { inflated } from './source.ts'
import { duration } from './words.ts'

/** The worker's script, which the build puts here. */
declare const KERNEL_WORKER: string

const DEADLINE_MS = 120_000

const WHAT =
  'The second kernel runs here, in your browser, over the exported file of the proof. It checks every declaration of the statement and of the proof, computes the recursors, and that the theorem proves the statement. It takes the library’s definitions, and its theorems at their types, as the file has them; and it does not read the Lean text: that the file says what the text says is Lean’s word. For which text it was made the file says itself; a file that was made for another text than this page’s is refused.'

/**
 * Checks a proof again at a click. `fetchExport` is left out where no export is there: then a file can be chosen.
 * @param theorem the page's; a file that was made for another is refused
 * @param command makes the file
 */
export function checkAgain(
  fetchExport: (() => Promise<Uint8Array>) | undefined,
  theorem: ExportedTheorem,
  command: string,
): HTMLElement {
  const said = h('div', { class: 'check-said', role: 'status' })
  const button = h('button', { type: 'button', class: 'main-button', text: 'Check this proof again, here' })
  const file = h('input', { type: 'file', accept: '.ndjson,.gz', class: 'unseen', id: 'export-file' })
  const begin = async (bytes: () => Promise<Uint8Array>) => {
    button.disabled = true
    said.replaceChildren(h('p', { text: 'Checking…' }))
    const lines = await result(bytes, theorem)
    said.replaceChildren(...lines)
    said.dataset.round = String(Number(said.dataset.round ?? 0) + 1)
    announce(said.querySelector('p')?.textContent ?? '')
    button.disabled = false
  }
  button.addEventListener('click', () => fetchExport !== undefined && void begin(fetchExport))
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? []
    if (chosen !== undefined) void begin(async () => new Uint8Array(await chosen.arrayBuffer()))
    file.value = ''
  })
  return h(
    'div',
    { class: 'check' },
    fetchExport !== undefined && button,
    h('label', { for: 'export-file', class: 'file-label' }, 'Check an exported file…'),
    file,
    fetchExport === undefined &&
      h('p', { class: 'note' }, 'No export of this proof is here. ', h('code', { text: command }), ' makes one.'),
    said,
    h('details', {}, h('summary', { text: 'What is checked' }), h('p', { class: 'note', text: WHAT })),
  )
}

async function result(bytes: () => Promise<Uint8Array>, theorem: ExportedTheorem): Promise<HTMLElement[]> {
  try {
    const raw = await bytes()
    const isPacked = raw[0] === 0x1f && raw[1] === 0x8b
    const own = new Uint8Array(raw)
    const lines = isPacked ? await inflated(own, 'gzip') : new TextDecoder().decode(own)
    return describe(await inWorker(lines), theorem)
  } catch (error) {
    return [h('p', { class: 'verdict bad', text: `Not checked: ${error instanceof Error ? error.message : error}` })]
  }
}

/** What Lean reads of both is the same. */
function isSameText(a: ExportedTheorem, b: ExportedTheorem): boolean {
  return a.statement.trim() === b.statement.trim() && a.header.trim() === b.header.trim()
}

function inWorker(lines: string): Promise<FromWorker> {
  const url = URL.createObjectURL(new Blob([KERNEL_WORKER], { type: 'text/javascript' }))
  const worker = new Worker(url)
  return new Promise<FromWorker>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it was not done after ${duration(DEADLINE_MS)}; nothing is known`)),
      DEADLINE_MS,
    )
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      clearTimeout(timer)
      resolve(data)
    })
    worker.addEventListener('error', (event) => {
      clearTimeout(timer)
      reject(new Error(event.message || 'the worker ended'))
    })
    worker.postMessage({ lines })
  }).finally(() => {
    worker.terminate()
    URL.revokeObjectURL(url)
  })
}

function describe(answer: FromWorker, theorem: ExportedTheorem): HTMLElement[] {
  if (answer.kind === 'failed') return [h('p', { class: 'verdict bad', text: `Not checked: ${answer.message}` })]
  const { verdict, steps, statement, checked, definitions, theorems, madeFor } = answer.report
  if (madeFor !== undefined && !isSameText(madeFor, theorem))
    return [
      h('p', { class: 'verdict bad', text: '✗ Not of this theorem: the file says that it was made for another text.' }),
      h('pre', { class: 'refusal', text: madeFor.statement }),
    ]
  const work = `${steps.toLocaleString('en')} steps, ${duration(answer.ms)}`
  const lines: HTMLElement[] = []
  switch (verdict.kind) {
    case 'accepted': {
      const axioms = verdict.axioms.length === 0 ? 'no axioms' : `axioms: ${verdict.axioms.join(', ')}`
      lines.push(
        h('p', {
          class: 'verdict good',
          text: `✓ Accepted by the second kernel in this browser (${work}); ${axioms}.`,
        }),
      )
      break
    }
    case 'refused':
      lines.push(
        h('p', {
          class: 'verdict bad',
          text: `✗ Refused by the second kernel (${verdict.rule}): ${verdict.reason}`,
        }),
      )
      break
    case 'unfinished':
      lines.push(
        h('p', {
          class: 'verdict quiet',
          text: `Not finished: the limit of ${verdict.limit} was reached (${work}). Nothing is known; beside Lean the limits are wider.`,
        }),
      )
      break
    default:
      verdict satisfies never
  }
  if (madeFor === undefined)
    lines.push(
      h('p', {
        class: 'note',
        text: 'The file does not say for which text it was made: whether it is about this theorem is to be seen below, from what it proves.',
      }),
    )
  lines.push(
    h('p', {
      class: 'note',
      text: `${checked} declarations of statement and proof checked; taken from the file: ${definitions} definitions and types of the library, ${theorems.length} of its theorems at their types.`,
    }),
    h(
      'details',
      {},
      h('summary', { text: 'Theorems of the library that the file gives without proof' }),
      h('p', { class: 'note', text: theorems.length === 0 ? 'none' : theorems.join(', ') }),
    ),
    h('p', { class: 'note' }, 'What the file proves, as the kernel prints it: ', h('code', { text: statement })),
  )
  return lines
}
