import type { Diagnostic } from './session.ts'

const WAY_OUT = 'use a project that has it with --lean; `hedge doctor --lean lean-project` says how to get one' as const
/** Mathlib's notations for types of numbers, and what core Lean calls those that it has. */
const NUMBERS: Readonly<Record<string, string>> = {
  ℕ: 'write `Nat`, or ',
  ℤ: 'write `Int`, or ',
  ℚ: 'write `Rat`, or ',
  ℝ: '',
  ℂ: '',
}

/** One sentence on what to do where Lean misses Mathlib; undefined where it misses something else. */
export function mathlibHint(diagnostics: readonly Diagnostic[]): string | undefined {
  for (const { text } of diagnostics) {
    if (/unknown module prefix '(Mathlib|Aesop|Batteries)'/.test(text)) return `this Lean has no Mathlib: ${WAY_OUT}`
    const sign = /(?<![\p{L}\p{N}])[ℕℤℚℝℂ](?![\p{L}\p{N}])/u.exec(text)?.[0]
    const hint = missingMathlib(sign ?? /[Uu]nknown identifier `([^`]+)`/.exec(text)?.[1] ?? '')
    if (hint !== undefined) return hint
  }
  return undefined
}

/** One sentence on a name that is a notation of Mathlib; undefined for any other. */
export function missingMathlib(name: string): string | undefined {
  const instead = NUMBERS[name]
  return instead === undefined
    ? undefined
    : `\`${name}\` is a notation of Mathlib, which this Lean does not have: ${instead}${WAY_OUT}`
}
