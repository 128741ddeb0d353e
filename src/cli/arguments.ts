import { InvalidArgumentError } from 'commander'

function number(text: string, test: (x: number) => boolean, wanted: string): number {
  const x = Number(text)
  if (text.trim() === '' || !test(x)) throw new InvalidArgumentError(`It must be ${wanted}.`)
  return x
}

/** Parsers of flag values; each throws InvalidArgumentError with what was wanted. */
export function positive(text: string): number {
  return number(text, (x) => x > 0 && Number.isFinite(x), 'a positive number')
}

export function wholeNumber(text: string): number {
  return number(text, (x) => Number.isInteger(x) && x >= 1, 'a whole number, at least 1')
}

export function count(text: string): number {
  return number(text, (x) => Number.isInteger(x) && x >= 0, 'a whole number, at least 0')
}

/** A number from 0 to below 1. */
export function share(text: string): number {
  return number(text, (x) => x >= 0 && x < 1, 'a number from 0 to below 1')
}

/** A list of N_eff without repeats. */
export function widths(text: string): number[] {
  return [
    ...new Set(
      text.split(',').map((part) => number(part, (x) => x >= 1 && x <= 65_536, 'a list of numbers from 1 to 65536')),
    ),
  ]
}
