/** Values for names; what is not here makes a term unreadable. */
export type Assignment = ReadonlyMap<string, bigint>
type Value = bigint | boolean

const TOKEN = /\s*(\d+|[\p{L}_][\p{L}\p{N}_'₀-₉.]*|[()+\-*/%^=≠≤<≥>∣∧∨¬↔→])/uy
/** Binding strength of the printed operators; `^`, `→`, `∧` and `∨` group to the right. */
const BINARY: Readonly<Record<string, readonly [strength: number, right: boolean]>> = {
  '→': [25, true],
  '↔': [20, false],
  '∨': [30, true],
  '∧': [35, true],
  '=': [50, false],
  '≠': [50, false],
  '≤': [50, false],
  '<': [50, false],
  '≥': [50, false],
  '>': [50, false],
  '∣': [50, false],
  '+': [65, false],
  '-': [65, false],
  '*': [70, false],
  '/': [70, false],
  '%': [70, false],
  '^': [75, true],
}
const RELATION_STRENGTH = 50
/** Larger results are of no use to a guess. */
const LARGEST = 1n << 256n

class Unreadable extends Error {}

/**
 * The value of a printed arithmetic term or proposition, or undefined where it is not plain arithmetic. `natural`:
 * subtraction stops at 0. Division and remainder are Lean's (Euclidean for a positive divisor, `x / 0 = 0`). Only ever
 * used to guess tactics: nothing rests on it.
 */
export function evaluate(text: string, values: Assignment, natural: boolean): Value | undefined {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
    const match = TOKEN.exec(text)
    if (match === null) return undefined
    tokens.push(match[1] as string)
  }
  let at = 0
  const atom = (): Value => {
    const token = tokens[at++]
    if (token === undefined) throw new Unreadable()
    if (token === '(') {
      const inner = expression(0)
      if (tokens[at++] !== ')') throw new Unreadable()
      return inner
    }
    if (token === '-') return -number(expression(75))
    if (token === '¬') return !truth(expression(RELATION_STRENGTH - 10))
    if (/^\d/.test(token)) return BigInt(token)
    const value = values.get(token)
    if (value === undefined) throw new Unreadable()
    return value
  }
  const expression = (least: number): Value => {
    let left = atom()
    for (;;) {
      const operator = tokens[at]
      const binding = operator === undefined ? undefined : BINARY[operator]
      if (operator === undefined || binding === undefined || binding[0] < least) return left
      at++
      left = apply(operator, left, expression(binding[1] ? binding[0] : binding[0] + 1), natural)
    }
  }
  try {
    const value = expression(0)
    return at === tokens.length ? value : undefined
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

function apply(operator: string, left: Value, right: Value, natural: boolean): Value {
  switch (operator) {
    case '∧':
      return truth(left) && truth(right)
    case '∨':
      return truth(left) || truth(right)
    case '→':
      return !truth(left) || truth(right)
    case '↔':
      return truth(left) === truth(right)
  }
  const a = number(left)
  const b = number(right)
  switch (operator) {
    case '=':
      return a === b
    case '≠':
      return a !== b
    case '≤':
      return a <= b
    case '<':
      return a < b
    case '≥':
      return a >= b
    case '>':
      return a > b
    case '∣':
      return a === 0n ? b === 0n : b % a === 0n
    case '+':
      return bounded(a + b)
    case '-':
      return natural && a < b ? 0n : a - b
    case '*':
      return bounded(a * b)
    case '/':
      return b === 0n ? 0n : (a - remainder(a, b)) / b
    case '%':
      return remainder(a, b)
    case '^':
      if (b < 0n || b > 256n) throw new Unreadable()
      return bounded(a ** b)
    default:
      throw new Unreadable()
  }
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) return a
  const r = a % b
  return r < 0n ? r + (b < 0n ? -b : b) : r
}

function bounded(value: bigint): bigint {
  if (value > LARGEST || value < -LARGEST) throw new Unreadable()
  return value
}

function number(value: Value): bigint {
  if (typeof value !== 'bigint') throw new Unreadable()
  return value
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Unreadable()
  return value
}
