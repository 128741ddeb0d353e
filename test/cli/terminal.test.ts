import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { duration, durationText, outFile, outFolder } from '../../src/cli/flags.ts'
import { showLine } from '../../src/cli/live-line.ts'
import { TrainingView } from '../../src/cli/train-view.ts'

const folder = mkdtempSync(join(tmpdir(), 'hedge-terminal-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A stream that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 30, written, write: (text: string) => written.push(text) > 0 }
}

test('off a terminal a step is one line, and what it ended with; nothing is redrawn', () => {
  const log = stream(false)
  const line = showLine(
    () => 'working 3/4',
    () => 'working',
    log,
  )
  line.update()
  line.stop()
  line.stop('never')
  expect(log.written).toEqual(['working\n'])
})

test('on a terminal the line is redrawn in its place, cut to the width, and gone at the end', () => {
  const terminal = stream(true)
  const line = showLine(() => 'x'.repeat(100), undefined, terminal)
  line.update()
  line.stop('done')
  const drawn = `\r\u001b[K${'x'.repeat(29)}`
  expect(terminal.written).toEqual([drawn, drawn, '\r\u001b[K', 'done\n'])
})

test('a line that stays is written above the one that is redrawn', () => {
  for (const [isTTY, written] of [
    [true, ['\r\u001b[Know', '\r\u001b[Ksaid\n', '\r\u001b[Know', '\r\u001b[K']],
    [false, ['now\n', 'said\n']],
  ] as const) {
    const terminal = stream(isTTY)
    const line = showLine(() => 'now', undefined, terminal)
    line.say('said')
    line.stop()
    expect(terminal.written).toEqual(written)
  }
})

test('training says nothing of a loss before there is one', () => {
  const log = stream(false)
  const view = new TrainingView('N_eff 8', log)
  const heldOut = {
    loss: 1.5,
    confidence: 0.2,
    greedyConfidence: 0.25,
    crossEntropy: 1.4,
    epoch: 0,
    meanFactor: 0.5,
    greedyAccuracy: 0,
  }
  view.show({ kind: 'evaluation', step: 0, ...heldOut }, 0)
  view.close()
  expect(log.written.join('')).toBe('N_eff 8\nN_eff 8 0.0 % | step 0, held out 1.500, greedy p 0.25\n')
})

test('a time is read and written as people write it', () => {
  for (const text of ['60s', '1.5s', '250ms']) expect(durationText(duration(text))).toBe(text)
  expect(duration('60')).toBe(60_000)
  // Who is used to milliseconds would wait for 16.7 hours.
  expect(() => duration('60000')).toThrow('A number this large needs its unit: 60000s or 60000ms.')
  expect(() => duration('soon')).toThrow('It must be a time such as 60s, 2m or 500ms.')
})

test('what cannot be written is told before the work, and trying leaves nothing behind', () => {
  writeFileSync(join(folder, 'file'), 'kept')
  for (const path of ['file', 'new.lean', 'new/deep/er'])
    expect(path.endsWith('er') ? outFolder(join(folder, path)) : outFile(join(folder, path))).toBe(join(folder, path))
  expect(readdirSync(folder)).toEqual(['file'])
  expect(() => outFile(join(folder, 'no', 'x.lean'))).toThrow('there is no such folder')
  expect(() => outFolder(join(folder, 'file', 'x'))).toThrow('a file is where a folder should be')
  // Where the system says so late, a recursive `mkdir` never came back.
  if (existsSync('/proc/self'))
    for (const make of [outFile, outFolder]) expect(() => make('/proc/x/y')).toThrow('It cannot be written')
})
