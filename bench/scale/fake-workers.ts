import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parseAddress } from '../../src/scale/address.ts'
import { type Block, queueNames, type Report, workSchema } from '../../src/scale/protocol.ts'
import { connect } from '../../src/scale/server.ts'

/** Workers that sleep and then send what they were given to send: all in this process. */
const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1' },
    url: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    seconds: { type: 'string', default: '0' },
    body: { type: 'string', default: '' },
  },
})
const count = Number(values.workers)
const bodies = JSON.parse(readFileSync(values.body, 'utf8')) as string[]
const server = await connect(parseAddress(values.url, {}))
const names = queueNames(values.key)
const reports = server.queue(names.reports)
for (let i = 0; i < count; i++)
  server.consume(
    names.work,
    async ({ id = '', data }) => {
      const { position, block, units } = workSchema.parse(data)
      await wait(1000 * Number(values.seconds))
      const report: Report = {
        position,
        block: block as Block,
        work: id,
        first: units,
        worker: `fake ${i}`,
        end: { kind: 'block' },
        body: bodies[block?.member ?? 0] ?? '',
      }
      await reports.add([{ id: `${id}-r0`, data: report }])
    },
    { concurrency: 1, lockMs: 30_000, most: 5 },
  )
// Until all are connected.
while ((await server.queue(names.work).consumers()) < count) await wait(500)
process.stdout.write('ready\n')
