import { closeSync, existsSync, mkdirSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import ms, { type StringValue } from 'ms'

/** Parsers of flag values. Each throws InvalidArgumentError with what was wanted; commander adds the flag and the value. */
function number(text: string, test: (x: number) => boolean, wanted: string): number {
  const x = Number(text)
  if (text.trim() === '' || !test(x)) throw new InvalidArgumentError(`It must be ${wanted}.`)
  return x
}

/** A whole number, `least` or more. */
export function atLeast(least: number): (text: string) => number {
  return (text) => number(text, (x) => Number.isSafeInteger(x) && x >= least, `a whole number, at least ${least}`)
}

/** 0: any that is free. */
export function portNumber(text: string): number {
  return number(text, (x) => Number.isSafeInteger(x) && x >= 0 && x < 65_536, 'a port, from 0 to 65535')
}

export function positive(text: string): number {
  return number(text, (x) => x > 0 && Number.isFinite(x), 'a positive number')
}

/** A number from 0 to below 1. */
export function share(text: string): number {
  return number(text, (x) => x >= 0 && x < 1, 'a number from 0 to below 1')
}

/** A sampling temperature; 0 always takes the likeliest. */
export function temperature(text: string): number {
  return number(text, (x) => x >= 0 && Number.isFinite(x), 'a number, at least 0')
}

/** A share of a whole that is not nothing. */
export function likelihood(text: string): number {
  return number(text, (x) => x > 0 && x <= 1, 'a number above 0, at most 1')
}

/** A list of N_eff without repeats. */
export function widths(text: string): number[] {
  const wanted = 'a list of numbers from 1 to 65536'
  return [...new Set(text.split(',').map((part) => number(part, (x) => x >= 1 && x <= 65_536, wanted)))]
}

/** From here on a number without a unit is more likely milliseconds than seconds. */
const BARE_SECONDS = 1000

/** `60s`, `2m`, `500ms`, or a bare number of seconds below 1000; in milliseconds. */
export function duration(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) >= BARE_SECONDS)
    throw new InvalidArgumentError(`A number this large needs its unit: ${text}s or ${text}ms.`)
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : ms(text as StringValue)
  if (typeof value !== 'number' || !(value > 0))
    throw new InvalidArgumentError('It must be a time such as 60s, 2m or 500ms.')
  return value
}

/** A duration as people write it: `60s`, `1.5s`, `250ms`. */
export function durationText(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds}ms` : `${milliseconds / 1000}s`
}

/** A file that will be written. It is tried before the work: a proof found is not lost to a full disk's path. */
export function outFile(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must be the name of a file.')
  if (existsSync(text) && statSync(text).isDirectory()) throw new InvalidArgumentError('It is a folder, not a file.')
  const there = existsSync(text)
  tryToWrite(() => closeSync(openSync(text, 'a')))
  if (!there) rmSync(text)
  return text
}

/** A folder that will be written, which is made where it is missing. */
export function outFolder(text: string): string {
  if (existsSync(text) && !statSync(text).isDirectory()) throw new InvalidArgumentError('It is a file, not a folder.')
  const first = firstMissing(text)
  tryToWrite(() => {
    // Only the first of them, and not `recursive`: below /proc that never comes back.
    if (first !== undefined) mkdirSync(first)
    const probe = join(first ?? text, `.hedge-${process.pid}`)
    closeSync(openSync(probe, 'wx'))
    rmSync(probe)
  })
  if (first !== undefined) rmdirSync(first)
  return text
}

function firstMissing(path: string): string | undefined {
  let missing: string | undefined
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing = at
  return missing
}

const TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a file is where a folder should be',
  EACCES: 'it is not allowed here',
  EPERM: 'it is not allowed here',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

function tryToWrite(write: () => void): void {
  try {
    write()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new InvalidArgumentError(`It cannot be written: ${(code && TROUBLE[code]) ?? code ?? message}.`)
  }
}

export function pattern(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new InvalidArgumentError('It must be a regular expression.')
  }
}

export type Shard = { readonly index: number; readonly count: number }

/** `2/8`: the second of eight parts. */
export function shard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || index < 1 || index > count) throw new InvalidArgumentError('It must be i/n with 1 <= i <= n.')
  return { index, count }
}
