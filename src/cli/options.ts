import { InvalidArgumentError } from 'commander'
import { parseDuration } from './duration.ts'

/** Parsers of option values; commander prints their errors with the option's name and ends with code 2 where told so. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`)
    return value
  }
}

export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 90s, 10m or 2h.')
  return ms
}

export type Shard = { readonly index: number; readonly count: number }

/** `2/8`: the second of eight parts. */
export function shard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || index < 1 || index > count) throw new InvalidArgumentError('expected i/n with 1 <= i <= n.')
  return { index, count }
}
