import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../policy/policy-files.ts'
import type { Metrics } from './metrics.ts'

/** Beside a policy: a line for each row of its training. */
const METRICS_FILE = 'metrics.jsonl'

/** The rows on record; none where there is no file. */
export async function readMetrics(directory: string): Promise<Metrics[]> {
  const text = await readFile(join(directory, METRICS_FILE), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Metrics]))
}

export async function writeMetrics(directory: string, rows: readonly Metrics[]): Promise<void> {
  await replaceFile(join(directory, METRICS_FILE), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}
