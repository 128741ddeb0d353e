import { InvalidArgumentError } from 'commander'
import ms, { type StringValue } from 'ms'

/** `60s`, `2m`, `500ms`, or a bare number of seconds; in milliseconds. */
export function duration(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : ms(text as StringValue)
  if (typeof value !== 'number' || !(value > 0)) throw new InvalidArgumentError('give a time such as 60s, 2m or 500ms.')
  return value
}

/** A whole number from 1 on. */
export function count(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1 on.')
  return value
}
