/** 2 D(x) = (x, 1)ᵀ Q (x, 1) for a polynomial D of degree two in k variables: k + 1 rows, symmetric, the constant last. */
export type Quadratic = readonly (readonly bigint[])[]

export const MOST_VARIABLES = 6

/** Points at which a guess is tried again; a polynomial of higher degree would have to vanish at all of them. */
const TRIALS = [
  [3n, -5n, 7n, -2n, 4n, -9n],
  [-11n, 4n, 2n, 9n, -6n, 5n],
  [6n, 13n, -8n, 5n, -3n, 2n],
]

/**
 * The polynomial of degree at most two with these values, or undefined where there is none with whole coefficients.
 * @param valueAt the value at a point; undefined where it cannot be told
 * @param size variables, MOST_VARIABLES at most
 */
export function quadraticOf(
  valueAt: (point: readonly bigint[]) => bigint | undefined,
  size: number,
): Quadratic | undefined {
  const unit = (...at: (readonly [number, bigint])[]) => {
    const point = new Array<bigint>(size).fill(0n)
    for (const [i, v] of at) point[i] = v
    return valueAt(point)
  }
  const constant = unit()
  if (constant === undefined || size > MOST_VARIABLES) return undefined
  const q = Array.from({ length: size + 1 }, () => new Array<bigint>(size + 1).fill(0n))
  const set = (i: number, j: number, v: bigint) => {
    ;(q[i] as bigint[])[j] = v
    ;(q[j] as bigint[])[i] = v
  }
  set(size, size, 2n * constant)
  const plus: bigint[] = []
  for (let i = 0; i < size; i++) {
    const [p, m] = [unit([i, 1n]), unit([i, -1n])]
    if (p === undefined || m === undefined || (p - m) % 2n !== 0n) return undefined
    plus.push(p)
    set(i, i, p + m - 2n * constant)
    set(i, size, (p - m) / 2n)
  }
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) {
      const both = unit([i, 1n], [j, 1n])
      if (both === undefined) return undefined
      set(i, j, both - (plus[i] as bigint) - (plus[j] as bigint) + constant)
    }
  for (const trial of TRIALS) {
    const point = trial.slice(0, size)
    const value = valueAt(point)
    if (value === undefined || twice(q, point) !== 2n * value) return undefined
  }
  return q
}

function twice(q: Quadratic, point: readonly bigint[]): bigint {
  const v = [...point, 1n]
  return q.reduce((sum, row, i) => sum + row.reduce((s, c, j) => s + c * (v[i] as bigint) * (v[j] as bigint), 0n), 0n)
}

/** The coefficients of a polynomial of degree one, the constant last; undefined where it is of degree two. */
export function affineOf(q: Quadratic): bigint[] | undefined {
  const size = q.length - 1
  if (q.slice(0, size).some((row) => row.slice(0, size).some((c) => c !== 0n))) return undefined
  return [...q.slice(0, size).map((row) => row[size] as bigint), (q[size]?.[size] as bigint) / 2n]
}

/**
 * D as a sum of squares of these affine forms with positive factors, and a constant of this sign: `rest` is at least the
 * constant, rounded up to whole numbers. Undefined where D has no lower bound. By completing squares, without fractions.
 */
export function squaresOf(q: Quadratic): { readonly forms: bigint[][]; readonly rest: bigint } | undefined {
  const size = q.length - 1
  let form = q.map((row) => [...row])
  /** `scale` times 2 D is squares plus what `form` still holds. */
  let scale = 1n
  const forms: bigint[][] = []
  for (let i = 0; i < size; i++) {
    const row = form[i] as bigint[]
    const pivot = row[i] as bigint
    if (pivot < 0n) return undefined
    if (pivot === 0n) {
      if (row.some((c) => c !== 0n)) return undefined
      continue
    }
    const divisor = row.reduce(gcd, 0n)
    forms.push(row.map((c) => c / divisor))
    form = form.map((other) => other.map((c, j) => pivot * c - (other[i] as bigint) * (row[j] as bigint)))
    scale *= pivot
  }
  const [top, bottom] = [form[size]?.[size] as bigint, 2n * scale]
  const rest = top >= 0n ? (top + bottom - 1n) / bottom : -(-top / bottom)
  return { forms, rest }
}

/** The roots of a polynomial in one variable where all of them are whole: one or two, or none at all. */
export function wholeRoots(q: Quadratic | undefined): readonly bigint[] {
  const forms = linearFactors(q) ?? []
  return forms.every(([a]) => a === 1n || a === -1n) ? [...new Set(forms.map(([a, rest]) => -a * rest))] : []
}

/** Two affine forms `[factor, constant]` whose product is a multiple of a polynomial in one variable: its rational roots. */
export function linearFactors(q: Quadratic | undefined): readonly (readonly [bigint, bigint])[] | undefined {
  const [[a, b] = [], [, c] = []] = q ?? []
  if (q?.length !== 2 || a === undefined || b === undefined || c === undefined || a === 0n) return undefined
  const root = squareRoot(b * b - a * c)
  if (root * root !== b * b - a * c) return undefined
  // a (a x² + 2 b x + c) = (a x + b - root) (a x + b + root)
  return [b - root, b + root].map((rest) => {
    const divisor = gcd(a, rest)
    return [a / divisor, rest / divisor] as const
  })
}

/** The largest whole number whose square is at most the value, or -1 for a negative one. */
function squareRoot(value: bigint): bigint {
  if (value < 0n) return -1n
  let [low, high] = [0n, value + 1n]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle * middle <= value) low = middle
    else high = middle
  }
  return low
}

export function gcd(a: bigint, b: bigint): bigint {
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  return y === 0n ? x : gcd(y, x % y)
}
