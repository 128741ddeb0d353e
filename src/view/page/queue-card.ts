import { plural } from '../../report/plural.ts'
import type { QueueJob, QueueState, TheoremRow } from '../data.ts'
import { dataTable } from './data-table.ts'
import { h } from './dom.ts'
import { runLink } from './runs-view.ts'
import { clock } from './words.ts'

/** Who works on the run over its queue, and what waits there. */
export function queueCard(
  state: QueueState,
  run: string,
  members: readonly string[],
  rows: readonly TheoremRow[],
): HTMLElement {
  const { at, problem, coordinated, workers, waiting, active, setAside, unwritten } = state
  const lines = workers.flatMap(({ name, on }): { readonly name: string; readonly job: QueueJob | undefined }[] =>
    on.length === 0 ? [{ name, job: undefined }] : on.map((job) => ({ name, job })),
  )
  const table = dataTable({
    title: 'Workers and queue',
    head: ['worker', 'works on', 'passes', 'since'],
    rows: lines.map(({ name, job }) => [
      name,
      job === undefined ? 'nothing' : (rows[job.position]?.name ?? `theorem ${job.position}`),
      job === undefined ? null : passesText(job.block, members),
      job?.since ? clock(job.since) : null,
    ]),
    cell(row, column) {
      const job = lines[row]?.job
      if (column !== 1 || job === undefined) return undefined
      return h('a', {
        href: `${runLink(run)}/${job.position}`,
        text: rows[job.position]?.name ?? `theorem ${job.position}`,
      })
    },
    note: `${at}: ${plural(waiting, 'job')} waiting, ${active} active, ${setAside} set aside; ${plural(unwritten, 'report')} to be written.`,
  })
  const trouble =
    problem !== '' ? problem : coordinated ? undefined : 'Nobody coordinates this run: its command goes on with it.'
  if (trouble !== undefined) table.prepend(h('p', { class: 'warning', text: trouble }))
  return table
}

function passesText(
  block: { readonly member: number; readonly firstPass: number } | null,
  members: readonly string[],
): string {
  return block === null ? 'all that are left' : `${members[block.member] ?? ''} from ${block.firstPass} on`
}
